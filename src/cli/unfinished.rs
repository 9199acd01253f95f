//! Files that hold the books, on their way to where somebody wants them.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use crate::error::{Error, Result};

/// A file that takes its name once it is whole and on disk. Until then it stands beside, and it is removed when it does not
/// get so far.
pub(super) struct Unfinished {
    /// What named it on the command line.
    argument: &'static str,
    path: PathBuf,
    aside: PathBuf,
    replace: bool,
    pub(super) file: File,
}

impl Unfinished {
    /// Readable for its owner alone.
    pub(super) fn new(argument: &'static str, path: &Path, replace: bool) -> Result<Self> {
        let refuse = |error: io::Error| unwritable(argument, path, &error);
        let name = path.file_name().ok_or_else(|| refuse(io::ErrorKind::InvalidFilename.into()))?;
        if !replace && path.symlink_metadata().is_ok() {
            return Err(exists(path));
        }
        let mut unfinished = name.to_owned();
        unfinished.push(format!(".{}.unfinished", std::process::id()));
        let aside = path.with_file_name(unfinished);
        let mut options = OpenOptions::new();
        let file =
            options.read(true).write(true).create_new(true).mode(0o600).open(&aside).map_err(refuse)?;
        Ok(Self { argument, path: path.to_owned(), aside, replace, file })
    }

    /// Completes the file, and puts it in its place.
    pub(super) fn finish<T>(mut self, complete: impl FnOnce(&mut File) -> io::Result<T>) -> Result<T> {
        let completed = complete(&mut self.file).and_then(|done| self.file.sync_all().map(|()| done));
        let done = completed.map_err(|error| self.unwritable(&error))?;
        match self.put_in_place() {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(exists(&self.path)),
            placed => placed.map(|()| done).map_err(|error| self.unwritable(&error)),
        }
    }

    fn put_in_place(&self) -> io::Result<()> {
        if self.replace {
            fs::rename(&self.aside, &self.path)?;
        } else {
            // a link never replaces; but some disks, such as those of memory sticks, know none
            match fs::hard_link(&self.aside, &self.path) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists && !self.path.exists() => {
                    fs::rename(&self.aside, &self.path)?;
                }
                linked => linked?,
            }
        }
        let dir = self.path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(dir)?.sync_all()
    }

    pub(super) fn unwritable(&self, error: &io::Error) -> Error {
        unwritable(self.argument, &self.path, error)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.aside); // it is gone already where it was renamed
    }
}

fn exists(path: &Path) -> Error {
    Error::conflict(
        format!("{} is there already.", path.display()),
        "Name another file, or write --replace to have this one replaced.",
    )
}

fn unwritable(argument: &'static str, path: &Path, error: &io::Error) -> Error {
    let problem = format!("{} cannot be written ({error})", path.display());
    Error::invalid(argument, problem, "a file in a directory that is there, on a disk with room")
}
