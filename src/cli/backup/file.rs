//! The file of a backup: an archive of `pg_dump`, and behind it one line of JSON that says what is in it. PostgreSQL's own
//! tools read the archive and do not look at the line.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::inventory::Inventory;
use crate::error::{Error, Result};

/// The newest form of the line that this program knows.
pub(super) const FORM: u32 = 1;
/// How an archive in the custom format begins.
const ARCHIVE: &[u8] = b"PGDMP";
/// No line is longer.
const LINE_MAX: u64 = 1024 * 1024;

/// The line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::cli) struct Manifest {
    pub(super) facturo_backup: u32,
    /// Which facturo made it.
    pub(super) version: String,
    /// In UTC, by RFC 3339.
    pub(super) made_at: String,
    /// The major version of `pg_dump`: an older `pg_restore` may not read what it wrote.
    pub(super) pg_dump: u32,
    pub(super) holds: Inventory,
    /// Length and digest of the archive.
    bytes: u64,
    sha256: String,
}

impl Manifest {
    pub(super) fn new(made_at: String, pg_dump: u32, holds: Inventory) -> Self {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Self { facturo_backup: FORM, version, made_at, pg_dump, holds, bytes: 0, sha256: String::new() }
    }

    /// Reads the line, and holds the archive before it to it.
    pub(in crate::cli) fn read(path: &Path) -> Result<Self> {
        let mut file = File::open(path).map_err(|error| unreadable(path, &error.to_string()))?;
        let read = line(&mut file).and_then(|line| {
            file.rewind()?;
            Ok((line, begins_as_archive(&mut file)?))
        });
        let (line, is_archive) = read.map_err(|error| unreadable(path, &error.to_string()))?;
        let manifest = line.and_then(|line| serde_json::from_slice::<Self>(&line).ok());
        match manifest {
            Some(manifest) if manifest.facturo_backup > FORM => {
                Err(unreadable(path, &format!("facturo {} made it, which is newer", manifest.version)))
            }
            Some(manifest) => manifest.hold(&mut file, path),
            None if is_archive => {
                Err(unreadable(path, "its end is missing, or `facturo backup` did not make it"))
            }
            None => Err(unreadable(path, "it is no backup")),
        }
    }

    fn hold(self, file: &mut File, path: &Path) -> Result<Self> {
        let found = digest(file, self.bytes).map_err(|error| unreadable(path, &error.to_string()))?;
        if found != (self.bytes, self.sha256.clone()) {
            return Err(unreadable(path, "it is not as it was when it was made"));
        }
        Ok(self)
    }
}

fn unreadable(path: &Path, problem: &str) -> Error {
    Error::invalid(
        "FILE",
        format!("{} cannot be restored ({problem})", path.display()),
        "a file that `facturo backup` made",
    )
}

/// The last line, where it is short enough to be one.
fn line(file: &mut File) -> io::Result<Option<Vec<u8>>> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(LINE_MAX)))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let Some(lines) = tail.strip_suffix(b"\n") else { return Ok(None) };
    Ok(lines.iter().rposition(|byte| *byte == b'\n').map(|at| lines.split_at(at + 1).1.to_vec()))
}

fn begins_as_archive(file: &mut File) -> io::Result<bool> {
    let mut head = Vec::new();
    file.take(ARCHIVE.len() as u64).read_to_end(&mut head)?;
    Ok(head == ARCHIVE)
}

/// Length and SHA-256 of what the file begins with.
fn digest(file: &mut File, bytes: u64) -> io::Result<(u64, String)> {
    file.rewind()?;
    let mut hash = HashWriter(Sha256::new());
    let read = io::copy(&mut file.take(bytes), &mut hash)?;
    let hex = hash.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((read, hex))
}

struct HashWriter(Sha256);

impl io::Write for HashWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file that takes its name once it is whole and on disk. Until then it stands beside, and it is removed when it does not
/// get so far.
pub(in crate::cli) struct Unfinished {
    path: PathBuf,
    aside: PathBuf,
    replace: bool,
    file: File,
}

impl Unfinished {
    /// Readable for its owner alone.
    pub(in crate::cli) fn new(path: &Path, replace: bool) -> Result<Self> {
        let refuse = |error: io::Error| unwritable(path, &error);
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
        Ok(Self { path: path.to_owned(), aside, replace, file })
    }

    /// For a child to write to.
    pub(super) fn writer(&self) -> Result<File> {
        self.file.try_clone().map_err(|error| unwritable(&self.path, &error))
    }

    /// Puts the line behind the archive, and the file in its place. Answers its length in bytes.
    pub(super) fn finish(mut self, manifest: Manifest) -> Result<u64> {
        let length = self.complete(manifest).map_err(|error| unwritable(&self.path, &error))?;
        match self.put_in_place() {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(exists(&self.path)),
            done => done.map(|()| length).map_err(|error| unwritable(&self.path, &error)),
        }
    }

    fn complete(&mut self, mut manifest: Manifest) -> io::Result<u64> {
        (manifest.bytes, manifest.sha256) = digest(&mut self.file, u64::MAX)?;
        let line = format!("\n{}\n", serde_json::to_string(&manifest)?);
        self.file.seek(SeekFrom::End(0))?;
        self.file.write_all(line.as_bytes())?;
        self.file.sync_all()?;
        self.file.stream_position()
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

fn unwritable(path: &Path, error: &io::Error) -> Error {
    let problem = format!("{} cannot be written ({error})", path.display());
    Error::invalid("FILE", problem, "a file in a directory that is there, on a disk with room")
}
