//! The one way a statement reaches PostgreSQL, and the one way a row comes back.

use std::{borrow::Cow, time::Duration};

use deadpool_postgres::{Client, GenericClient, Transaction};
use serde_json::Value;
use tokio::time::timeout;
use tokio_postgres::{
    Row,
    error::SqlState,
    types::{FromSql, ToSql},
};

use super::unprepared;
use crate::{
    domain::node::Node,
    error::{Cause, Error, Result},
};

pub type Param<'a> = &'a (dyn ToSql + Sync);
/// In the order of a statement's `$1`, `$2` …
pub type Params<'a> = &'a [Param<'a>];

/// A connection, or a transaction on one.
pub trait Connection: GenericClient {
    fn driver(&self) -> &tokio_postgres::Client;
}

impl Connection for Client {
    fn driver(&self) -> &tokio_postgres::Client {
        self
    }
}

impl Connection for Transaction<'_> {
    fn driver(&self) -> &tokio_postgres::Client {
        tokio_postgres::GenericClient::client(&**self)
    }
}

/// A server that is there answers sooner, if only that a limit of its own has run out; one that does not, hangs.
const SILENCE: Duration = Duration::from_secs(12);

/// Waits for a statement, and not for ever. What goes unanswered is not cancelled but given up together with its connection,
/// by whoever holds that: to cancel a commit that waits for a standby would have it acknowledged without one.
pub async fn answered<T>(
    statement: impl Future<Output = std::result::Result<T, tokio_postgres::Error>>,
) -> Result<T> {
    match timeout(SILENCE, statement).await {
        Ok(done) => done.map_err(refused),
        Err(elapsed) => Err(Error::unavailable(
            "The database did not answer in time.",
            "Nothing is half written; the same call may be tried again.",
        )
        .because(elapsed)),
    }
}

/// Two things of a transaction that go to the database together, in one round trip. Where a statement is still to be prepared the
/// other may overtake it, so neither may depend on the other.
///
/// # Errors
/// That of the one which failed: once it has, PostgreSQL refuses the other only because of it.
pub async fn together<A, B>(
    one: impl Future<Output = Result<A>>,
    other: impl Future<Output = Result<B>>,
) -> Result<(A, B)> {
    match tokio::join!(one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (Err(aftermath), Err(error))
            if aftermath.sql_state() == Some(&SqlState::IN_FAILED_SQL_TRANSACTION) =>
        {
            Err(error)
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

pub async fn query<T>(
    client: &impl Connection,
    statement: &'static str,
    params: Params<'_>,
    read: impl Fn(&mut Columns<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let rows = rows(client, statement, params).await?;
    rows.iter().map(|row| read(&mut Columns::of(row))).collect()
}

/// As [`query`], for a statement with filters that may be absent. It is planned for its values at each call: once prepared, PostgreSQL
/// would soon plan it for any values whatsoever, and take no index that serves only some.
pub async fn query_filtered<T>(
    client: &impl Connection,
    statement: &'static str,
    params: Params<'_>,
    read: impl Fn(&mut Columns<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let rows = unprepared_rows(client, statement, params).await?;
    rows.iter().map(|row| read(&mut Columns::of(row))).collect()
}

pub async fn query_opt<T>(
    client: &impl Connection,
    statement: &'static str,
    params: Params<'_>,
    read: impl Fn(&mut Columns<'_>) -> Result<T>,
) -> Result<Option<T>> {
    match rows(client, statement, params).await?.as_slice() {
        [] => Ok(None),
        [row] => read(&mut Columns::of(row)).map(Some),
        _ => Err(Error::internal("database", "more rows than one")),
    }
}

pub async fn query_one<T>(
    client: &impl Connection,
    statement: &'static str,
    params: Params<'_>,
    read: impl Fn(&mut Columns<'_>) -> Result<T>,
) -> Result<T> {
    let row = query_opt(client, statement, params, read).await?;
    row.ok_or_else(|| Error::internal("database", "no row where there is always one"))
}

async fn rows(client: &impl Connection, statement: &'static str, params: Params<'_>) -> Result<Vec<Row>> {
    if unprepared::is_wanted() {
        return unprepared_rows(client, statement, params).await;
    }
    answered(async { client.query(&client.prepare_cached(statement).await?, params).await }).await
}

async fn unprepared_rows(
    client: &impl Connection,
    statement: &'static str,
    params: Params<'_>,
) -> Result<Vec<Row>> {
    answered(client.driver().query_typed(statement, &unprepared::typed(params))).await
}

/// Answers how many rows it touched.
pub async fn execute(client: &impl Connection, statement: &'static str, params: Params<'_>) -> Result<u64> {
    if unprepared::is_wanted() {
        return answered(client.driver().execute_typed(statement, &unprepared::typed(params))).await;
    }
    answered(async { client.execute(&client.prepare_cached(statement).await?, params).await }).await
}

/// The columns of a row, each taken by its name.
pub struct Columns<'a> {
    row: &'a Row,
    /// Where the next one is looked for first: most are taken in the order in which the statement selects them.
    next: usize,
}

impl<'a> Columns<'a> {
    fn of(row: &'a Row) -> Self {
        Self { row, next: 0 }
    }

    pub fn get<T: FromSql<'a>>(&mut self, name: &str) -> Result<T> {
        let columns = self.row.columns();
        let found = (self.next..columns.len()).chain(0..self.next).find(|at| columns[*at].name() == name);
        let at = found.ok_or_else(|| Error::internal("a statement does not select a column", name))?;
        self.next = at + 1;
        Ok(self.row.try_get(at)?)
    }

    /// A stored text read by the rule that wrote it. What it refuses is a fault of ours, not of the caller.
    pub fn parse<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&'static str, &str) -> Result<T>,
    ) -> Result<T> {
        let text: &str = self.get(name)?;
        parse(name, text).map_err(misfit)
    }

    pub fn parse_opt<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&'static str, &str) -> Result<T>,
    ) -> Result<Option<T>> {
        let text: Option<&str> = self.get(name)?;
        text.map(|text| parse(name, text)).transpose().map_err(misfit)
    }

    /// A stored name of one of several.
    pub fn one_of<T: Copy>(
        &mut self,
        column: &'static str,
        all: impl IntoIterator<Item = T>,
        name: fn(T) -> &'static str,
    ) -> Result<T> {
        let stored: &str = self.get(column)?;
        all.into_iter().find(|one| name(*one) == stored).ok_or_else(|| misfit(format!("{column}: {stored}")))
    }
}

/// A stored value that the domain refuses.
pub fn misfit(error: impl Into<Cause>) -> Error {
    Error::internal("a stored value does not fit", error)
}

/// Reads a canonical text that was kept ([`Node::json`]); none where it is something else.
pub fn node(text: &str) -> Option<Node> {
    fn of(value: Value) -> Option<Node> {
        match value {
            Value::String(text) => Some(Node::Text(text)),
            Value::Array(nodes) => nodes.into_iter().map(of).collect::<Option<_>>().map(Node::Many),
            Value::Object(fields) => {
                let fields = fields.into_iter().map(|(name, value)| Some((Cow::Owned(name), of(value)?)));
                fields.collect::<Option<_>>().map(Node::Group)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => None,
        }
    }
    of(serde_json::from_str(text).ok()?)
}

/// A pattern for LIKE that finds a folded text anywhere.
pub fn containing(folded: &str) -> String {
    let mut pattern = String::with_capacity(folded.len() + 2);
    pattern.push('%');
    for c in folded.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// A pattern for each word of a folded text.
pub fn containing_words(folded: &str) -> Vec<String> {
    folded.split(' ').filter(|word| !word.is_empty()).map(containing).collect()
}

/// A constraint that an argument can break is told as such; whatever else went wrong as it is.
fn refused(error: tokio_postgres::Error) -> Error {
    let constraint = error.as_db_error().and_then(|db| db.constraint());
    constraint.and_then(on_constraint).unwrap_or_else(|| error.into())
}

/// Constraints that an argument can break although the domain let it pass, since only the database sees all rows.
fn on_constraint(name: &str) -> Option<Error> {
    // a distributed table's constraint carries its shard's number behind the name
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_');
    match name {
        "invoices_number" => Some(Error::invalid(
            "external_number",
            "another invoice has this number",
            "a number not used yet",
        )),
        "invoices_business_id_client_id_fkey" => Some(Error::conflict(
            "The client was deleted, or is being invoiced, at this very moment.",
            "Look it up again with find_clients.",
        )),
        "payments_reversed_once" => Some(Error::conflict(
            "This payment was reversed already.",
            "list_payments shows what still counts.",
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_in_what_people_type_are_taken_literally() {
        assert_eq!(containing("50% _a\\"), "%50\\% \\_a\\\\%");
        assert_eq!(containing_words("ana  gomez"), ["%ana%", "%gomez%"]);
    }

    #[test]
    fn a_constraint_is_known_on_any_shard() {
        assert!(on_constraint("invoices_number_102045").is_some());
        assert!(on_constraint("invoices_number").is_some());
        assert!(on_constraint("invoices_total").is_none());
    }
}
