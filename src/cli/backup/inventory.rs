//! What books hold, and whether it is as it was written: counted and verified in one snapshot.

use std::collections::BTreeMap;

use deadpool_postgres::Transaction;
use serde::{Deserialize, Serialize};

use crate::{
    database::{
        archive,
        migrate::{self, Schema},
    },
    error::{Error, Result},
    repository,
    service::verification,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::cli) struct Inventory {
    /// Rows of each table.
    pub(in crate::cli) tables: BTreeMap<String, i64>,
    /// Absent where this facturo does not know the schema yet.
    pub(in crate::cli) chains: Option<Chains>,
}

/// The chains of every business, verified.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::cli) struct Chains {
    businesses: u64,
    records: u64,
    documents: u64,
    events: u64,
    /// The first broken link of each chain.
    pub(in crate::cli) findings: Vec<String>,
}

impl Inventory {
    /// Reads all of it, and writes nothing.
    pub(in crate::cli) async fn take(tx: &Transaction<'_>) -> Result<Self> {
        let tables = archive::tables(&**tx).await?;
        if !tables.contains_key("schema_migrations") {
            return Err(Error::conflict(
                "There are no books to back up.",
                "The first start of facturo makes them.",
            ));
        }
        let chains = match migrate::inspect(&**tx).await? {
            Schema::Current => Some(Chains::verify(tx).await?),
            Schema::Behind { .. } => None,
        };
        Ok(Self { tables, chains })
    }

    pub(in crate::cli) fn size(&self) -> String {
        size(&self.tables)
    }
}

/// In words, such as `15 tables with 120 rows`.
pub(super) fn size(tables: &BTreeMap<String, i64>) -> String {
    format!("{} tables with {} rows", tables.len(), tables.values().sum::<i64>())
}

impl Chains {
    pub(in crate::cli) async fn verify(tx: &Transaction<'_>) -> Result<Self> {
        let mut chains = Self::default();
        for id in repository::business::list(tx).await? {
            let verified = verification::examine(tx, id, None).await?;
            chains.businesses += 1;
            chains.records += verified.records;
            chains.documents += verified.documents;
            chains.events += verified.events;
            chains.findings.extend(verified.findings.iter().map(|found| {
                // what was stored behind facturo's back is in it, and goes to a terminal
                format!("Business {id}, {}: {}", found.subject, found.what).replace(char::is_control, " ")
            }));
        }
        Ok(chains)
    }

    /// In words.
    pub(in crate::cli) fn told(&self) -> String {
        let Self { records, documents, events, .. } = self;
        let seen = format!("{records} records, {documents} documents and {events} events");
        match self.findings.as_slice() {
            [] => format!("{seen} are as they were written."),
            found => format!("Not all is as it was written; verify_records says more. {}", found.join(" ")),
        }
    }
}
