//! Files and directories that must be closed to others.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use crate::error::{Error, Result};

/// Refuses what others may write to; of a directory, what they may put something else into the place of. What is not there is closed.
pub(super) fn to_writing(path: &Path) -> Result<()> {
    refuse(path, 0o022, ("write to", "go-w"))
}

/// Refuses what others may read, or write to.
pub(super) fn to_reading(path: &Path) -> Result<()> {
    refuse(path, 0o077, ("read or write to", "go="))
}

fn refuse(path: &Path, bits: u32, (deed, mend): (&str, &str)) -> Result<()> {
    let Ok(found) = fs::metadata(path) else { return Ok(()) };
    let mode = found.permissions().mode();
    // as in /tmp: there, nobody touches what is another's
    let is_sticky = found.is_dir() && mode & 0o1000 != 0;
    if mode & bits == 0 || is_sticky {
        return Ok(());
    }
    let path = path.display();
    Err(Error::conflict(
        format!("Others may {deed} {path} (mode {:o}).", mode & 0o777),
        format!("Close it with chmod {mend} '{path}'."),
    ))
}
