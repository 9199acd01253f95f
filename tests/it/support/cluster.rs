//! A PostgreSQL of one test's own, from stock programs: it may be configured, frozen, killed and followed by a standby.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use super::{database, wait};
use crate::scratch::{as_server_user, base, children, server_user};

const SETTINGS: &str = "listen_addresses = '127.0.0.1'\nfsync = off\nfull_page_writes = off\n\
     shared_buffers = 16MB\njit = off\nautovacuum = off\n";

/// Removed at the end, whatever state it is in.
pub(crate) struct Cluster {
    dir: PathBuf,
    port: u16,
    server: Option<Child>,
}

impl Cluster {
    /// Up, with these lines in its configuration.
    pub(crate) fn new(settings: &str) -> Self {
        let mut cluster = Self::nowhere();
        run(Command::new("cp").arg("-a").arg(template()).arg(cluster.data()));
        cluster.write("data/postgresql.auto.conf", &format!("{SETTINGS}{settings}\n"));
        cluster.start();
        cluster
    }

    /// Follows this one, which from then on acknowledges nothing that the standby does not have.
    pub(crate) fn standby(&self) -> Self {
        let mut standby = Self::nowhere();
        let mut copy = program("pg_basebackup");
        copy.args(["--checkpoint=fast", "--no-sync", "--write-recovery-conf", "-U", "postgres"]);
        copy.arg("-h").arg(&self.dir).arg("-p").arg(self.port.to_string());
        run(copy.arg("-D").arg(standby.data()));
        standby.start();
        self.execute("ALTER SYSTEM SET synchronous_standby_names = '*'");
        self.execute("SELECT pg_reload_conf()");
        let following = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        until("the standby follows", || self.rows(following) == [["1"]]);
        standby
    }

    /// Makes a primary of a standby.
    pub(crate) fn promote(&self) {
        self.execute("SELECT pg_promote()");
    }

    fn nowhere() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("cluster-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let dir = base().join(name);
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).unwrap();
        give_away(&dir);
        // free now, and hardly anybody else asks for a port before the server has it
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { dir, port, server: None }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// A file of the server's, by its path below the cluster's directory.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        give_away(&path);
        path
    }

    /// An empty directory of the server's.
    pub(crate) fn make_dir(&self, name: &str) -> PathBuf {
        let path = self.dir.join(name);
        fs::create_dir(&path).unwrap();
        give_away(&path);
        path
    }

    pub(crate) fn start(&mut self) {
        let mut command = program("postgres");
        command.arg("-D").arg(self.data()).arg("-k").arg(&self.dir).arg("-p").arg(self.port.to_string());
        command.stderr(File::create(self.dir.join("log")).unwrap());
        self.server = Some(command.spawn().unwrap());
        until(&format!("{} is up", self.dir.display()), || wait(self.connect("postgres")).is_some());
    }

    /// Over TCP, without a database's name.
    pub(crate) fn url(&self) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    async fn connect(&self, database: &str) -> Option<Client> {
        let mut config = tokio_postgres::Config::new();
        config.host_path(&self.dir).port(self.port).user("postgres").dbname(database);
        let (client, connection) = config.connect(NoTls).await.ok()?;
        tokio::spawn(connection);
        Some(client)
    }

    /// As the superuser, in a session of its own.
    pub(crate) fn execute(&self, sql: &str) {
        self.rows(sql);
    }

    pub(crate) fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        self.rows_in("postgres", sql)
    }

    pub(crate) fn rows_in(&self, database: &str, sql: &str) -> Vec<Vec<String>> {
        let messages = wait(async { self.connect(database).await.unwrap().simple_query(sql).await })
            .unwrap_or_else(|error| panic!("{error:?} in {sql}"));
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        let value = |row: &tokio_postgres::SimpleQueryRow, at| row.get(at).unwrap_or_default().to_owned();
        rows.map(|row| (0..row.len()).map(|at| value(row, at)).collect()).collect()
    }

    /// Every process of it stands where it is, as on a machine that hangs.
    pub(crate) fn freeze(&self) {
        self.signal(Signal::SIGSTOP);
    }

    pub(crate) fn thaw(&self) {
        self.signal(Signal::SIGCONT);
    }

    /// Dead at once, all of it.
    pub(crate) fn kill(&mut self) {
        self.signal(Signal::SIGKILL);
        self.server.take().unwrap().wait().unwrap();
    }

    /// Shuts down as a package manager has it do, and starts.
    pub(crate) fn restart(&mut self) {
        let mut server = self.server.take().unwrap();
        kill(Pid::from_raw(server.id() as i32), Signal::SIGINT).unwrap();
        server.wait().unwrap();
        self.start();
    }

    fn signal(&self, signal: Signal) {
        let server = Pid::from_raw(self.server.as_ref().unwrap().id() as i32);
        // it makes no more of them once it stands, and they are nobody's any more once it is dead
        let earlier = children(server);
        kill(server, signal).unwrap();
        for child in earlier.into_iter().chain(children(server)) {
            let _ = kill(child, signal); // which may have ended meanwhile
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.server.is_some() {
            self.kill();
        }
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// The data directory that all begin with, made once for each version of the programs.
fn template() -> PathBuf {
    let name = format!("cluster-{:.8}", database::hash(database::bin_dir().to_str().unwrap()));
    let (made, unfinished) = (base().join(&name), base().join(format!("{name}.new")));
    let _lock = database::lock(&format!("{name}.lock"));
    if !made.exists() {
        let _ = fs::remove_dir_all(&unfinished);
        fs::create_dir(&unfinished).unwrap();
        give_away(&unfinished);
        let mut initdb = program("initdb");
        initdb.args(["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"]);
        run(initdb.arg(&unfinished));
        fs::rename(&unfinished, &made).unwrap();
    }
    made
}

/// Waits for what comes by itself.
#[track_caller]
pub(crate) fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < end, "it never came about that {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// One of PostgreSQL's programs, as the user that it agrees to be run by.
fn program(name: &str) -> Command {
    as_server_user(&database::bin_dir().join(name))
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

pub(crate) fn give_away(path: &Path) {
    if geteuid().is_root() {
        let user = server_user();
        chown(path, Some(user.uid.as_raw()), Some(user.gid.as_raw())).unwrap();
    }
}
