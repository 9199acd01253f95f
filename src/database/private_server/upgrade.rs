//! Moving the data to a newer major version of PostgreSQL: a new server beside the old one, which the caller fills from
//! it, and which then takes its place. The old cluster is kept.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::cluster::{self, ServerProcess};
use super::place::Place;
use super::{Binaries, PAUSE, PrivateServer, Settings, alive, binaries, launch, locks, within_limit};
use crate::error::{Error, Result};

/// How long the lock of the users is tried for. A supervisor that looks for users holds it for an instant.
const IN_USE_PATIENCE: Duration = Duration::from_secs(2);
/// A server that shuts down writes first what is still in memory.
const STOP_PATIENCE: Duration = Duration::from_secs(120);

/// An upgrade under way. Until it is finished or given up nobody else gets at the data directory.
#[derive(Debug)]
pub struct Upgrade {
    place: Place,
    /// Of the new server, while it is beside.
    beside: Place,
    /// Held exclusively.
    _users: File,
    pub from: u32,
    pub to: Binaries,
    /// Of the new server.
    pub settings: Settings,
}

impl Upgrade {
    /// Keeps everybody else out, and brings both servers up: the old one, and an empty new one.
    ///
    /// # Errors
    /// `Conflict` when there is nothing to upgrade, nothing to upgrade to, or somebody uses the data; `Unavailable` as at
    /// any start.
    pub async fn begin(settings: &Settings) -> Result<(Self, PrivateServer, PrivateServer)> {
        let place = Place::find(settings)?;
        let Some(from) = cluster::major(&place.cluster())? else {
            return Err(Error::conflict(
                format!("There is no data in {} yet.", place.data_dir.display()),
                "The first start makes it, with the PostgreSQL that `facturo check` names.",
            ));
        };
        let (asked, cluster_dir) = (settings.clone(), place.cluster());
        let pair = spawn_blocking(move || binaries::pair(&asked, &cluster_dir, from)).await;
        let (old, to) = pair.map_err(|error| Error::internal("finding PostgreSQL", error))??;
        let users = exclusive(&place).await?;

        let old_settings = Settings { bin_dir: Some(old.dir), linger: Duration::ZERO, ..settings.clone() };
        within_limit(&old_settings, launch::bring_up(&old_settings, &place)).await?;
        let shared = users.try_clone().map_err(|error| Error::internal("users.lock", error))?;
        let socket_dir = place.socket_dir.clone();
        let old = PrivateServer { settings: old_settings, socket_dir, users: Mutex::new(shared) };

        let data_dir = place.data_dir.join("upgrade");
        let settings =
            Settings { data_dir, bin_dir: Some(to.dir.clone()), linger: Duration::ZERO, ..settings.clone() };
        make_room(&place, &settings).await?;
        let new = PrivateServer::start(&settings).await?;
        let beside = Place::find(&settings)?;
        Ok((Self { place, beside, _users: users, from, to, settings }, old, new))
    }

    /// Puts the new cluster in the place of the old one, and answers where that is kept: `postgres-15-2026-11-24`.
    /// Nothing must be connected to either any more. Killed in the middle, the next start completes it.
    ///
    /// # Errors
    /// `Unavailable` when a server does not stop, or the disk refuses; the old cluster is then still in its place, or kept.
    pub async fn finish(self, today: &str) -> Result<PathBuf> {
        stop(&self.beside).await?;
        stop(&self.place).await?;
        let name = format!("postgres-{}-{today}", self.from);
        let free = |name: &String| !self.place.data_dir.join(name).exists();
        let names = std::iter::once(name.clone()).chain((2..).map(|count| format!("{name}-{count}")));
        let kept = names.into_iter().find(free).unwrap_or(name);
        let kept = self.place.data_dir.join(kept);
        let swap = || {
            let upgraded = self.place.upgraded_cluster();
            cluster::remove(fs::remove_dir_all(&upgraded))?;
            fs::rename(self.beside.cluster(), &upgraded)?;
            fs::rename(self.place.cluster(), &kept)?;
            cluster::take_place(&self.place)?;
            cluster::remove(fs::remove_dir_all(&self.beside.socket_dir))?;
            cluster::remove(fs::remove_dir_all(&self.beside.data_dir))
        };
        swap().map_err(|error| {
            cluster::failed(&self.place, "The clusters cannot be exchanged", &error.to_string())
        })?;
        Ok(kept)
    }

    /// Takes the new server away again. The old one is as it was.
    ///
    /// # Errors
    /// As [`Self::finish`].
    pub async fn give_up(self) -> Result<()> {
        stop(&self.beside).await?;
        cluster::remove(fs::remove_dir_all(&self.beside.data_dir)).map_err(|error| {
            cluster::failed(&self.place, "What was begun cannot be removed", &error.to_string())
        })
    }
}

/// Nobody uses the data, and nobody will.
async fn exclusive(place: &Place) -> Result<File> {
    let users = locks::open(&place.users_lock(), place.owner)?;
    let asked = Instant::now();
    while !locks::try_exclusive(&users)? {
        if asked.elapsed() > IN_USE_PATIENCE {
            return Err(Error::conflict(
                format!("{} is in use.", place.data_dir.display()),
                "End the assistants and other programs that run facturo on it, and try again.",
            ));
        }
        sleep(PAUSE).await;
    }
    Ok(users)
}

/// An empty directory for the new server, of the same owner. One that was left by an upgrade that died goes.
async fn make_room(place: &Place, settings: &Settings) -> Result<()> {
    let left = Place::find(settings)?;
    stop(&left).await?;
    let made = || {
        cluster::remove(fs::remove_dir_all(&settings.data_dir))?;
        DirBuilder::new().mode(0o700).create(&settings.data_dir)?;
        match place.owner {
            Some(owner) => chown(&settings.data_dir, Some(owner.uid.as_raw()), Some(owner.gid.as_raw())),
            None => Ok(()),
        }
    };
    made().map_err(|error: io::Error| {
        cluster::failed(place, "The new database cannot be made", &error.to_string())
    })
}

/// Shuts a server down, and waits until it and its supervisor are gone.
async fn stop(place: &Place) -> Result<()> {
    let asked = Instant::now();
    let mut told = None;
    while locks::is_held(&place.server_lock())? || locks::is_held(&place.supervisor_lock())? {
        let server = ServerProcess::read(&place.cluster()).map(|server| server.pid);
        if server.is_some() && told != server && alive::answers(place).await {
            let _ = server.map(|pid| kill(pid, Signal::SIGINT));
            told = server;
        }
        if asked.elapsed() > STOP_PATIENCE {
            return Err(cluster::failed(
                place,
                "PostgreSQL does not stop",
                "it is still there after two minutes",
            ));
        }
        sleep(PAUSE).await;
    }
    Ok(())
}
