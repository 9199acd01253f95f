//! `facturo restore`: books out of a backup, into a database that holds nothing yet.

use std::path::{Path, PathBuf};

use deadpool_postgres::Client;
use tokio_postgres::IsolationLevel;

use super::{
    file::Manifest,
    inventory::{Chains, Inventory},
};
use crate::{
    books,
    config::Config,
    database::{
        self, Database,
        archive::{self, Programs},
        migrate,
        private_server::Settings,
    },
    error::{Error, Result},
};

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
    let database = Database::open(config).await?;
    expect_empty(&database, config).await?;
    let chains = read(&database, database::private_settings(config)?, &file, &manifest).await?;
    crate::cli::say(&format!("Restored {}, as of {}.", manifest.holds.size(), manifest.made_at));
    crate::cli::say(&chains.told());
    Ok(())
}

/// Fills an empty database, with programs that are found by these settings. Answers what was verified in it.
pub(in crate::cli) async fn read(
    database: &Database,
    settings: Settings,
    file: &Path,
    manifest: &Manifest,
) -> Result<Chains> {
    let mut client = books::client(database).await?;
    let programs = database.programs(settings, &client, manifest.pg_dump).await?;
    fill(&mut client, &programs, file, &manifest.holds).await?;
    migrate::migrate(&mut client).await?;
    let chains = verify(&mut client).await?;
    match &manifest.holds.chains {
        Some(before) if *before != chains => Err(differs()),
        _ => Ok(chains),
    }
}

/// Who comes meanwhile to make a schema waits, and finds one.
async fn fill(client: &mut Client, programs: &Programs, file: &Path, holds: &Inventory) -> Result<()> {
    let mut tx = client.transaction().await?;
    migrate::lock(&tx).await?;
    let contents = programs.contents(file).await?;
    programs.restore(file, &of_the_schema(&contents)).await?;
    if archive::tables(&*tx).await? != holds.tables {
        return Err(differs());
    }
    migrate::create_trigrams(&mut tx).await?;
    Ok(tx.commit().await?)
}

/// Without what belongs to the database as a whole, which the target has its own of: schemas, extensions.
fn of_the_schema(contents: &str) -> String {
    let entries = contents.lines().filter(|line| !line.starts_with(';') && !line.contains(" - "));
    entries.fold(String::new(), |list, entry| list + entry + "\n")
}

async fn expect_empty(database: &Database, config: &Config) -> Result<()> {
    let tables = archive::tables(&**books::client(database).await?).await?;
    if tables.is_empty() {
        return Ok(());
    }
    let found = Inventory { tables, chains: None }.size();
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

async fn verify(client: &mut Client) -> Result<Chains> {
    let tx = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let tx = tx.start().await?;
    migrate::lift_limits(&tx).await?;
    Chains::verify(&tx).await
}

fn differs() -> Error {
    Error::conflict(
        "What was restored is not what the backup says it holds.",
        "Do not work with it. Restore into another empty database, and keep the file.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_the_database_is_left_to_it() {
        let contents = "; Archive created\n5; 2615 2200 SCHEMA - public pg_database_owner\n\
            3399; 0 0 COMMENT - SCHEMA public pg_database_owner\n2; 3079 16 EXTENSION - pg_trgm \n\
            216; 1259 16466 TABLE public clients postgres\n3391; 0 16466 TABLE DATA public clients postgres\n";
        assert_eq!(
            of_the_schema(contents),
            "216; 1259 16466 TABLE public clients postgres\n3391; 0 16466 TABLE DATA public clients postgres\n"
        );
    }
}
