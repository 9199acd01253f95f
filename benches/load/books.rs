//! The books that everything is measured over.

use std::{
    fs,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use crate::{
    Result,
    server::{ADMINISTRATION, PRISTINE, Server},
};

const BOOKS: &str = include_str!("books.sql");

/// How large the books are, and which clients and invoices are in which block of `books.sql`.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub invoices: i64,
}

impl Shape {
    pub fn clients(self) -> i64 {
        self.invoices / 10
    }

    /// The first clients, who have a hundred pending invoices each.
    pub fn heavy_clients(self) -> i64 {
        self.invoices / 1000
    }

    /// First and last id.
    pub fn drafts(self) -> (i64, i64) {
        (self.invoices / 5 + 1, 2 * (self.invoices / 5))
    }

    /// First and last id.
    pub fn payable(self) -> (i64, i64) {
        (2 * (self.invoices / 5) + 1, 3 * (self.invoices / 5))
    }
}

/// Fills a database of its own; an older one of that name goes.
pub fn make(server: &Server, database: &str, shape: Shape) -> Result<()> {
    eprintln!("making the books: {} invoices", shape.invoices);
    copy(server, PRISTINE, database)?;
    server.rows(database, &BOOKS.replace(":invoices", &shape.invoices.to_string()))?;
    server.rows(database, "VACUUM (FREEZE, ANALYZE)")?;
    Ok(())
}

/// The same, quickly: a copy of books that are kept. Those are made anew every day, since their dates are as of today.
pub fn open(server: &Server, database: &str, shape: Shape) -> Result<()> {
    let kept = format!("books_{}", shape.invoices);
    let made =
        format!("{} {}", digest(BOOKS.as_bytes()), server.value(ADMINISTRATION, "SELECT current_date")?);
    let found =
        format!("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{kept}'");
    if server.rows(ADMINISTRATION, &found)?.concat() != [made.clone()] {
        make(server, &kept, shape)?;
        server.rows(ADMINISTRATION, &format!("COMMENT ON DATABASE {kept} IS '{made}'"))?;
    }
    copy(server, &kept, database)
}

pub fn close(server: &Server, database: &str) -> Result<()> {
    server.rows(ADMINISTRATION, &format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)")).map(drop)
}

fn copy(server: &Server, from: &str, to: &str) -> Result<()> {
    close(server, to)?;
    server.rows(ADMINISTRATION, &format!("CREATE DATABASE {to} TEMPLATE {from} STRATEGY file_copy")).map(drop)
}

/// Changes whenever the schema does: a digest of all SQL in rooms but that of the queries.
pub fn schema() -> Result<String> {
    let mut files: Vec<PathBuf> = Vec::new();
    for room in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("sql"))? {
        let room = room?.path();
        if room.is_dir() && !room.ends_with("queries") {
            files.extend(fs::read_dir(room)?.map(|file| Ok(file?.path())).collect::<Result<Vec<_>>>()?);
        }
    }
    files.sort();
    Ok(digest(&files.iter().map(fs::read).collect::<std::result::Result<Vec<_>, _>>()?.concat()))
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
