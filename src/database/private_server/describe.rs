//! What `facturo check` says about the private server.

use std::fmt;
use std::path::PathBuf;

use super::place::Place;
use super::{Settings, alive, binaries, cluster};
use crate::error::{Error, Result};

/// Its `Display` is plain words, a line each.
#[derive(Debug)]
pub struct Description {
    pub data_dir: PathBuf,
    /// The major version that wrote the data; none where there is no data yet.
    pub data_major: Option<u32>,
    pub running: bool,
    /// Directory and version of each PostgreSQL that was found, in the order of the search.
    pub found: Vec<(PathBuf, String)>,
    /// The one of them that would be used.
    pub chosen: Option<PathBuf>,
    /// The version that `facturo upgrade` would move the data to.
    pub newer: Option<String>,
    /// Why none would be, and what to do.
    pub problem: Option<Error>,
}

impl Description {
    /// Whether there is data to be served; an error where there could be none.
    ///
    /// # Errors
    /// The problem, which no start would overcome.
    pub fn usable(self) -> Result<bool> {
        match self.problem {
            Some(problem) => Err(problem),
            None => Ok(self.data_major.is_some()),
        }
    }
}

/// Looks without touching anything.
///
/// # Errors
/// `Unavailable` when no start could use the data directory.
pub async fn describe(settings: &Settings) -> Result<Description> {
    let place = Place::inspect(settings)?;
    let running = alive::answers(&place).await;
    let settings = settings.clone();
    let looked = tokio::task::spawn_blocking(move || {
        let cluster_dir = place.cluster();
        let data_major = cluster::major(&cluster_dir)?;
        let found =
            binaries::search(&settings, binaries::SERVER).map(|found| (found.dir, found.version)).collect();
        let chosen = binaries::find(&settings, &cluster_dir, data_major);
        let (chosen, problem) = match chosen {
            Ok(found) => (Some(found.dir), None),
            Err(problem) => (None, Some(problem)),
        };
        let pair = data_major.and_then(|major| binaries::pair(&settings, &cluster_dir, major).ok());
        let newer = pair.map(|(_, newer)| newer.version);
        Ok(Description { data_dir: place.data_dir, data_major, running, found, chosen, newer, problem })
    });
    looked.await.map_err(|error| Error::internal("looking for PostgreSQL", error))?
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Data directory: {}", self.data_dir.display())?;
        match self.data_major {
            Some(major) => writeln!(f, "Data: written by PostgreSQL {major}")?,
            None => writeln!(f, "Data: none yet; the first start makes it")?,
        }
        if let (Some(major), Some(newer)) = (self.data_major, self.newer.as_ref()) {
            writeln!(
                f,
                "PostgreSQL {newer} is here as well: `facturo upgrade` moves the data there from {major}"
            )?;
        }
        writeln!(
            f,
            "Server: {}",
            if self.running { "running" } else { "not running; it starts when needed" }
        )?;
        for (dir, version) in &self.found {
            let used = if self.chosen.as_ref() == Some(dir) { " (used)" } else { "" };
            writeln!(f, "PostgreSQL {version}: {}{used}", dir.display())?;
        }
        Ok(())
    }
}
