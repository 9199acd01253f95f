//! The one way a statement reaches PostgreSQL, and the one way a row comes back.

use std::borrow::Cow;

use deadpool_postgres::GenericClient;
use serde_json::Value;
use tokio_postgres::{
    Row,
    types::{FromSql, ToSql},
};

use crate::{
    domain::node::Node,
    error::{Error, Result},
};

pub type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

pub async fn query<T>(
    client: &impl GenericClient,
    statement: &'static str,
    params: Params<'_>,
    read: impl Fn(&mut Columns<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let prepared = client.prepare_cached(statement).await?;
    let rows = client.query(&prepared, params).await.map_err(refused)?;
    rows.iter().map(|row| read(&mut Columns::of(row))).collect()
}

pub async fn query_opt<T>(
    client: &impl GenericClient,
    statement: &'static str,
    params: Params<'_>,
    read: impl Fn(&mut Columns<'_>) -> Result<T>,
) -> Result<Option<T>> {
    let prepared = client.prepare_cached(statement).await?;
    let row = client.query_opt(&prepared, params).await.map_err(refused)?;
    row.map(|row| read(&mut Columns::of(&row))).transpose()
}

pub async fn query_one<T>(
    client: &impl GenericClient,
    statement: &'static str,
    params: Params<'_>,
    read: impl Fn(&mut Columns<'_>) -> Result<T>,
) -> Result<T> {
    let prepared = client.prepare_cached(statement).await?;
    let row = client.query_one(&prepared, params).await.map_err(refused)?;
    read(&mut Columns::of(&row))
}

/// Answers how many rows it touched.
pub async fn execute(
    client: &impl GenericClient,
    statement: &'static str,
    params: Params<'_>,
) -> Result<u64> {
    let prepared = client.prepare_cached(statement).await?;
    client.execute(&prepared, params).await.map_err(refused)
}

/// The columns of a row, taken in the order in which the statement lists them.
pub struct Columns<'a> {
    row: &'a Row,
    at: usize,
}

impl<'a> Columns<'a> {
    fn of(row: &'a Row) -> Self {
        Self { row, at: 0 }
    }

    pub fn take<T: FromSql<'a>>(&mut self) -> Result<T> {
        let value = self.row.try_get(self.at);
        self.at += 1;
        Ok(value?)
    }

    /// A stored text read by the rule that wrote it. What it refuses is a fault of ours, not of the caller.
    pub fn parse<T>(&mut self, parse: impl FnOnce(&str) -> Result<T>) -> Result<T> {
        let text: &str = self.take()?;
        parse(text).map_err(|error| Error::internal("a stored value does not fit", error))
    }

    pub fn parse_opt<T>(&mut self, parse: impl FnOnce(&str) -> Result<T>) -> Result<Option<T>> {
        let text: Option<&str> = self.take()?;
        text.map(parse).transpose().map_err(|error| Error::internal("a stored value does not fit", error))
    }
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
