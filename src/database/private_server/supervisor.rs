//! The supervisor: brings the server up, watches over it, and stops it after its last user.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::ExitStatus;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};

use super::cluster::{self, ServerProcess};
use super::place::Place;
use super::report::Report;
use super::{Settings, locks, log, process};
use crate::error::{Error, Result};

/// How long to try for a lock that a host may be looking at, or that a server on its way out still holds.
const LOCK_PATIENCE: Duration = Duration::from_secs(1);
/// A server that has not shut down by then is made to; it recovers at its next start.
const STOP_PATIENCE: Duration = Duration::from_secs(15);
const STARTING_TICK: Duration = Duration::from_millis(2);
const RUNNING_TICK: Duration = Duration::from_secs(1);

/// The body of `facturo supervise`. Takes over the process, which must have no other thread: leaves the caller's
/// session and returns at once there, while a child that no host owns carries on until the server has stopped.
///
/// # Errors
/// What also went to the host over standard output.
pub fn supervise(settings: &Settings, bin_dir: &Path) -> Result<()> {
    match process::into_background() {
        Ok(true) => {}
        Ok(false) => return Ok(()),
        Err(error) => return Err(Error::internal("leaving the session", error)),
    }
    let outcome = become_owner(settings).and_then(|place| run(settings, &place, bin_dir));
    if let Err(error) = outcome {
        Report::Failed(error).send();
    }
    Ok(())
}

/// From here on, what is made belongs to the owner of the cluster, and what goes wrong is in the log.
fn become_owner(settings: &Settings) -> Result<Place> {
    let place = Place::find(settings)?;
    if let Some(owner) = place.owner {
        process::give_up_root(owner).map_err(|error| {
            Error::unavailable(
                format!(
                    "PostgreSQL does not run as root, and facturo may not become another user ({error})."
                ),
                "Run facturo as an ordinary user, or set DATABASE_URL to a PostgreSQL server.",
            )
        })?;
    }
    process::log_stderr(&place.data_dir).map_err(|error| closed_to_us(&place, &error))?;
    Ok(place)
}

/// Names the directory that is in the way.
fn closed_to_us(place: &Place, error: &io::Error) -> Error {
    if error.kind() != io::ErrorKind::PermissionDenied {
        let log = place.data_dir.join(log::NAME);
        return Error::unavailable(
            format!("{} cannot be written ({error}).", log.display()),
            "Make room on the disk, or set FACTURO_DATA_DIR to a directory on another one.",
        );
    }
    let mut above: Vec<_> = place.data_dir.ancestors().collect();
    above.reverse();
    let closed = above.windows(2).find(|pair| pair.get(1).is_some_and(|below| below.metadata().is_err()));
    let closed = closed.and_then(|pair| pair.first()).map_or(place.data_dir.as_path(), |dir| dir);
    let dir = closed.display();
    Error::unavailable(
        format!("{dir} is closed to user {}, which PostgreSQL runs as ({error}).", geteuid()),
        format!(
            "Set FACTURO_DATA_DIR to a directory that this user can reach, such as /var/lib/facturo, or open {dir} with chmod a+x."
        ),
    )
}

fn run(settings: &Settings, place: &Place, bin_dir: &Path) -> Result<()> {
    let supervisor_lock = locks::open(&place.supervisor_lock(), None)?;
    let server_lock = locks::open(&place.server_lock(), None)?;
    if !take(&supervisor_lock)? || !take(&server_lock)? {
        Report::Busy.send();
        return Ok(());
    }
    let _ = log::bound(&place.data_dir).and_then(|()| log::begin());
    let users = locks::open(&place.users_lock(), None)?;
    if cluster::major(&place.cluster())?.is_none() {
        cluster::initialise(place, bin_dir, settings.durable, &server_lock)?;
    }
    place.prepare_socket_dir()?;
    cluster::remove_stale(place)?;
    let major = cluster::major(&place.cluster())?.unwrap_or_default();
    let mut command = cluster::server(place, bin_dir, settings.durable, major);
    let started = process::tie(&mut command, &server_lock, Signal::SIGINT)
        .and_then(|()| command.stdout(io::stderr()).spawn())
        .map_err(|error| cluster::failed(place, "PostgreSQL cannot be run", &error.to_string()))?;
    drop((command, server_lock)); // what the server holds is to be its own
    let pid = Pid::from_raw(started.id().cast_signed());
    let (exited, exit) = channel();
    let mut child = started;
    // Waits in a thread of its own, so that the end of the server is seen at once and without polling. The server
    // is the child of this first thread, whose death is what its signal goes by.
    spawn(move || exited.send(child.wait()));
    let watched = Watch { settings, place, users, server: pid, exit }.run();
    place.remove_socket_dir();
    watched
}

fn take(lock: &File) -> Result<bool> {
    let asked = Instant::now();
    while !locks::try_exclusive(lock)? {
        if asked.elapsed() > LOCK_PATIENCE {
            return Ok(false);
        }
        sleep(STARTING_TICK);
    }
    Ok(true)
}

struct Watch<'a> {
    settings: &'a Settings,
    place: &'a Place,
    users: File,
    server: Pid,
    exit: Receiver<io::Result<ExitStatus>>,
}

impl Watch<'_> {
    fn run(&self) -> Result<()> {
        let mut ready = false;
        let mut unused_since = None;
        let running_tick = RUNNING_TICK.min(self.settings.linger / 4).max(STARTING_TICK);
        loop {
            if self.ended_within(if ready { running_tick } else { STARTING_TICK }) {
                return if ready { Ok(()) } else { Err(self.not_started()) };
            }
            if !ready && self.is_ready() {
                Report::Ready.send();
                ready = true;
            }
            if self.is_removed(ready) {
                // Nobody finds this server any more: its directory or its socket was taken away.
                return self.stop();
            }
            if self.is_unused(&mut unused_since)? {
                // `users.lock` is held until the end, so that the next host waits rather than meets a dying server.
                return self.stop();
            }
            if ready {
                let _ = log::bound(&self.place.data_dir);
            }
        }
    }

    fn ended_within(&self, time: Duration) -> bool {
        !matches!(self.exit.recv_timeout(time), Err(RecvTimeoutError::Timeout))
    }

    fn is_ready(&self) -> bool {
        ServerProcess::read(&self.place.cluster())
            .is_some_and(|found| found.ready && found.pid == self.server)
    }

    fn is_removed(&self, ready: bool) -> bool {
        let replaced = !locks::is_current(&self.users, &self.place.users_lock()).unwrap_or(false);
        replaced || (ready && !self.place.socket().exists())
    }

    /// Whether no host has held `users.lock` for the whole of the linger. Then it is ours.
    fn is_unused(&self, since: &mut Option<Instant>) -> Result<bool> {
        if !locks::try_exclusive(&self.users)? {
            *since = None;
            return Ok(false);
        }
        if since.get_or_insert_with(Instant::now).elapsed() >= self.settings.linger {
            return Ok(true);
        }
        self.users.unlock().map_err(|error| Error::internal("users.lock", error))?;
        Ok(false)
    }

    fn stop(&self) -> Result<()> {
        // SIGINT: end the sessions and shut down. SIGQUIT: at once, recovering at the next start.
        for (signal, patience) in [(Signal::SIGINT, STOP_PATIENCE), (Signal::SIGQUIT, LOCK_PATIENCE)] {
            let _ = kill(self.server, signal);
            if self.ended_within(patience) {
                return Ok(());
            }
        }
        kill(self.server, Signal::SIGKILL).map_err(|error| Error::internal("stopping PostgreSQL", error))
    }

    fn not_started(&self) -> Error {
        let cause = log::cause(&self.place.data_dir).unwrap_or_else(|| "it ended at once".into());
        cluster::failed(self.place, "PostgreSQL did not start", &cause)
    }
}
