//! What a call really does to PostgreSQL, read from the server's log: which statements, in order, with which values.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;

use crate::{
    Result,
    ask::Ask,
    books::Shape,
    server::{ADMINISTRATION, Server},
    subject::Subject,
    wire::Wire,
};

/// A statement that was run. A value is none where it is NULL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub sql: String,
    pub values: Vec<Option<String>>,
    /// It had no name, so it was planned for its values.
    pub planned_anew: bool,
}

/// A call, what was answered, and what it did.
pub struct Recorded {
    pub ask: Ask,
    pub said: Value,
    pub statements: Vec<Statement>,
    pub round_trips: u64,
    /// Rows that each table gained.
    pub gained: Rows,
}

/// How many, by table.
pub type Rows = BTreeMap<String, i64>;

/// A facturo whose every statement is noticed.
pub struct Recorder<'a> {
    server: &'a Server,
    database: &'a str,
    wire: &'a Wire,
    subject: Subject,
}

impl<'a> Recorder<'a> {
    /// Has the server log what facturo does in a database, with all values.
    pub fn begin(server: &'a Server, wire: &'a Wire, database: &'a str) -> Result<Self> {
        let user = &server.user;
        for setting in ["log_statement = 'all'", "log_error_verbosity = 'default'"] {
            server
                .rows(ADMINISTRATION, &format!("ALTER ROLE {user} IN DATABASE {database} SET {setting}"))?;
        }
        let mut subject = Subject::spawn(&mut server.facturo_by(&wire.directory, database))?;
        subject.initialize()?;
        Ok(Self { server, database, wire, subject })
    }

    /// Plays a call alone and reads what it did.
    pub fn call(&mut self, ask: Ask, shape: Shape) -> Result<Recorded> {
        let before = rows(self.server, self.database)?;
        let (from, round_trips) = (fs::metadata(self.server.log())?.len(), self.wire.round_trips());
        let said = self.subject.call(ask, shape)?;
        let round_trips = self.wire.round_trips() - round_trips;
        let statements = statements(&since(&self.server.log(), from)?);
        let gained = gained(&before, &rows(self.server, self.database)?);
        Ok(Recorded { ask, said, statements, round_trips, gained })
    }

    pub fn end(self) -> Result<()> {
        self.subject.end()
    }
}

/// How many rows each table has.
pub fn rows(server: &Server, database: &str) -> Result<Rows> {
    let tables = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1";
    let count = |row: Vec<String>| format!("SELECT '{0}', count(*) FROM {0}", row[0]);
    let counts: Vec<String> = server.rows(database, tables)?.into_iter().map(count).collect();
    let rows = server.rows(database, &counts.join(" UNION ALL "))?;
    rows.into_iter().map(|row| Ok((row[0].clone(), row[1].parse()?))).collect()
}

pub fn gained(before: &Rows, after: &Rows) -> Rows {
    let gained = after.iter().map(|(table, rows)| (table.clone(), rows - before.get(table).unwrap_or(&0)));
    gained.filter(|(_, rows)| *rows != 0).collect()
}

fn since(log: &Path, from: u64) -> Result<String> {
    let text = fs::read(log)?;
    // it is emptied once it is large
    let new = text.get(usize::try_from(from)?..).unwrap_or(&text);
    Ok(String::from_utf8_lossy(new).into_owned())
}

/// Reads entries such as `… LOG:  execute s1: SELECT …` with their `… DETAIL:  parameters: $1 = '…'`. Lines that begin with
/// a tab go on with the one before.
fn statements(log: &str) -> Vec<Statement> {
    let mut entries: Vec<String> = Vec::new();
    for line in log.lines() {
        match (line.strip_prefix('\t'), entries.last_mut()) {
            (Some(more), Some(entry)) => {
                entry.push('\n');
                entry.push_str(more);
            }
            _ => entries.push(line.to_owned()),
        }
    }
    let mut statements: Vec<Statement> = Vec::new();
    for entry in entries {
        if let Some((_, logged)) = entry.split_once("LOG:  ") {
            let said = logged.strip_prefix("statement: ").map(|sql| ("", sql));
            let executed = || logged.strip_prefix("execute ")?.split_once(": ");
            statements.extend(said.or_else(executed).map(|(name, sql)| Statement {
                sql: sql.trim().to_owned(),
                values: vec![],
                planned_anew: name == "<unnamed>",
            }));
        } else if let (Some((_, detail)), Some(last)) = (entry.split_once("DETAIL:  "), statements.last_mut())
            && let Some((_, list)) = detail.split_once("arameters: ")
        {
            last.values = values(list);
        }
    }
    statements
}

/// `$1 = 'it''s', $2 = NULL`.
fn values(list: &str) -> Vec<Option<String>> {
    let mut values = Vec::new();
    let mut rest = list;
    while let Some((_, from)) = rest.split_once(" = ") {
        let Some(quoted) = from.strip_prefix('\'') else {
            values.push(None);
            rest = from;
            continue;
        };
        let mut value = String::new();
        let mut left = quoted;
        while let Some((part, after)) = left.split_once('\'') {
            value.push_str(part);
            left = after;
            match after.strip_prefix('\'') {
                Some(more) => {
                    value.push('\'');
                    left = more;
                }
                None => break,
            }
        }
        values.push(Some(value));
        rest = left;
    }
    values
}
