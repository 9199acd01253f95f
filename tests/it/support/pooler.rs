//! pgbouncer before the tests' server, in transaction mode: each transaction, and each statement outside of one, may meet another
//! session of the server than the one before.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::cluster::{give_away, until};
use super::database;
use crate::scratch::as_server_user;

/// Names the port of a pooler to tests that are run through one.
const PORT: &str = "FACTURO_TEST_POOLER";

/// Where a database is for a test that is run through a pooler.
pub(crate) fn url(database: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "tests have no config.rs")]
    let port = std::env::var(PORT).ok()?;
    Some(format!("postgresql://postgres@127.0.0.1:{port}/{database}"))
}

pub(crate) struct Pooler {
    port: u16,
    config: PathBuf,
    process: Child,
}

impl Pooler {
    /// That goes on as this role, with one more line in its configuration. None where it is not installed.
    pub(crate) fn start(role: &str, setting: &str) -> Option<Self> {
        let places = [
            "/usr/sbin/pgbouncer",
            "/usr/bin/pgbouncer",
            "/usr/local/bin/pgbouncer",
            "/opt/homebrew/bin/pgbouncer",
        ];
        let program = places.iter().find(|path| Path::new(path).exists())?;
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = format!(
            "[databases]\n* = host={} port=5432 user={role}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 2\n{setting}\n",
            database::server_dir().display()
        );
        let config = crate::scratch::base().join(format!("pgbouncer-{}.ini", std::process::id()));
        fs::write(&config, settings).unwrap();
        give_away(&config);
        let mut command = as_server_user(program.as_ref());
        let process = command.arg("--quiet").arg(&config).stderr(Stdio::null()).spawn().unwrap();
        let pooler = Self { port, config, process };
        until("the pooler listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        Some(pooler)
    }

    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs the tests of these names through it.
    pub(crate) fn run_tests(&self, names: &[&str]) {
        let mut tests = Command::new(std::env::current_exe().unwrap());
        let output =
            tests.args(names).args(["--test-threads", "4"]).env(PORT, self.port.to_string()).output();
        let output = output.unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && !said.contains("running 0 tests"), "{said}");
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_file(&self.config);
    }
}
