//! The file of a backup: an archive of `pg_dump`, and behind it one line of JSON that says what is in it. PostgreSQL's own
//! tools read the archive and do not look at the line.

use std::{
    fs::{self, File},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
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
        let mut file = open(path)?;
        let read = line(&mut file).and_then(|line| {
            file.rewind()?;
            Ok((line, begins_as_archive(&mut file)?))
        });
        let (line, is_archive) = read.map_err(|error| unreadable(path, &error.to_string()))?;
        let manifest = line.and_then(|line| serde_json::from_slice::<Self>(&line).ok());
        match manifest {
            Some(manifest) if manifest.facturo_backup > FORM => Err(unreadable(
                path,
                &format!("facturo {} made it, which is newer", manifest.version.escape_debug()),
            )),
            Some(manifest) => manifest.hold(&mut file, path),
            None if is_archive => {
                Err(unreadable(path, "its end is missing, or `facturo backup` did not make it"))
            }
            None => Err(unreadable(path, "it is no backup")),
        }
    }

    /// Puts the line behind the archive. Answers the length of both in bytes.
    pub(super) fn close(mut self, file: &mut File) -> io::Result<u64> {
        (self.bytes, self.sha256) = digest(file, u64::MAX)?;
        let line = format!("\n{}\n", serde_json::to_string(&self)?);
        file.seek(SeekFrom::End(0))?;
        file.write_all(line.as_bytes())?;
        file.stream_position()
    }

    fn hold(self, file: &mut File, path: &Path) -> Result<Self> {
        let found = digest(file, self.bytes).map_err(|error| unreadable(path, &error.to_string()))?;
        if found != (self.bytes, self.sha256.clone()) {
            return Err(unreadable(path, "it is not as it was when it was made"));
        }
        Ok(self)
    }
}

/// A pipe would be waited for, and a device read for ever.
fn open(path: &Path) -> Result<File> {
    let opened =
        fs::metadata(path).and_then(|it| if it.is_file() { File::open(path).map(Some) } else { Ok(None) });
    let file = opened.map_err(|error| unreadable(path, &error.to_string()))?;
    file.ok_or_else(|| unreadable(path, "it is no regular file"))
}

fn unreadable(path: &Path, problem: &str) -> Error {
    Error::invalid(
        super::FILE,
        format!("{} cannot be restored ({problem})", path.display()),
        "a file that `facturo backup` made",
    )
}

/// The last line, where it is short enough to be one.
fn line(file: &mut File) -> io::Result<Option<Vec<u8>>> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(LINE_MAX)))?;
    let mut tail = Vec::new();
    file.take(LINE_MAX).read_to_end(&mut tail)?;
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
