//! A directory for one test, and the private server in it.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use facturo::database::private_server::{PrivateServer, Settings};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User, geteuid};
use serde_json::json;
use tokio_postgres::{Client, NoTls};

use crate::support::session::{Era, Session, facturo_with};

pub(crate) const FACTURO: &str = env!("CARGO_BIN_EXE_facturo");

/// Removed at the end, and whatever runs in it stopped first.
pub(crate) struct Scratch {
    pub(crate) root: PathBuf,
    pub(crate) settings: Settings,
}

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let root = base().join(format!("{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        DirBuilder::new().recursive(true).mode(0o755).create(&root).unwrap();
        let settings = settings_in(root.join("data"));
        Self { root, settings }
    }

    pub(crate) fn data(&self) -> &Path {
        &self.settings.data_dir
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.data().join("server.log")).unwrap_or_default()
    }

    pub(crate) fn postmaster(&self) -> Pid {
        postmaster(self.data()).unwrap()
    }

    /// The supervisor that began the last part of the log.
    pub(crate) fn supervisor(&self) -> Option<Pid> {
        let log = self.log();
        let (_, after) = log.rsplit_once("--- facturo supervise ")?;
        after.lines().next()?.parse().ok().map(Pid::from_raw)
    }

    /// Whether no process of a server is left.
    pub(crate) fn is_down(&self) -> bool {
        ["server.lock", "supervisor.lock"].iter().all(|name| is_free(&self.data().join(name)))
    }

    /// Makes the data directory, for the user that PostgreSQL will run as.
    pub(crate) fn make_data_dir(&self) {
        fs::create_dir_all(self.data()).unwrap();
        if geteuid().is_root() {
            let user = server_user();
            chown(self.data(), Some(user.uid.as_raw()), Some(user.gid.as_raw())).unwrap();
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let end = Instant::now() + Duration::from_secs(10);
        while !self.is_down() && Instant::now() < end {
            if let Some(pid) = postmaster(self.data()) {
                let _ = kill(pid, Signal::SIGINT);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// Another process that uses the server.
pub(crate) fn host(settings: &Settings) -> Session {
    host_as(settings, None, Path::new(FACTURO))
}

pub(crate) fn host_as(settings: &Settings, user: Option<&User>, executable: &Path) -> Session {
    let mut command = facturo_with(executable, settings);
    if let Some(user) = user {
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw()).current_dir("/");
    }
    Session::start(&mut command, Era::Handshake)
}

/// Asks for something that takes the database; the host has none until this goes well.
#[track_caller]
pub(crate) fn is_up(host: &mut Session) {
    host.call("get_business", json!({}));
}

pub(crate) async fn connect(server: &PrivateServer) -> Client {
    let (client, connection) = server.config().connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// By these roles alone, once whoever prepared the database, or served it before, has gone.
pub(crate) async fn assert_served_by(admin: &Client, roles: &str) {
    let serving = "SELECT coalesce(string_agg(DISTINCT usename, ' '), '') FROM pg_stat_activity WHERE application_name = 'facturo'";
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let found: String = admin.query_one(serving, &[]).await.unwrap().try_get(0).unwrap();
        if found == roles || Instant::now() > end {
            assert_eq!(found, roles);
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits for something that comes by itself; false when it did not in ten seconds.
pub(crate) async fn comes_true(mut condition: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + Duration::from_secs(10);
    while !condition() {
        if Instant::now() > end {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    true
}

pub(crate) fn is_running(pid: Pid) -> bool {
    // One that nobody has waited for is over all the same.
    let state = Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().unwrap().stdout;
    !state.is_empty() && !state.starts_with(b"Z")
}

pub(crate) fn children(parent: Pid) -> Vec<Pid> {
    let list = Command::new("ps").args(["-A", "-o", "ppid=,pid="]).output().unwrap().stdout;
    let list = String::from_utf8(list).unwrap();
    let pairs = list.lines().filter_map(|line| line.trim().split_once(' '));
    let ours = pairs.filter(|(ppid, _)| *ppid == parent.to_string());
    ours.map(|(_, pid)| Pid::from_raw(pid.trim().parse().unwrap())).collect()
}

/// Whom PostgreSQL runs as when the tests are run by root.
pub(crate) fn server_user() -> User {
    let known = ["postgres", "nobody"].iter().find_map(|name| User::from_name(name).unwrap());
    known.unwrap()
}

/// A program that will not be run by root, in an environment of its own.
pub(crate) fn as_server_user(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").current_dir("/");
    if geteuid().is_root() {
        let user = server_user();
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    }
    command
}

fn postmaster(data: &Path) -> Option<Pid> {
    let text = fs::read(data.join("postgres/postmaster.pid")).ok()?;
    String::from_utf8_lossy(&text).lines().next()?.parse().ok().map(Pid::from_raw)
}

fn is_free(lock: &Path) -> bool {
    fs::File::open(lock).is_ok_and(|file| file.try_lock_shared().is_ok()) || !lock.exists()
}

/// A server that is quickly made and quickly gone.
pub(crate) fn settings_in(data_dir: PathBuf) -> Settings {
    let (bin_dir, search_path) = configured();
    Settings {
        bin_dir,
        search_path,
        durable: false,
        linger: Duration::from_secs(1),
        limit: Duration::from_secs(30),
        ..Settings::new(data_dir, FACTURO.into())
    }
}

/// Cargo's own directory for this, unless root is the only one who gets there: PostgreSQL runs as somebody else.
pub(crate) fn base() -> PathBuf {
    let within_target = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let open =
        |dir: &Path| fs::metadata(dir).is_ok_and(|metadata| metadata.permissions().mode() & 0o001 != 0);
    let ours = fs::metadata(&within_target).is_ok_and(|metadata| metadata.uid() == geteuid().as_raw());
    let usable = if geteuid().is_root() { within_target.ancestors().all(open) } else { ours };
    if usable { within_target } else { PathBuf::from("/tmp") }
}

#[allow(clippy::disallowed_methods)] // tests have no config.rs
pub(crate) fn configured() -> (Option<PathBuf>, Option<std::ffi::OsString>) {
    (std::env::var_os("FACTURO_POSTGRES_BIN").map(Into::into), std::env::var_os("PATH"))
}

/// Where a program that is built to measure coverage writes what it ran.
#[allow(clippy::disallowed_methods)] // tests have no config.rs
pub(crate) fn profile_file() -> Option<std::ffi::OsString> {
    std::env::var_os("LLVM_PROFILE_FILE")
}
