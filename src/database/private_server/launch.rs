//! The host's side of a start: at most one supervisor, however many hosts start together.

use std::process::Stdio;
use std::time::Instant;

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

/// How long a server without a supervisor may take to go away by itself. On Linux it is told to when the supervisor
/// dies; elsewhere nobody tells it.
const ORPHAN_PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);
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
    let mut orphaned_since = None;
    let mut died = 0;
    while !alive::answers(place).await {
        if locks::is_held(&place.server_lock())? {
            stop_orphan(place, &mut orphaned_since)?;
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

/// A server whose supervisor is gone would otherwise stay until the machine is switched off.
fn stop_orphan(place: &Place, since: &mut Option<Instant>) -> Result<()> {
    if locks::is_held(&place.supervisor_lock())? {
        *since = None;
    } else if since.get_or_insert_with(Instant::now).elapsed() > ORPHAN_PATIENCE
        && let Some(server) = ServerProcess::read(&place.cluster())
    {
        let _ = kill(server.pid, Signal::SIGINT);
        *since = None;
    }
    Ok(())
}
