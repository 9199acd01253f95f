//! Archives in the custom format of `pg_dump`, written and read by PostgreSQL's own programs.

mod counts;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio_postgres::Transaction;

pub use self::counts::tables;
use super::pool::{Environment, Server};
use super::private_server::{self, Binaries, Settings};
use crate::error::{Error, Result};

/// What a transaction sees, for `pg_dump` to see the same.
#[derive(Debug)]
pub struct Snapshot {
    id: String,
    schema: String,
}

impl Snapshot {
    /// Of a transaction that is `REPEATABLE READ`. It lasts as long as that one.
    pub async fn of(tx: &Transaction<'_>) -> Result<Self> {
        let row = tx.query_typed_one(include_str!("../../../sql/queries/backup/snapshot.sql"), &[]).await?;
        Ok(Self { id: row.try_get(0)?, schema: row.try_get(1)? })
    }
}

/// `pg_dump` and `pg_restore`, and the database that they are for.
#[derive(Debug)]
pub struct Programs {
    dir: PathBuf,
    /// The major version of the programs.
    pub major: u32,
    environment: Environment,
}

impl Programs {
    /// Programs of this major version or a newer one, for the database that this configuration leads to. Where several are
    /// there, the nearest.
    ///
    /// # Errors
    /// `Unavailable` when there are none, with what to install.
    pub async fn find(settings: Settings, server: &Server, major: u32) -> Result<Self> {
        let search = move || private_server::client_programs(&settings, major);
        let found = tokio::task::spawn_blocking(search).await;
        let Binaries { dir, major, .. } =
            found.map_err(|error| Error::internal("finding pg_dump", error))??;
        Ok(Self { dir, major, environment: server.environment() })
    }

    /// Writes the schema that facturo works in, without owners and privileges, which are the target's own.
    ///
    /// # Errors
    /// `Unavailable` with what `pg_dump` has to say. What was written by then is of no use.
    pub async fn dump(&self, snapshot: &Snapshot, into: File) -> Result<()> {
        let mut command = self.command("pg_dump");
        command.args(["--format=custom", "--no-owner", "--no-acl"]);
        // a pattern, in which quotes take what is between them as it is
        command.arg(format!("--schema=\"{}\"", snapshot.schema.replace('"', "\"\"")));
        command.arg(format!("--snapshot={}", snapshot.id)).stdout(into);
        run("pg_dump", command, "").await.map(drop)
    }

    /// The archive's table of contents: an entry a line, and comments.
    ///
    /// # Errors
    /// `Unavailable` with what `pg_restore` has to say of the file.
    pub async fn contents(&self, archive: &Path) -> Result<String> {
        let mut command = self.command("pg_restore");
        command.arg("--list").arg(archive).stdout(Stdio::piped());
        let output = run("pg_restore", command, "").await?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Restores these entries of the archive's contents, all of them or none.
    ///
    /// # Errors
    /// `Unavailable` with what `pg_restore` has to say; the database is as it was.
    pub async fn restore(&self, archive: &Path, contents: &str) -> Result<()> {
        let mut command = self.command("pg_restore");
        command.args(["--single-transaction", "--exit-on-error", "--no-owner", "--no-acl"]);
        command.args(["--use-list=/dev/stdin", "--dbname="]).arg(archive);
        command.stdout(Stdio::null());
        run("pg_restore", command, contents).await.map(drop)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.dir.join(program));
        command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").env("TZ", "UTC");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }
}

/// Runs a program to its end. Where that is no good one, the first thing that went wrong is told, without what follows it,
/// which quotes rows.
async fn run(program: &'static str, mut command: Command, input: &str) -> Result<Output> {
    let ended = async {
        let mut child = command.spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            let _ = stdin.write_all(input.as_bytes()).await; // one that did not want it says why
        }
        child.wait_with_output().await
    };
    let output = ended.await.map_err(|error| Error::internal("running PostgreSQL's programs", error))?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let cause = said.lines().find_map(|line| Some(line.split_once("error: ")?.1));
    Err(Error::unavailable(
        format!("{program} failed: {}.", cause.unwrap_or("it ended at once").trim_end_matches('.')),
        "Nothing was changed; put that right, and try again.",
    ))
}
