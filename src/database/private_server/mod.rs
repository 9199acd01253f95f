//! The private PostgreSQL: found, initialised, started, shared by every facturo on the same data directory, and
//! stopped after the last of them.
//!
//! Three kinds of process take part. Each **host** (a facturo that serves a person) holds `users.lock` shared for as
//! long as it lives. The first host starts a **supervisor**, a detached facturo that no host owns: it runs `initdb`
//! where there is nothing yet, starts the **server**, watches over it, and stops it once no host has held
//! `users.lock` for a while. Everything rests on `flock`, which the kernel gives back on any death, so that whatever
//! is killed, whenever, the next start finds out what is left and heals it:
//!
//! | file | held by | proves |
//! |---|---|---|
//! | `users.lock` | each host, shared | the server is in use |
//! | `start.lock` | the one host that is starting a supervisor | nobody else needs to |
//! | `supervisor.lock` | the supervisor | the server is watched over; if not, it is on its way down |
//! | `server.lock` | supervisor, `initdb` and every process of the server, by inheritance | free: no old server is left |

mod alive;
mod binaries;
mod cluster;
mod describe;
mod file_system;
mod launch;
mod locks;
mod log;
mod place;
mod process;
mod report;
mod supervisor;
mod upgrade;

use std::ffi::OsString;
use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

pub use self::binaries::{Binaries, client_programs, major};
pub use self::describe::{Description, describe};
pub use self::place::default_data_dir;
pub use self::supervisor::supervise;
pub use self::upgrade::Upgrade;

use self::place::Place;
use crate::error::{Error, Result};

/// How often a host looks again while it waits for a lock or a server. Looking costs microseconds.
const PAUSE: Duration = Duration::from_millis(4);

/// What a private server is made of. Every host on one data directory should bring the same.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Absolute. The cluster is `postgres` in it; locks, socket and log stand beside.
    pub data_dir: PathBuf,
    /// The facturo that is run as `facturo supervise …`.
    pub executable: PathBuf,
    /// Where `postgres` and `initdb` are. When set, nowhere else is searched.
    pub bin_dir: Option<PathBuf>,
    /// `PATH`, the last place where binaries are searched.
    pub search_path: Option<OsString>,
    /// False only for tests and scratch: `fsync`, `full_page_writes` and `synchronous_commit` off.
    pub durable: bool,
    /// How long the server outlives its last host.
    pub linger: Duration,
    /// How long a start may take in all.
    pub limit: Duration,
}

impl Settings {
    /// The settings of a person's own server.
    #[must_use]
    pub fn new(data_dir: PathBuf, executable: PathBuf) -> Self {
        Self {
            data_dir,
            executable,
            bin_dir: None,
            search_path: None,
            durable: true,
            linger: Duration::from_secs(30),
            limit: Duration::from_secs(60),
        }
    }
}

/// A running private server, which stays up for as long as this value lives.
#[derive(Debug)]
pub struct PrivateServer {
    settings: Settings,
    socket_dir: PathBuf,
    /// `users.lock`, held shared. The mutex also keeps several callers of [`Self::ensure`] from starting at once.
    users: Mutex<File>,
}

impl PrivateServer {
    /// Finds the server of this data directory, or brings it up. On a running server this costs a few system calls.
    ///
    /// # Errors
    /// `Unavailable`, with what to do: no binaries, another major version, a directory that cannot be used, or no
    /// server within the limit.
    pub async fn start(settings: &Settings) -> Result<Self> {
        let (users, socket_dir) = within_limit(settings, attach(settings)).await?;
        Ok(Self { settings: settings.clone(), socket_dir, users: Mutex::new(users) })
    }

    /// Brings the server back when it or its supervisor is gone. For the pool to call when a connection is refused;
    /// nothing is started when all is well. A server that is recovering from the death of one of its sessions counts as
    /// there; it refuses connections with 57P03 for a moment.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn ensure(&self) -> Result<()> {
        let mut users = self.users.lock().await;
        let place = Place::find(&self.settings)?;
        if locks::is_current(&users, &place.users_lock())? {
            if !alive::answers(&place).await {
                within_limit(&self.settings, launch::bring_up(&self.settings, &place)).await?;
            }
        } else {
            // The data directory was removed or replaced under us: what we hold guards nothing any more.
            (*users, _) = within_limit(&self.settings, attach(&self.settings)).await?;
        }
        Ok(())
    }

    /// How to connect: over the Unix socket, as the superuser, to the database `postgres`.
    #[must_use]
    pub fn config(&self) -> tokio_postgres::Config {
        let mut config = tokio_postgres::Config::new();
        config
            .host_path(&self.socket_dir)
            .port(cluster::PORT)
            .user(cluster::SUPERUSER)
            .dbname(cluster::DATABASE);
        config
    }
}

/// Takes `users.lock` shared, and has the server answer.
async fn attach(settings: &Settings) -> Result<(File, PathBuf)> {
    let place = Place::find(settings)?;
    if let Some(users) = locks::open_existing(&place.users_lock())?
        && locks::try_shared(&users)?
        && alive::answers(&place).await
    {
        return Ok((users, place.socket_dir));
    }
    let place = Place::prepare(settings)?;
    let users = locks::open(&place.users_lock(), place.owner)?;
    // Held exclusively for an instant by a supervisor that looks for users, or by one that is stopping its server.
    while !locks::try_shared(&users)? {
        sleep(PAUSE).await;
    }
    launch::bring_up(settings, &place).await?;
    Ok((users, place.socket_dir))
}

async fn within_limit<T>(settings: &Settings, start: impl Future<Output = Result<T>>) -> Result<T> {
    timeout(settings.limit, start).await.unwrap_or_else(|_| {
        let (dir, seconds) = (settings.data_dir.display(), settings.limit.as_secs());
        Err(Error::unavailable(
            format!("PostgreSQL in {dir} did not come up within {seconds} seconds."),
            format!(
                "It may still be recovering: try again shortly. {dir}/{} says what it is doing.",
                log::NAME
            ),
        ))
    })
}
