//! A directory that is taken away at the end.

use std::{
    fs::{self, File, Permissions, TryLockError},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use nix::unistd::{Uid, mkdtemp};

use crate::error::{Error, Result};

/// In a longer path the private server would put its socket elsewhere, where we do not clean up.
const LONGEST_BASE: usize = 45;
/// PostgreSQL without fsync is down in a few hundredths of a second.
const PATIENCE: Duration = Duration::from_secs(15);

pub(super) struct Scratch {
    root: PathBuf,
}

impl Scratch {
    pub(super) fn new(temp_dir: Option<&Path>) -> Result<Self> {
        let base = temp_dir.filter(|dir| dir.is_absolute() && usable(dir)).unwrap_or(Path::new("/tmp"));
        let made = mkdtemp(&base.join("facturo-demo-XXXXXX")).map_err(|error| {
            Error::unavailable(
                format!("No scratch directory can be made in {} ({error}).", base.display()),
                "Set TMPDIR to a directory that you can write to.",
            )
        });
        let scratch = Self { root: made? };
        if Uid::effective().is_root() {
            // PostgreSQL runs as another user, who must get through
            fs::set_permissions(&scratch.root, Permissions::from_mode(0o755))
                .map_err(|error| Error::internal("opening the scratch directory", error))?;
        }
        Ok(scratch)
    }

    /// The server makes it, for the user that it belongs to.
    pub(super) fn data_dir(&self) -> PathBuf {
        self.root.join("data")
    }

    /// Waits until PostgreSQL is down, which goes by itself once nobody uses it; then removes everything.
    pub(super) async fn remove(self) {
        let asked = Instant::now();
        while self.is_in_use() && asked.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Whether the private server's supervisor or one of its processes is left: each holds a lock as long as it lives.
    fn is_in_use(&self) -> bool {
        ["supervisor.lock", "server.lock"].iter().any(|name| {
            File::open(self.data_dir().join(name))
                .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
        })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.root) {
            tracing::warn!(%error, directory = %self.root.display(), "the scratch directory is left");
        }
    }
}

/// Short enough; and for root only a directory will do that everybody gets through to.
fn usable(dir: &Path) -> bool {
    let open =
        |dir: &Path| fs::metadata(dir).is_ok_and(|metadata| metadata.permissions().mode() & 0o001 != 0);
    dir.is_dir()
        && dir.as_os_str().len() <= LONGEST_BASE
        && (!Uid::effective().is_root() || dir.ancestors().all(open))
}
