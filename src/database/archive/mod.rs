//! Archives in the custom format of `pg_dump`, written and read by PostgreSQL's own programs.

mod counts;
mod load;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use tokio::io::{AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio_postgres::Transaction;

pub use self::counts::tables;
use super::pool::{Environment, Server};
use super::private_server::{self, Binaries, Settings};
use crate::error::{Error, Result};

const RESTORE: &str = "pg_restore";

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

    /// Takes the rows of the archive into tables that are there and empty, within a transaction that is the caller's to end.
    ///
    /// # Errors
    /// `Unavailable` with what `pg_restore` has to say of the file; `Conflict` where its rows are not what the tables hold.
    pub async fn load(&self, archive: &Path, tx: &Transaction<'_>) -> Result<()> {
        let loads = load::loads(tx).await?;
        let mut list = self.command(RESTORE);
        list.arg("--list").arg(archive).stdout(Stdio::piped());
        let contents = run(RESTORE, list, "").await?.stdout;
        let chosen = load::chosen(&String::from_utf8_lossy(&contents), &loads);
        let mut command = self.command(RESTORE);
        command.args(["--data-only", "--use-list=/dev/stdin", "--file=-"]).arg(archive);
        let mut child = start(command.stdout(Stdio::piped()), &chosen).await?;
        if let Some(script) = child.stdout.take() {
            load::load(tx, &loads, &mut BufReader::new(script)).await?;
        }
        ended(RESTORE, child).await.map(drop)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.dir.join(program));
        command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").env("TZ", "UTC");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }
}

/// Runs a program to its end.
async fn run(program: &'static str, mut command: Command, input: &str) -> Result<Output> {
    ended(program, start(&mut command, input).await?).await
}

async fn start(command: &mut Command, input: &str) -> Result<Child> {
    let mut child = command.spawn().map_err(unable)?;
    if let Some(mut stdin) = child.stdin.take() {
        let _ = stdin.write_all(input.as_bytes()).await; // one that did not want it says why
    }
    Ok(child)
}

/// Waits for a program. Where its end is no good one, the first thing that went wrong is told, without what follows it, which quotes
/// rows.
async fn ended(program: &'static str, child: Child) -> Result<Output> {
    let output = child.wait_with_output().await.map_err(unable)?;
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

fn unable(error: std::io::Error) -> Error {
    Error::internal("running PostgreSQL's programs", error)
}
