//! Migrations: forward only, embedded, checksummed, all pending ones in one transaction under one lock. Nothing is prepared, so that
//! they run through any pooler.

use std::fmt::Display;

use sha2::{Digest, Sha256};
use tokio_postgres::{
    Client, GenericClient, Transaction,
    error::SqlState,
    types::{ToSql, Type},
};

use super::roles::{self, Missing};
use crate::error::{Error, Result, causes};

struct Migration {
    version: i32,
    name: &'static str,
    sql: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "0001_businesses_and_clients",
        sql: include_str!("../../sql/migrations/0001_businesses_and_clients.sql"),
    },
    Migration {
        version: 2,
        name: "0002_invoices_and_payments",
        sql: include_str!("../../sql/migrations/0002_invoices_and_payments.sql"),
    },
    Migration {
        version: 3,
        name: "0003_history_and_idempotency",
        sql: include_str!("../../sql/migrations/0003_history_and_idempotency.sql"),
    },
    Migration {
        version: 4,
        name: "0004_documents_and_records",
        sql: include_str!("../../sql/migrations/0004_documents_and_records.sql"),
    },
];

/// How a database stands to this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    Current,
    /// So many migrations of all are applied.
    Behind {
        applied: usize,
    },
}

/// How many migrations there are.
pub const KNOWN: usize = MIGRATIONS.len();

/// The newest schema version that this program knows.
pub fn known_version() -> i32 {
    MIGRATIONS.last().map_or(0, |migration| migration.version)
}

/// Compares the database with what is embedded, and changes nothing.
///
/// # Errors
/// When the database is not in UTF-8, comes from a newer facturo, or a migration that was applied reads otherwise here.
pub async fn inspect(client: &impl GenericClient) -> Result<Schema> {
    require_utf8(client).await?;
    let rows = match client.query_typed(include_str!("../../sql/queries/migration/applied.sql"), &[]).await {
        Ok(rows) => rows,
        Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => {
            return Ok(Schema::Behind { applied: 0 });
        }
        Err(error) => return Err(error.into()),
    };
    for row in &rows {
        let (version, checksum): (i32, &[u8]) = (row.try_get(0)?, row.try_get(2)?);
        match MIGRATIONS.iter().find(|migration| migration.version == version) {
            Some(known) if known.checksum() == checksum => {}
            Some(known) => return Err(altered(known.name)),
            None => return Err(newer(version)),
        }
    }
    match rows.len() {
        applied if applied == KNOWN => Ok(Schema::Current),
        applied => Ok(Schema::Behind { applied }),
    }
}

/// Brings the schema up to date, whoever else is doing so, and the groups of roles with it. Answers those groups that could not be
/// made, which is no failure: the owner serves all the same.
pub async fn migrate(client: &mut Client) -> Result<Missing> {
    let mut tx = lock(client).await?;
    let missing = advance(&mut tx).await?;
    tx.commit().await?;
    Ok(missing)
}

/// The same, within a transaction that holds the [lock](hold).
pub async fn advance(tx: &mut Transaction<'_>) -> Result<Missing> {
    create_table(tx).await?;
    if let Schema::Behind { applied } = inspect(&*tx).await? {
        apply(tx, &MIGRATIONS[applied..]).await?;
    }
    roles::prepare(tx).await
}

/// Makes the tables as they were after so many migrations, in a database without any.
///
/// # Errors
/// Where a newer facturo has more migrations.
pub async fn begin(tx: &mut Transaction<'_>, applied: i64) -> Result<()> {
    create_table(tx).await?;
    let first = usize::try_from(applied).ok().and_then(|applied| MIGRATIONS.get(..applied));
    apply(tx, first.ok_or_else(|| newer(applied))?).await.map_err(|error| match error.sql_state() {
        Some(&SqlState::DUPLICATE_TABLE) => Error::conflict(
            "The database is not empty: something in it has the name of a table of facturo's.",
            "Make an empty database, and name it in DATABASE_URL.",
        ),
        _ => error,
    })
}

/// Lifts the limits for a transaction: they are for calls, and what it does takes as long as it takes.
pub async fn lift_limits(tx: &Transaction<'_>) -> Result<()> {
    tx.query_typed(include_str!("../../sql/queries/migration/no_limits.sql"), &[]).await?;
    Ok(())
}

/// Begins a transaction that changes the schema or roles.
pub async fn lock(client: &mut Client) -> Result<Transaction<'_>> {
    let tx = client.transaction().await?;
    hold(&tx).await?;
    Ok(tx)
}

/// Has a transaction change the schema or roles alone: it keeps every other that wants to waiting until it ends, so that this holds
/// behind a transaction pooler too.
pub async fn hold(tx: &Transaction<'_>) -> Result<()> {
    lift_limits(tx).await?;
    tx.query_typed(include_str!("../../sql/queries/migration/lock.sql"), &[]).await?;
    Ok(())
}

async fn create_table(tx: &Transaction<'_>) -> Result<()> {
    Ok(tx.batch_execute(include_str!("../../sql/queries/migration/create_table.sql")).await?)
}

async fn apply(tx: &mut Transaction<'_>, pending: &[Migration]) -> Result<()> {
    for migration in pending {
        tracing::info!(migration = migration.name, "migrating the database");
        tx.batch_execute(migration.sql).await?;
        let checksum = migration.checksum();
        let (name, checksum) = (&migration.name, &checksum.as_slice());
        let values: &[(&(dyn ToSql + Sync), Type)] =
            &[(&migration.version, Type::INT4), (name, Type::TEXT), (checksum, Type::BYTEA)];
        tx.execute_typed(include_str!("../../sql/queries/migration/record.sql"), values).await?;
    }
    create_trigrams(tx).await
}

/// Another encoding takes what is written in its own letters, and breaks at the first name in others.
async fn require_utf8(client: &impl GenericClient) -> Result<()> {
    let row =
        client.query_typed_one(include_str!("../../sql/queries/migration/server_encoding.sql"), &[]).await?;
    match row.try_get(0)? {
        "UTF8" => Ok(()),
        other => Err(Error::unavailable(
            format!("The database is encoded in {other}, which cannot hold every name that people have."),
            "Make one in UTF-8 (CREATE DATABASE facturo ENCODING 'UTF8' TEMPLATE template0), and name it in DATABASE_URL.",
        )),
    }
}

/// What the server calls itself, such as `17.2`.
pub async fn server_version(client: &impl GenericClient) -> Result<String> {
    let row =
        client.query_typed_one(include_str!("../../sql/queries/migration/server_version.sql"), &[]).await?;
    Ok(row.try_get(0)?)
}

pub async fn has_trigrams(client: &impl GenericClient) -> Result<bool> {
    let row =
        client.query_typed_one(include_str!("../../sql/queries/migration/has_trigrams.sql"), &[]).await?;
    Ok(row.try_get(0)?)
}

/// Tries to create the trigram extension; a server that does not allow it is no error.
async fn create_trigrams(tx: &mut Transaction<'_>) -> Result<()> {
    let attempt = tx.transaction().await?;
    match attempt.batch_execute(include_str!("../../sql/search/trigram.sql")).await {
        Ok(()) => Ok(attempt.commit().await?),
        Err(error) if error.as_db_error().is_some() => {
            let cause = causes(&error);
            tracing::warn!(cause, "pg_trgm cannot be created here: search will not forgive typos");
            Ok(attempt.rollback().await?)
        }
        Err(error) => Err(error.into()),
    }
}

impl Migration {
    fn checksum(&self) -> Vec<u8> {
        Sha256::digest(self.sql).to_vec()
    }
}

fn newer(version: impl Display) -> Error {
    Error::unavailable(
        format!(
            "The database was made by a newer facturo: its schema is at version {version}, and this facturo knows {}.",
            known_version()
        ),
        "Update facturo, or point DATABASE_URL or FACTURO_DATA_DIR to another database.",
    )
}

fn altered(name: &str) -> Error {
    Error::unavailable(
        format!("Migration {name} was applied to this database with another text than this facturo holds."),
        "Use the facturo that made the database, or another database.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_count_up_and_lead_their_names() {
        for (index, migration) in MIGRATIONS.iter().enumerate() {
            assert_eq!(usize::try_from(migration.version).unwrap(), index + 1);
            assert!(migration.name.starts_with(&format!("{:04}_", migration.version)));
        }
    }
}
