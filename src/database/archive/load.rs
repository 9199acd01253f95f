//! What an archive brings back: rows of our own tables, and where their numbers go on. Nothing else that stands in it is looked at, so
//! that whoever made it has nothing run here.

use std::{pin::pin, str::FromStr as _};

use bytes::{Bytes, BytesMut};
use futures_util::SinkExt as _;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _};
use tokio_postgres::{GenericClient, Transaction, types::Type};

use crate::error::{Error, Result};

/// Rows go to the database in pieces of about so many bytes.
const PIECE: usize = 64 * 1024;
const END_OF_ROWS: &[u8] = b"\\.\n";

/// A table, and how it is filled.
pub(super) struct Load {
    table: String,
    /// As an archive lists them.
    columns: String,
    statement: String,
}

/// The tables of the schema, each after those that its rows refer to.
pub(super) async fn loads(client: &impl GenericClient) -> Result<Vec<Load>> {
    let rows = client.query_typed(include_str!("../../../sql/queries/backup/loads.sql"), &[]).await?;
    let load = |row: &tokio_postgres::Row| {
        Ok(Load { table: row.try_get(0)?, columns: row.try_get(1)?, statement: row.try_get(2)? })
    };
    rows.iter().map(load).collect()
}

/// Of an archive's table of contents the rows of these tables, in their order, and then the sequences.
pub(super) fn chosen(contents: &str, loads: &[Load]) -> String {
    // «3391; 0 16466 TABLE DATA public clients postgres»
    let entries = |kind: &'static str| {
        contents.lines().filter(|line| !line.starts_with(';')).filter_map(move |line| {
            let (_, described) = line.split_once(kind)?;
            Some((line, described.split(' ').nth(1)?))
        })
    };
    let rows = loads.iter().flat_map(|load| entries(" TABLE DATA ").filter(|(_, name)| *name == load.table));
    let sequences = entries(" SEQUENCE SET ");
    rows.chain(sequences).fold(String::new(), |list, (line, _)| list + line + "\n")
}

/// Reads the SQL that `pg_restore` makes of an archive's data, and takes the rows out of it.
///
/// # Errors
/// `Conflict` where it holds rows of another shape than the tables have.
pub(super) async fn load(
    tx: &Transaction<'_>,
    loads: &[Load],
    script: &mut (impl AsyncBufRead + Unpin),
) -> Result<()> {
    let mut line = Vec::new();
    while read_line(script, &mut line).await? {
        let text = String::from_utf8_lossy(&line);
        if let Some(header) = text.strip_prefix("COPY ") {
            let load = loads.iter().find(|load| load.is_meant(header)).ok_or_else(strange)?;
            copy(tx, load, script).await?;
        } else if let Some((sequence, last, is_called)) = sequence(&text) {
            let go_on = include_str!("../../../sql/queries/backup/continue_sequence.sql");
            let values: &[(&(dyn tokio_postgres::types::ToSql + Sync), Type)] =
                &[(&sequence, Type::TEXT), (&last, Type::INT8), (&is_called, Type::BOOL)];
            tx.query_typed(go_on, values).await?;
        }
    }
    Ok(())
}

impl Load {
    /// Whether a header is for this table: `public.clients (business_id, id) FROM stdin;`.
    fn is_meant(&self, header: &str) -> bool {
        let parts =
            header.split_once(" (").and_then(|(table, rest)| Some((table, rest.split_once(") FROM ")?.0)));
        parts.is_some_and(|(table, columns)| {
            unqualified(table) == self.table && columns.replace('"', "") == self.columns
        })
    }
}

async fn copy(tx: &Transaction<'_>, load: &Load, script: &mut (impl AsyncBufRead + Unpin)) -> Result<()> {
    let mut sink = pin!(tx.copy_in::<_, Bytes>(&load.statement).await?);
    let mut piece = BytesMut::with_capacity(PIECE);
    let mut line = Vec::new();
    loop {
        if !read_line(script, &mut line).await? {
            return Err(strange());
        }
        if line == END_OF_ROWS {
            break;
        }
        piece.extend_from_slice(&line);
        if piece.len() >= PIECE {
            sink.send(piece.split().freeze()).await?;
        }
    }
    sink.send(piece.freeze()).await?;
    sink.finish().await?;
    Ok(())
}

/// What a line says of a sequence: its name, its last number, and whether that was taken.
fn sequence(line: &str) -> Option<(String, i64, bool)> {
    let said = line.strip_prefix("SELECT pg_catalog.setval('")?.trim_end().strip_suffix(");")?;
    let (name, rest) = said.split_once("', ")?;
    let (last, is_called) = rest.split_once(", ")?;
    Some((unqualified(name).to_owned(), last.parse().ok()?, bool::from_str(is_called).ok()?))
}

fn unqualified(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, name)| name)
}

/// The next line with its end; false where there is none.
async fn read_line(script: &mut (impl AsyncBufRead + Unpin), line: &mut Vec<u8>) -> Result<bool> {
    line.clear();
    let read = script.read_until(b'\n', line).await;
    Ok(read.map_err(|error| Error::internal("reading what pg_restore writes", error))? > 0)
}

fn strange() -> Error {
    Error::conflict(
        "The backup holds rows of another shape than facturo's tables have.",
        "Nothing was restored.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loads() -> [Load; 2] {
        ["businesses", "clients"].map(|table| Load {
            table: table.into(),
            columns: "business_id, position".into(),
            statement: String::new(),
        })
    }

    #[test]
    fn of_an_archive_rows_of_our_tables_and_sequences_are_taken_and_nothing_else() {
        let contents = "; Archive created\n5; 2615 2200 SCHEMA - public pg_database_owner\n\
            9; 1255 16500 FUNCTION public evil() postgres\n216; 1259 16466 TABLE public clients postgres\n\
            3391; 0 16466 TABLE DATA public clients postgres\n3390; 0 16460 TABLE DATA public businesses postgres\n\
            3392; 0 16470 TABLE DATA public others postgres\n3393; 0 0 SEQUENCE SET public clients_id_seq postgres\n\
            3369; 3256 16726 POLICY public invoices facturo_drafts_alone postgres\n";
        assert_eq!(
            chosen(contents, &loads()),
            "3390; 0 16460 TABLE DATA public businesses postgres\n3391; 0 16466 TABLE DATA public clients postgres\n\
             3393; 0 0 SEQUENCE SET public clients_id_seq postgres\n"
        );
    }

    #[test]
    fn rows_are_taken_for_the_very_columns_of_a_table() {
        let [_, clients] = loads();
        assert!(clients.is_meant("public.clients (business_id, \"position\") FROM stdin;\n"));
        assert!(!clients.is_meant("public.clients (business_id) FROM stdin;\n"));
        assert!(!clients.is_meant("public.invoices (business_id, position) FROM stdin;\n"));
    }

    #[test]
    fn a_sequence_goes_on_where_it_was() {
        let line = "SELECT pg_catalog.setval('public.clients_id_seq', 12, true);\n";
        assert_eq!(sequence(line), Some(("clients_id_seq".into(), 12, true)));
        assert_eq!(sequence("SELECT pg_catalog.lo_unlink(1);\n"), None);
        assert_eq!(sequence("SELECT pg_catalog.setval('public.x', 12, true); DROP TABLE x;\n"), None);
    }
}
