//! The private PostgreSQL of the bench, durable as a person's own, and facturo on it.

use std::{
    fs,
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use facturo::{
    config::Config,
    database::{
        private_server::{PrivateServer, Settings},
        private_settings,
    },
};
use serde_json::json;
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage, config::Host};

use crate::{Result, subject::Subject};

/// The binary that is measured, as it is released.
pub const FACTURO: &str = env!("CARGO_BIN_EXE_facturo");
/// The database that administration goes by: nobody else is in it.
pub const ADMINISTRATION: &str = "template1";
/// The database that facturo itself has filled with its schema, and with whatever else it wants on a private server.
pub const PRISTINE: &str = "postgres";
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/bench");

pub struct Server {
    runtime: Runtime,
    private: PrivateServer,
    /// Where the server's own programs are, and pgbench should be.
    pub programs: PathBuf,
    /// The role by which facturo serves.
    pub user: String,
    pub version: String,
}

impl Server {
    /// Brings it up in `target/bench/data`, where the next run finds it again unless the schema is another one by then.
    pub fn start(schema: &str) -> Result<Self> {
        let stamp = root().join("schema");
        if fs::read_to_string(&stamp).unwrap_or_default() != schema {
            remove(&data_dir())?;
            fs::create_dir_all(root())?;
            fs::write(stamp, schema)?;
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let private = runtime.block_on(PrivateServer::start(&settings()?))?;
        let mut server =
            Self { runtime, private, programs: PathBuf::new(), user: String::new(), version: String::new() };
        server.programs =
            server.value(ADMINISTRATION, "SELECT setting FROM pg_config WHERE name = 'BINDIR'")?.into();
        server.version = server.value(ADMINISTRATION, "SHOW server_version")?;
        server.user = server.who_serves()?;
        for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
            let value = server.value(ADMINISTRATION, &format!("SHOW {setting}"))?;
            if value != "on" {
                return Err(format!("{setting} is {value}: only durable writes are measured").into());
            }
        }
        Ok(server)
    }

    /// Has facturo prepare the pristine database, as it does for a person.
    fn who_serves(&self) -> Result<String> {
        let mut command = Command::new(FACTURO);
        command.env_clear().env("FACTURO_DATA_DIR", data_dir());
        let mut subject = Subject::spawn(&mut command)?;
        subject.initialize()?;
        subject.ask("get_business", &json!({}))?;
        let user = self.value(
            ADMINISTRATION,
            "SELECT usename FROM pg_stat_activity WHERE application_name = 'facturo' ORDER BY query_start DESC LIMIT 1",
        )?;
        subject.end()?;
        Ok(user)
    }

    /// Runs statements as the server's superuser, and answers the rows of the last that had any.
    pub fn rows(&self, database: &str, sql: &str) -> Result<Vec<Vec<String>>> {
        let messages = self.runtime.block_on(async {
            let client = self.connect(database).await?;
            client.simple_query(sql).await
        });
        let mut rows = Vec::new();
        for message in messages.map_err(|error| format!("{}: {error:?}", first_line(sql)))? {
            if let SimpleQueryMessage::Row(row) = message {
                let values = (0..row.len())
                    .map(|at| row.try_get(at).map(|value| value.unwrap_or_default().to_owned()));
                rows.push(values.collect::<std::result::Result<_, _>>()?);
            }
        }
        Ok(rows)
    }

    pub fn value(&self, database: &str, sql: &str) -> Result<String> {
        let row = self.rows(database, sql)?.into_iter().next().unwrap_or_default();
        row.into_iter().next().ok_or_else(|| format!("no row: {}", first_line(sql)).into())
    }

    /// The types that PostgreSQL sees in the parameters of a statement.
    pub fn parameter_types(&self, database: &str, sql: &str) -> Result<Vec<String>> {
        let statement = self.runtime.block_on(async {
            let client = self.connect(database).await?;
            client.prepare(sql).await
        });
        Ok(statement?.params().iter().map(|kind| kind.name().to_owned()).collect())
    }

    async fn connect(&self, database: &str) -> std::result::Result<Client, tokio_postgres::Error> {
        let (client, connection) = self.private.config().dbname(database).connect(NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    /// facturo on a database of this server, in an environment that holds nothing else.
    pub fn facturo(&self, database: &str) -> Command {
        self.facturo_by(&self.socket_dir(), database)
    }

    /// The same, by a socket that is elsewhere.
    pub fn facturo_by(&self, socket_dir: &Path, database: &str) -> Command {
        let encoded = |byte: u8| match byte {
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        };
        let host: String = socket_dir.as_os_str().as_bytes().iter().copied().map(encoded).collect();
        let mut command = Command::new(FACTURO);
        command.env_clear().env("FACTURO_CONFIRM", "never"); // nobody is there to be asked
        command.env("DATABASE_URL", format!("postgresql://{}@{host}/{database}", self.user));
        command
    }

    pub fn socket_dir(&self) -> PathBuf {
        match self.private.config().get_hosts() {
            [Host::Unix(dir)] => dir.clone(),
            _ => PathBuf::new(),
        }
    }

    pub fn log(&self) -> PathBuf {
        data_dir().join("server.log")
    }
}

/// Where everything is that the bench leaves behind.
pub fn root() -> &'static Path {
    Path::new(ROOT)
}

pub fn data_dir() -> PathBuf {
    root().join("data")
}

/// Removes a private server, once it is down: each of its processes holds a lock as long as it lives.
pub fn remove(data_dir: &Path) -> Result<()> {
    for name in ["supervisor.lock", "server.lock"] {
        let Ok(file) = fs::File::open(data_dir.join(name)) else { continue };
        while file.try_lock_shared().is_err() {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    match fs::remove_dir_all(data_dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// A person's, except for where it is and which facturo looks after it; what the environment says of PostgreSQL's programs
/// holds.
fn settings() -> Result<Settings> {
    let usual = private_settings(&Config::from_env()?)?;
    Ok(Settings {
        bin_dir: usual.bin_dir,
        search_path: usual.search_path,
        ..Settings::new(data_dir(), FACTURO.into())
    })
}

fn first_line(sql: &str) -> &str {
    sql.lines().next().unwrap_or_default()
}
