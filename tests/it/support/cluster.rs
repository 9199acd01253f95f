//! A PostgreSQL of one test's own, from stock programs: it may be configured.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use nix::unistd::geteuid;
use tokio_postgres::{Client, NoTls};

use super::{database, wait};
use crate::scratch::{base, server_user};

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
        let mut initdb = program("initdb");
        initdb.args(["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"]);
        run(initdb.arg(cluster.data()));
        cluster.write("data/postgresql.auto.conf", &format!("{SETTINGS}{settings}\n"));
        cluster.start();
        cluster
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
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        give_away(&path);
        path
    }

    pub(crate) fn start(&mut self) {
        let mut command = program("postgres");
        command.arg("-D").arg(self.data()).arg("-k").arg(&self.dir).arg("-p").arg(self.port.to_string());
        command.stderr(File::create(self.dir.join("log")).unwrap());
        self.server = Some(command.spawn().unwrap());
        let end = Instant::now() + Duration::from_secs(20);
        while wait(self.connect()).is_none() {
            assert!(Instant::now() < end, "{}", fs::read_to_string(self.dir.join("log")).unwrap());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    async fn connect(&self) -> Option<Client> {
        let mut config = tokio_postgres::Config::new();
        config.host_path(&self.dir).port(self.port).user("postgres").dbname("postgres");
        let (client, connection) = config.connect(NoTls).await.ok()?;
        tokio::spawn(connection);
        Some(client)
    }

    /// As the superuser.
    pub(crate) fn execute(&self, sql: &str) {
        wait(async { self.connect().await.unwrap().batch_execute(sql).await.unwrap() });
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// One of PostgreSQL's programs, as the user that it agrees to be run by.
fn program(name: &str) -> Command {
    let mut command = Command::new(database::bin_dir().join(name));
    command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").current_dir("/");
    if geteuid().is_root() {
        let user = server_user();
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    }
    command
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn give_away(path: &Path) {
    if geteuid().is_root() {
        let user = server_user();
        chown(path, Some(user.uid.as_raw()), Some(user.gid.as_raw())).unwrap();
    }
}
