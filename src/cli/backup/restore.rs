//! `facturo restore`: books out of a backup, into a database that holds nothing yet.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{
    file::Manifest,
    inventory::{self, Chains, Inventory},
};
use crate::{
    books,
    config::Config,
    database::{self, Database, archive, migrate, private_server::Settings, roles},
    error::{Error, Result},
};

/// What a restore has made.
pub(in crate::cli) struct Restored {
    /// Rows of each table, as the backup has it.
    tables: BTreeMap<String, i64>,
    /// Tables in the backup that are none of facturo's.
    left: Vec<String>,
    chains: Chains,
}

impl Restored {
    pub(in crate::cli) fn size(&self) -> String {
        inventory::size(&self.tables)
    }

    /// Says what was verified, and what is not there.
    pub(in crate::cli) fn tell(&self) {
        crate::cli::say(&self.chains.told());
        if !self.left.is_empty() {
            crate::cli::say(&format!(
                "Left in the backup, since facturo did not make them: {}. PostgreSQL's pg_restore takes them out of it.",
                self.left.join(", ")
            ));
        }
    }
}

#[derive(clap::Args)]
pub(in crate::cli) struct Restore {
    /// A file that `facturo backup` made
    file: PathBuf,
}

pub(in crate::cli) async fn run(config: Config, args: Restore) -> Result<()> {
    let interrupted = crate::cli::interrupted()?;
    tokio::select! {
        done = make(&config, &args.file) => done,
        () = interrupted => Err(Error::conflict("Interrupted.", "Nothing was restored.")),
    }
}

async fn make(config: &Config, file: &Path) -> Result<()> {
    // a path that begins with a dash is no option of pg_restore
    let file = std::path::absolute(file).map_err(|error| Error::internal("FILE", error))?;
    let manifest = Manifest::read(&file)?;
    config.require_writable()?;
    let database = Database::open(config).await?;
    expect_empty(&database, config).await?;
    let restored = read(&database, database::private_settings(config)?, &file, &manifest).await?;
    let made_at = manifest.made_at.escape_debug();
    crate::cli::say(&format!("Restored {}, as of {made_at}.", restored.size()));
    restored.tell();
    if !database.is_private() {
        crate::cli::say("Logins are in no backup: `facturo roles add` makes those that are to serve here.");
    }
    Ok(())
}

/// Fills an empty database, with programs that are found by these settings: all of it, or nothing. The tables are facturo's own, and
/// of the archive there are only rows.
pub(in crate::cli) async fn read(
    database: &Database,
    settings: Settings,
    file: &Path,
    manifest: &Manifest,
) -> Result<Restored> {
    let mut client = books::client(database).await?;
    roles::require_owner(&**client, "facturo restore").await?;
    let programs = database.programs(settings, &client, manifest.pg_dump).await?;
    let mut tx = client.transaction().await?;
    migrate::hold(&tx).await?;
    let Inventory { tables, chains } = &manifest.holds;
    migrate::begin(&mut tx, tables.get("schema_migrations").copied().unwrap_or_default()).await?;
    programs.load(file, &tx).await?;
    let made = archive::tables(&*tx).await?;
    if made.iter().any(|(table, rows)| tables.get(table) != Some(rows)) {
        return Err(differs());
    }
    migrate::advance(&mut tx).await?;
    let verified = Chains::verify(&tx).await?;
    if chains.as_ref().is_some_and(|before| *before != verified) {
        return Err(differs());
    }
    tx.commit().await?;
    let others = tables.keys().filter(|table| !made.contains_key(*table));
    let left = others.map(|table| table.escape_debug().to_string()).collect();
    Ok(Restored { tables: made, left, chains: verified })
}

async fn expect_empty(database: &Database, config: &Config) -> Result<()> {
    let tables = archive::tables(&**books::client(database).await?).await?;
    if tables.is_empty() {
        return Ok(());
    }
    let found = inventory::size(&tables);
    let next = match &config.database_url {
        Some(_) => "Make an empty database, and name it in DATABASE_URL.".to_owned(),
        None => {
            let dir = database::private_settings(config)?.data_dir;
            format!(
                "Set FACTURO_DATA_DIR to a new directory; or, once no facturo runs any more, move {} out of the way.",
                dir.display()
            )
        }
    };
    Err(Error::conflict(
        format!(
            "The database is not empty: it holds {found}. A backup is restored into an empty one, and over nothing."
        ),
        next,
    ))
}

fn differs() -> Error {
    Error::conflict(
        "What the backup holds is not what it says it holds.",
        "Nothing was restored. Keep the file, and take an older one.",
    )
}
