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
        roles,
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
    config.require_writable()?;
    let database = Database::open(config).await?;
    expect_empty(&database, config).await?;
    let chains = read(&database, database::private_settings(config)?, &file, &manifest).await?;
    crate::cli::say(&format!("Restored {}, as of {}.", manifest.holds.size(), manifest.made_at));
    crate::cli::say(&chains.told());
    if !database.is_private() {
        crate::cli::say("Logins are in no backup: `facturo roles add` makes those that are to serve here.");
    }
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
    roles::require_owner(&**client, "facturo restore").await?;
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
    let mut tx = migrate::lock(client).await?;
    let contents = programs.contents(file).await?;
    programs.restore(file, &of_the_schema(&contents)).await?;
    if archive::tables(&tx).await? != holds.tables {
        return Err(differs());
    }
    migrate::create_trigrams(&mut tx).await?;
    Ok(tx.commit().await?)
}

/// Without what the target has its own of: schemas and extensions, which belong to a database as a whole, and logins, which belong
/// to a server. Of the policies those stay that are nobody's.
fn of_the_schema(contents: &str) -> String {
    let of_a_login = |entry: &str| entry.contains(" POLICY ") && !entry.contains(roles::POLICY_FOR_ALL);
    let entries =
        contents.lines().filter(|line| !line.starts_with(';') && !line.contains(" - ") && !of_a_login(line));
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
    fn what_belongs_to_database_and_server_is_left_to_them() {
        let left = "; Archive created\n5; 2615 2200 SCHEMA - public pg_database_owner\n\
            3399; 0 0 COMMENT - SCHEMA public pg_database_owner\n2; 3079 16 EXTENSION - pg_trgm \n\
            3370; 3256 16727 POLICY public invoices business_1 postgres\n";
        let taken = "216; 1259 16466 TABLE public clients postgres\n3391; 0 16466 TABLE DATA public clients postgres\n\
            3361; 0 16466 ROW SECURITY public clients postgres\n\
            3369; 3256 16726 POLICY public invoices facturo_drafts_alone postgres\n";
        assert_eq!(of_the_schema(&format!("{left}{taken}")), taken);
    }
}
