//! The cluster: made by `initdb`, cleared of what a dead server left, and the command that runs it.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;
use std::process::{Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User, geteuid};

use super::place::Place;
use super::{binaries, log, process};
use crate::error::{Error, Result};

/// Only names the socket: there is no TCP.
pub(super) const PORT: u16 = 5432;
pub(super) const SUPERUSER: &str = "postgres";
/// The one that `initdb` makes, so that there is no state in which the cluster is there and the database is not.
pub(super) const DATABASE: &str = "postgres";

/// The major version that wrote the cluster; none where there is no cluster.
pub(super) fn major(cluster: &Path) -> Result<Option<u32>> {
    let refuse = |problem: &str| {
        Error::unavailable(
            format!("{} is not a PostgreSQL data directory ({problem}).", cluster.display()),
            "Move it away, or set FACTURO_DATA_DIR to another directory.",
        )
    };
    match fs::read_to_string(cluster.join("PG_VERSION")) {
        Ok(text) => text.trim().parse().map(Some).map_err(|_| refuse("PG_VERSION has no version")),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(refuse(&error.to_string())),
        // An empty directory is as good as none: the new cluster takes its place.
        Err(_) => match fs::read_dir(cluster).map(|mut entries| entries.next().is_some()) {
            Ok(true) => Err(refuse("PG_VERSION is missing")),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(refuse(&error.to_string())),
            _ => Ok(None),
        },
    }
}

/// What `postmaster.pid` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ServerProcess {
    pub(super) pid: Pid,
    pub(super) ready: bool,
}

impl ServerProcess {
    pub(super) fn read(cluster: &Path) -> Option<Self> {
        Self::parse(&fs::read(cluster.join("postmaster.pid")).ok()?)
    }

    /// Whether this is a server on the cluster, which is the directory that it works in, rather than some process that
    /// was given the same number later. None where the system does not say.
    pub(super) fn works_in(self, cluster: &Path) -> Option<bool> {
        let proc = Path::new("/proc/self/cwd").exists();
        proc.then(|| fs::read_link(format!("/proc/{}/cwd", self.pid)).is_ok_and(|dir| dir == cluster))
    }

    /// First line the process, eighth line its state. Paths stand between, which need not be UTF-8.
    fn parse(text: &[u8]) -> Option<Self> {
        let mut lines = text.split(|byte| *byte == b'\n');
        let pid: i32 = std::str::from_utf8(lines.next()?).ok()?.trim().parse().ok()?;
        let ready = lines.nth(6).is_some_and(|state| state.trim_ascii() == b"ready");
        (pid > 1).then(|| Self { pid: Pid::from_raw(pid), ready })
    }
}

/// Makes the cluster aside and moves it into place when it is whole and on disk, so that it is there or not there.
pub(super) fn initialise(place: &Place, bin_dir: &Path, durable: bool, server_lock: &File) -> Result<()> {
    check_needs()?;
    let unfinished = place.unfinished_cluster();
    let at_work = |error: io::Error| failed(place, "The database could not be set up", &error.to_string());
    remove(fs::remove_dir_all(&unfinished)).map_err(at_work)?;
    let major = binaries::inspect(bin_dir, binaries::SERVER).map(|found| found.major);
    let mut made = Err(io::Error::from(io::ErrorKind::NotFound));
    for locale in locales(major.unwrap_or_default()) {
        let mut command = initdb(place, bin_dir);
        command.args(["--username", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--data-checksums"]);
        command.args(["--no-sync", "--no-instructions"]).args(*locale);
        made = run(command, server_lock);
        if made.is_ok() || !log::cause(&place.data_dir).is_some_and(|cause| cause.contains("locale")) {
            break;
        }
        remove(fs::remove_dir_all(&unfinished)).map_err(at_work)?;
    }
    let explain = |error: io::Error| {
        let cause = log::cause(&place.data_dir).unwrap_or_else(|| error.to_string());
        failed(place, "The database could not be set up", &cause)
    };
    made.map_err(explain)?;
    if durable {
        let mut command = initdb(place, bin_dir);
        command.arg("--sync-only");
        run(command, server_lock).map_err(explain)?;
    }
    fs::rename(&unfinished, place.cluster()).and_then(|()| sync(place)).map_err(at_work)
}

/// Puts an upgraded cluster in its place, once the old one has left it. Does nothing where there is none, or where the
/// old one is still there, which may have gone on since.
pub(super) fn take_place(place: &Place) -> io::Result<()> {
    if place.cluster().exists() || !place.upgraded_cluster().exists() {
        return Ok(());
    }
    fs::rename(place.upgraded_cluster(), place.cluster())?;
    sync(place)
}

/// What was renamed stays renamed.
fn sync(place: &Place) -> io::Result<()> {
    File::open(&place.data_dir)?.sync_all()
}

/// In the order to try. PostgreSQL's own C.UTF-8 is the same on every machine; before 17 it is the C library's, and
/// some have none.
fn locales(major: u32) -> &'static [&'static [&'static str]] {
    if major >= 17 {
        &[&["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]]
    } else {
        &[&["--locale=C.UTF-8"], &["--locale=C"]]
    }
}

/// `initdb` runs its helpers through the shell, and wants to know its user's name.
fn check_needs() -> Result<()> {
    let or_url = |what: &str| format!("{what}, or set DATABASE_URL to a PostgreSQL server.");
    if !Path::new("/bin/sh").exists() {
        let next = or_url("Use an image or a system that has one");
        return Err(Error::unavailable("There is no /bin/sh, which PostgreSQL's initdb needs.", next));
    }
    let user = geteuid();
    if !matches!(User::from_uid(user), Ok(Some(_))) {
        return Err(Error::unavailable(
            format!("User {user} has no name, which PostgreSQL's initdb needs."),
            or_url("Add the user to /etc/passwd, run facturo as one that is there"),
        ));
    }
    Ok(())
}

fn initdb(place: &Place, bin_dir: &Path) -> Command {
    let mut command = clean(&bin_dir.join("initdb"));
    command.arg("-D").arg(place.unfinished_cluster());
    command
}

fn run(mut command: Command, server_lock: &File) -> io::Result<()> {
    process::tie(&mut command, server_lock, Signal::SIGKILL)?;
    // Standard error is the log already.
    let status = command.stdout(io::stderr()).status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("initdb: {status}"))) }
}

/// Nothing of the host's environment: `PG…`, `LC_…` and `LD_…` all change what these programs do.
fn clean(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").env("TZ", "UTC");
    command.current_dir("/").stdin(Stdio::null());
    command
}

/// Removes what a dead server left, for a process id is given out again and its file would then stop the next
/// server. To be called with `server.lock` held, which proves that no server of ours is left; one that somebody
/// started by hand does not hold it, and is recognised by the directory that it works in.
pub(super) fn remove_stale(place: &Place) -> Result<()> {
    let cluster = place.cluster();
    if let Some(server) = ServerProcess::read(&cluster)
        && kill(server.pid, None).is_ok()
    {
        match server.works_in(&cluster) {
            Some(true) => {
                return Err(Error::unavailable(
                    format!(
                        "Process {} is a PostgreSQL on {} that facturo did not start.",
                        server.pid,
                        cluster.display()
                    ),
                    "Stop it (kill -INT), and try again.",
                ));
            }
            Some(false) => {}
            None => return Ok(()), // PostgreSQL itself is then the judge of its file
        }
    }
    let socket = place.socket();
    let mut socket_lock = socket.clone().into_os_string();
    socket_lock.push(".lock");
    for path in [cluster.join("postmaster.pid"), socket, socket_lock.into()] {
        remove(fs::remove_file(&path))
            .map_err(|error| failed(place, "The database cannot be started", &error.to_string()))?;
    }
    Ok(())
}

/// The server, in the foreground. Settings are given here rather than in `postgresql.conf`, so that a newer facturo
/// brings its own.
pub(super) fn server(place: &Place, bin_dir: &Path, durable: bool, major: u32) -> Command {
    let mut command = clean(&bin_dir.join("postgres"));
    command.arg("-D").arg(place.cluster());
    let mut settings = vec![
        "listen_addresses=",
        "port=5432",
        "unix_socket_permissions=0700",
        "cluster_name=facturo",
        "max_connections=40",
        "shared_buffers=32MB",
        "jit=off",
        "wal_level=minimal",
        "max_wal_senders=0",
        "max_logical_replication_workers=0",
        "timezone=UTC",
        "log_timezone=UTC",
        "logging_collector=off",
        "log_destination=stderr",
        // Statements and details carry people's data.
        "log_error_verbosity=terse",
        "log_min_error_statement=panic",
    ];
    if major >= 18 {
        settings.push("io_method=sync"); // no worker processes for so small a load
    }
    if !durable {
        settings.extend(["fsync=off", "full_page_writes=off", "synchronous_commit=off"]);
    }
    for setting in settings {
        command.arg("-c").arg(setting);
    }
    command.arg("-c").arg(socket_directories(place.socket_dir.as_os_str()));
    command
}

/// The setting is a list: a path with a comma or a space in it is quoted.
fn socket_directories(dir: &OsStr) -> OsString {
    let mut setting = b"unix_socket_directories=\"".to_vec();
    for byte in dir.as_bytes() {
        if *byte == b'"' {
            setting.push(b'"');
        }
        setting.push(*byte);
    }
    setting.push(b'"');
    OsString::from_vec(setting)
}

/// That there was nothing to remove is fine.
pub(super) fn remove(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

pub(super) fn failed(place: &Place, what: &str, cause: &str) -> Error {
    Error::unavailable(
        format!("{what}: {}.", cause.trim_end_matches('.')),
        format!("{} has the details.", place.data_dir.join(log::NAME).display()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_state_of_a_server() {
        let ready = b"4711\n/data\n1700000000\n5432\n/data/so\xffcket\n\n 123 4\nready   \n";
        assert_eq!(
            ServerProcess::parse(ready),
            Some(ServerProcess { pid: Pid::from_raw(4711), ready: true })
        );
        let starting = b"4711\n/data\n1700000000\n5432\n/data/socket\n\n 123 4\nstarting\n";
        assert_eq!(ServerProcess::parse(starting).map(|server| server.ready), Some(false));
        assert_eq!(ServerProcess::parse(b"4711\n/data\n").map(|server| server.ready), Some(false));
        assert_eq!(ServerProcess::parse(b""), None);
        assert_eq!(ServerProcess::parse(b"-1\n"), None);
    }

    #[test]
    fn quotes_the_socket_directory() {
        assert_eq!(socket_directories(OsStr::new("/a, b\"c")), "unix_socket_directories=\"/a, b\"\"c\"");
    }
}
