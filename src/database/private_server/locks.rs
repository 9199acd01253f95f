//! Lock files: `flock` through the standard library, never waiting, closed on exec.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::Path;

use nix::fcntl::OFlag;

use super::place::Owner;
use crate::error::{Error, Result};

/// Opens a lock file, and makes it where there is none. What root makes is given to the owner of the cluster; but
/// nothing else is, such as a file of root's that somebody linked to under this name.
pub(super) fn open(path: &Path, owner: Option<Owner>) -> Result<File> {
    let file = options().create(true).open(path).map_err(|error| cannot_open(path, &error))?;
    if let Some(owner) = owner
        && file.metadata().is_ok_and(|made| made.uid() == 0 && made.nlink() == 1 && made.len() == 0)
    {
        fchown(&file, Some(owner.uid.as_raw()), Some(owner.gid.as_raw()))
            .map_err(|error| cannot_open(path, &error))?;
    }
    Ok(file)
}

pub(super) fn open_existing(path: &Path) -> Result<Option<File>> {
    match options().open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot_open(path, &error)),
    }
}

pub(super) fn try_shared(file: &File) -> Result<bool> {
    taken(file.try_lock_shared())
}

pub(super) fn try_exclusive(file: &File) -> Result<bool> {
    taken(file.try_lock())
}

/// Whether somebody holds the lock exclusively. Asks with a shared lock, so that several can ask at once.
pub(super) fn is_held(path: &Path) -> Result<bool> {
    match open_existing(path)? {
        Some(file) => Ok(!try_shared(&file)?),
        None => Ok(false),
    }
}

/// Whether the file that is open is still the one that the path names.
pub(super) fn is_current(file: &File, path: &Path) -> Result<bool> {
    let ours = file.metadata().map_err(|error| cannot_open(path, &error))?;
    Ok(path.metadata().is_ok_and(|there| (there.dev(), there.ino()) == (ours.dev(), ours.ino())))
}

/// `O_NOFOLLOW`, since root opens these in a directory that belongs to somebody else.
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600).custom_flags(OFlag::O_NOFOLLOW.bits());
    options
}

fn taken(outcome: std::result::Result<(), TryLockError>) -> Result<bool> {
    match outcome {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(Error::unavailable(
            format!("The file system of the data directory does not lock files ({error})."),
            "Set FACTURO_DATA_DIR to a directory on a local disk.",
        )),
    }
}

fn cannot_open(path: &Path, error: &io::Error) -> Error {
    Error::unavailable(
        format!("{} cannot be opened ({error}).", path.display()),
        "Run facturo as the user that the data directory belongs to, or set FACTURO_DATA_DIR to another directory.",
    )
}
