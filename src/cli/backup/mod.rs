//! `facturo backup`: the books in one file, which knows what it must hold. They may be in use meanwhile.

mod file;
mod inventory;
mod restore;

use std::path::PathBuf;

use time::format_description::well_known::Rfc3339;
use tokio_postgres::IsolationLevel;

pub(super) use self::{
    file::Manifest,
    inventory::Inventory,
    restore::{Restore, Restored, read, run as restore},
};
use super::unfinished::Unfinished;
use crate::{
    books, clock,
    config::Config,
    database::{self, Database, archive::Snapshot, migrate, private_server::Settings, roles},
    error::{Error, Result},
};

/// The argument that names the file.
pub(super) const FILE: &str = "FILE";

#[derive(clap::Args)]
pub(super) struct Backup {
    /// The file to be made, such as facturo-2026-11-24.backup
    file: PathBuf,
    /// Replace the file where it is there already
    #[arg(long)]
    replace: bool,
}

pub(super) async fn run(config: Config, args: Backup) -> Result<()> {
    let interrupted = super::interrupted()?;
    tokio::select! {
        done = make(&config, args) => done,
        () = interrupted => Err(Error::conflict("Interrupted.", "No backup was made.")),
    }
}

async fn make(config: &Config, args: Backup) -> Result<()> {
    let unfinished = Unfinished::new(FILE, &args.file, args.replace)?;
    let database = Database::open(config).await?;
    let (holds, length) = write(&database, database::private_settings(config)?, unfinished).await?;
    super::say(&format!("{}: {} in {} KiB.", args.file.display(), holds.size(), length.div_ceil(1024)));
    match &holds.chains {
        Some(chains) => super::say(&chains.told()),
        None => super::say(
            "The schema is older than this facturo; a restore migrates it and verifies the chains.",
        ),
    }
    match holds.chains {
        Some(chains) if !chains.findings.is_empty() => Err(Error::conflict(
            "The backup was made, of books that are not as facturo wrote them.",
            "Compare with an older backup before you throw that away.",
        )),
        _ => Ok(()),
    }
}

/// Writes the file, with programs that are found by these settings. Answers what it holds, and its length in bytes.
pub(super) async fn write(
    database: &Database,
    settings: Settings,
    unfinished: Unfinished,
) -> Result<(Inventory, u64)> {
    let mut client = books::client(database).await?;
    // another would see the rows of one business
    roles::require_owner(&**client, "facturo backup").await?;
    let programs = database.programs(settings, &client, 0).await?;
    let tx = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let tx = tx.start().await?;
    migrate::lift_limits(&tx).await?;
    let snapshot = Snapshot::of(&tx).await?;
    let made_at = clock::now().truncate_to_second().format(&Rfc3339);
    let made_at = made_at.map_err(|error| Error::internal("the time", error))?;
    let archive = unfinished.file.try_clone().map_err(|error| unfinished.unwritable(&error))?;
    // both see the same rows, whatever is written meanwhile
    let (holds, ()) = tokio::try_join!(Inventory::take(&tx), programs.dump(&snapshot, archive))?;
    let manifest = Manifest::new(made_at, programs.major, holds.clone());
    let length = unfinished.finish(|file| manifest.close(file))?;
    Ok((holds, length))
}
