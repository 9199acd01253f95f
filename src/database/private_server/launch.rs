//! The host's side of a start: at most one supervisor, however many hosts start together.

use std::process::Stdio;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::cluster::ServerProcess;
use super::place::Place;
use super::report::Report;
use super::{PAUSE, Settings, alive, binaries, cluster, locks};
use crate::error::{Error, Result};

/// How long a server without a supervisor may take to go, and what it is then sent. On Linux it was sent SIGINT when
/// the supervisor died; elsewhere nobody has told it yet. Whatever it takes, the next start recovers.
const ORPHAN_STEPS: [(Duration, Signal); 3] = [
    (Duration::from_secs(2), Signal::SIGINT),
    (Duration::from_secs(5), Signal::SIGQUIT),
    (Duration::from_secs(12), Signal::SIGKILL),
];
/// Supervisors that die without a word before that is taken for an answer.
const ATTEMPTS: u32 = 5;

/// Returns once the server answers. The caller holds `users.lock`, and bounds the time.
pub(super) async fn bring_up(settings: &Settings, place: &Place) -> Result<()> {
    let start_lock = locks::open(&place.start_lock(), place.owner)?;
    while !locks::try_exclusive(&start_lock)? {
        if alive::answers(place).await {
            return Ok(());
        }
        sleep(PAUSE).await;
    }
    cluster::take_place(place)
        .map_err(|error| cluster::failed(place, "The upgraded data cannot be used", &error.to_string()))?;
    let mut orphan = Orphan::default();
    let mut died = 0;
    while !alive::answers(place).await {
        if locks::is_held(&place.server_lock())? {
            orphan.stop(place)?;
        } else {
            match supervisor(settings, place).await? {
                Some(Report::Ready) => continue,
                Some(Report::Busy) => {}
                Some(Report::Failed(error)) => return Err(error),
                None => died += 1,
            }
            if died == ATTEMPTS {
                return Err(cluster::failed(place, "PostgreSQL did not start", "its supervisor died"));
            }
        }
        sleep(PAUSE).await;
    }
    Ok(())
}

/// Starts a supervisor and waits for what it has to say: none if it dies first.
async fn supervisor(settings: &Settings, place: &Place) -> Result<Option<Report>> {
    let (cluster_dir, asked) = (place.cluster(), settings.clone());
    // Runs `pg_config` and `postgres --version`, which are over in milliseconds, but wait for the disk.
    let found =
        spawn_blocking(move || binaries::find(&asked, &cluster_dir, cluster::major(&cluster_dir)?)).await;
    let bin_dir = found.map_err(|error| Error::internal("finding PostgreSQL", error))??.dir;
    let mut command = Command::new(&settings.executable);
    command.env_clear(); // it outlives us, and what is secret in our environment must not
    command.arg("supervise").arg("--data-dir").arg(&place.data_dir).arg("--bin-dir").arg(bin_dir);
    command.arg("--linger-ms").arg(settings.linger.as_millis().to_string());
    if !settings.durable {
        command.arg("--not-durable");
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut started = command.spawn().map_err(|error| {
        Error::unavailable(
            format!("{} cannot be run ({error}).", settings.executable.display()),
            "Install facturo anew, and restart it.",
        )
    })?;
    let mut said = String::new();
    if let Some(mut stdout) = started.stdout.take() {
        // The pipe ends when the supervisor has reported, or died.
        let _ = stdout.read_to_string(&mut said).await;
    }
    let _ = started.wait().await; // it has returned long ago, and left a child behind that is nobody's
    Ok(Report::parse(&said))
}

/// Ends a server whose supervisor is gone, in steps, should it not go by itself: PostgreSQL 15 can hang when it is told
/// to shut down in the moment after one of its processes was killed.
struct Orphan {
    since: Option<Instant>,
    steps: &'static [(Duration, Signal)],
}

impl Orphan {
    fn stop(&mut self, place: &Place) -> Result<()> {
        if locks::is_held(&place.supervisor_lock())? {
            *self = Self::default();
            return Ok(());
        }
        let waited = self.since.get_or_insert_with(Instant::now).elapsed();
        if let Some(((patience, signal), later)) = self.steps.split_first()
            && waited > *patience
        {
            self.steps = later;
            if let Some(server) = ServerProcess::read(&place.cluster())
                && server.works_in(&place.cluster()) != Some(false)
            {
                let _ = kill(server.pid, *signal);
            }
        }
        Ok(())
    }
}

impl Default for Orphan {
    fn default() -> Self {
        Self { since: None, steps: &ORPHAN_STEPS }
    }
}
