//! One private PostgreSQL for all tests and all their processes, and in it a database for each test that wants its own:
//! a copy of a template, which is migrated once for each state of the migrations.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use facturo::database::pool::{self, Server};
use facturo::database::private_server::PrivateServer;
use facturo::repository;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;
use tokio_postgres::config::Host;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use super::session::facturo;
use super::{pooler, wait};
use crate::scratch::{FACTURO, base, settings_in};

/// Databases that are open at once, in all processes: each has up to eight connections, and the server takes forty.
const AT_ONCE: usize = 4;

const OWNER: &str = "postgres";
/// The logins of every database that is migrated: of business 1, to use it and to look at it.
pub(crate) const APP: &str = "app_of_1";
pub(crate) const READER: &str = "reader_of_1";

/// A database of this test's own, migrated and with business 1. Dropped at the end.
pub(crate) struct Database {
    name: String,
    /// Who serves it.
    user: &'static str,
    config: tokio_postgres::Config,
    _slot: File,
}

impl Database {
    pub(crate) fn new() -> Self {
        let mut database = Self::made(&format!("TEMPLATE {} STRATEGY file_copy", template_name()));
        database.user = APP;
        database
    }

    /// As a person has it who has just made it.
    pub(crate) fn empty() -> Self {
        Self::made("")
    }

    /// With these options of CREATE DATABASE.
    pub(crate) fn made(options: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let slot = slot();
        let config = wait(async {
            let server = server().await;
            let create = format!("CREATE DATABASE {name} {options}");
            connect(server, "postgres").await.batch_execute(&create).await.unwrap();
            config(server, &name)
        });
        Self { name, user: OWNER, config, _slot: slot }
    }

    /// As `DATABASE_URL`: of the role with the least rights, once there is one.
    pub(crate) fn url(&self) -> String {
        pooler::url(&self.name).unwrap_or_else(|| self.url_as(self.user))
    }

    /// As `DATABASE_URL` of whoever made it.
    pub(crate) fn owner_url(&self) -> String {
        self.url_as(OWNER)
    }

    pub(crate) fn url_as(&self, role: &str) -> String {
        url(&self.config, role)
    }

    /// What a role sees.
    pub(crate) fn rows_as(&self, role: &str, sql: &str) -> Vec<Vec<String>> {
        let mut config = self.config.clone();
        config.user(role);
        query(&config, sql).unwrap_or_else(|error| panic!("{error:?} in {sql}"))
    }

    /// What PostgreSQL calls its refusal of a statement by this role; nothing where it does not refuse.
    pub(crate) fn refusal(&self, role: &str, sql: &str) -> Option<String> {
        let mut config = self.config.clone();
        config.user(role);
        let done = query(&config, sql);
        done.err().map(|error| error.code().unwrap_or_else(|| panic!("{error:?} in {sql}")).code().to_owned())
    }

    /// Where the server listens.
    pub(crate) fn socket(&self) -> PathBuf {
        socket_dir(&self.config).join(format!(".s.PGSQL.{}", self.config.get_ports()[0]))
    }

    /// As the superuser.
    pub(crate) async fn client(&self) -> Client {
        open(&self.config).await
    }

    /// The rows that a statement answers, each value as text and NULL as nothing.
    pub(crate) fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        self.query(sql).unwrap_or_else(|error| panic!("{error:?} in {sql}"))
    }

    /// The only value that a statement answers.
    #[track_caller]
    pub(crate) fn value(&self, sql: &str) -> String {
        let rows = self.rows(sql);
        assert_eq!((rows.len(), rows[0].len()), (1, 1), "{sql}: {rows:?}");
        rows[0][0].clone()
    }

    /// Ends every connection that others have, as a server does that starts anew.
    pub(crate) fn cut_connections(&self) {
        let cut = self.rows(
            "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        );
        let pids: Vec<_> = cut.into_iter().map(|row| row[0].clone()).collect();
        let left =
            format!("SELECT count(*) FROM pg_stat_activity WHERE pid = ANY ('{{{}}}')", pids.join(","));
        while self.value(&left) != "0" {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }

    pub(crate) fn query(&self, sql: &str) -> Result<Vec<Vec<String>>, tokio_postgres::Error> {
        query(&self.config, sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        wait(drop_database(&self.name));
    }
}

fn query(config: &tokio_postgres::Config, sql: &str) -> Result<Vec<Vec<String>>, tokio_postgres::Error> {
    let messages = wait(async { open(config).await.simple_query(sql).await })?;
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    Ok(rows.map(|row| (0..row.len()).map(|at| text(row.try_get(at).unwrap())).collect()).collect())
}

async fn drop_database(name: &str) {
    let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    connect(server().await, "postgres").await.batch_execute(&drop).await.unwrap();
}

/// Names a database of a distributed engine, migrated and spread by sql/citus.sql, for the tests of the repositories to be
/// run on it.
const DISTRIBUTED: &str = "TEST_DISTRIBUTED_URL";

/// A connection to a database that nobody writes to: its tests roll back what they do.
pub(crate) async fn common() -> deadpool_postgres::Client {
    #[expect(clippy::disallowed_methods, reason = "tests have no config.rs")]
    let distributed = std::env::var(DISTRIBUTED).ok().filter(|url| !url.is_empty());
    let common: Server = match pooler::url(&common_name()).or(distributed) {
        Some(url) => url.parse().unwrap(),
        None => {
            let mut direct = config(server().await, &common_name());
            direct.user(APP);
            direct.into()
        }
    };
    let client = pool::build(&common).unwrap().get().await.unwrap();
    if common.has_pooler() {
        repository::unprepared::want();
    }
    client
}

/// The directory of the server's socket.
pub(crate) fn server_dir() -> PathBuf {
    wait(async { socket_dir(&server().await.config()).to_owned() })
}

/// Where the server's programs are.
pub(crate) fn bin_dir() -> PathBuf {
    let sql = "SELECT setting FROM pg_config WHERE name = 'BINDIR'";
    wait(async {
        let row = connect(server().await, "postgres").await.query_one(sql, &[]).await.unwrap();
        PathBuf::from(row.try_get::<_, String>(0).unwrap())
    })
}

fn template_name() -> String {
    format!("template_{}", schema_hash())
}

fn common_name() -> String {
    format!("common_{}", schema_hash())
}

/// The server, with the template in it. It stays up for as long as this process lives, and a little longer.
async fn server() -> &'static PrivateServer {
    static SERVER: OnceCell<PrivateServer> = OnceCell::const_new();
    SERVER
        .get_or_init(|| async {
            let mut settings = settings_in(base().join(format!("postgres-{:.8}", hash(FACTURO))));
            settings.linger = Duration::from_secs(5);
            let server = PrivateServer::start(&settings).await.unwrap();
            let lock = lock("template.lock");
            prepare(&server).await;
            drop(lock);
            server
        })
        .await
}

/// Makes what is missing, and sweeps what killed runs and older migrations have left.
async fn prepare(server: &PrivateServer) {
    let admin = connect(server, "postgres").await;
    let names = admin.query("SELECT datname::text FROM pg_database", &[]).await.unwrap();
    let names: Vec<String> = names.iter().map(|row| row.try_get(0).unwrap()).collect();
    let (template, common) = (template_name(), common_name());
    for name in names.iter().filter(|name| is_left_over(name)) {
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        admin.batch_execute(&drop).await.unwrap();
    }
    if names.contains(&template) && names.contains(&common) {
        return;
    }
    for name in [&template, &common] {
        admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.unwrap();
    }
    admin.batch_execute("CREATE DATABASE unfinished").await.unwrap();
    for login in [vec![APP], vec![READER, "--read-only"]] {
        let mut add = facturo();
        add.args(["roles", "add"]).args(login).env("DATABASE_URL", url(&config(server, "unfinished"), OWNER));
        let output = add.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    admin.batch_execute(&format!("CREATE DATABASE {common} TEMPLATE unfinished")).await.unwrap();
    admin.batch_execute(&format!("ALTER DATABASE unfinished RENAME TO {template}")).await.unwrap();
}

/// Of a test whose process is gone, or of other migrations.
fn is_left_over(name: &str) -> bool {
    match name.split('_').collect::<Vec<_>>().as_slice() {
        ["test", pid, _] => pid.parse().is_ok_and(|pid| kill(Pid::from_raw(pid), None).is_err()),
        ["template" | "common", hash] => *hash != schema_hash(),
        _ => name == "unfinished",
    }
}

/// Held until the file is dropped, also by a process that is killed.
pub(crate) fn lock(name: &str) -> File {
    let file = File::create(base().join(name)).unwrap();
    file.lock().unwrap();
    file
}

fn slot() -> File {
    loop {
        for number in 0..AT_ONCE {
            let file = File::create(base().join(format!("database-{number}.lock"))).unwrap();
            if file.try_lock().is_ok() {
                return file;
            }
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

async fn connect(server: &PrivateServer, database: &str) -> Client {
    open(&config(server, database)).await
}

async fn open(config: &tokio_postgres::Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

fn config(server: &PrivateServer, database: &str) -> tokio_postgres::Config {
    let mut config = server.config();
    config.dbname(database);
    config
}

fn url(config: &tokio_postgres::Config, user: &str) -> String {
    let encoded = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    let socket: String = socket_dir(config).to_str().unwrap().bytes().map(encoded).collect();
    let database = config.get_dbname().unwrap();
    format!("postgresql://{user}@{socket}:{}/{database}", config.get_ports()[0])
}

fn socket_dir(config: &tokio_postgres::Config) -> &Path {
    let [Host::Unix(dir)] = config.get_hosts() else { panic!("{config:?}") };
    dir
}

fn schema_hash() -> String {
    let sql = concat!(env!("CARGO_MANIFEST_DIR"), "/sql");
    let mut files: Vec<_> = ["migrations", "roles", "search"]
        .iter()
        .flat_map(|dir| fs::read_dir(format!("{sql}/{dir}")).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let text: Vec<_> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    format!("{:.16}", hash(&text.join("\n")))
}

pub(crate) fn hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
