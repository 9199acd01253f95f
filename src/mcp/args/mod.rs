//! What comes in: arguments of a tool, read leniently as models write them, refused by name where they are wrong.

mod given;
mod lenient;

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

pub use self::{
    given::{amount, change, day, given, patch, period, searched},
    lenient::{ClearableInt, Flag, Int, InvoiceRef, Number, Reference, Text},
};
use crate::{
    domain::text,
    error::{Error, Result},
    repository::page::PageRequest,
};

/// The arguments of a tool: a struct, or two of them beside each other.
pub trait Arguments: Sized {
    fn schema() -> JsonObject;
    fn parse(arguments: &Value) -> std::result::Result<Self, Problem>;
}

/// Where and how arguments do not fit.
pub struct Problem {
    field: String,
    message: String,
}

impl<T: DeserializeOwned + JsonSchema> Arguments for T {
    fn schema() -> JsonObject {
        super::schema::of_input::<T>()
    }

    fn parse(arguments: &Value) -> std::result::Result<Self, Problem> {
        serde_path_to_error::deserialize(arguments)
            .map_err(|error| Problem { field: error.path().to_string(), message: error.inner().to_string() })
    }
}

/// The arguments of `A` and of `B` in one object.
pub struct And<A, B>(pub A, pub B);

impl<A: Arguments, B: Arguments> Arguments for And<A, B> {
    fn schema() -> JsonObject {
        super::schema::merge(A::schema(), B::schema())
    }

    fn parse(arguments: &Value) -> std::result::Result<Self, Problem> {
        Ok(Self(A::parse(arguments)?, B::parse(arguments)?))
    }
}

/// Reads the arguments of a call by the schema that the tool shows.
pub fn parse<T: Arguments>(schema: &JsonObject, arguments: &Value) -> Result<T> {
    T::parse(arguments).map_err(|problem| explain(schema, problem))
}

/// Refuses arguments that the tool does not have, and unpacks arrays and objects that were sent as a string.
pub fn prepare(schema: &JsonObject, mut arguments: JsonObject) -> Result<JsonObject> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let property = |name: &str| properties.and_then(|properties| properties.get(name));
    if let Some(unknown) = arguments.keys().find(|name| property(name).is_none()) {
        let known = properties.into_iter().flat_map(|properties| properties.keys().map(String::as_str));
        let known = known.collect::<Vec<_>>().join(", ");
        return Err(Error::invalid(unknown.clone(), "is not an argument of this tool", known));
    }
    for (name, value) in &mut arguments {
        let kind = property(name).and_then(|schema| schema.get("type")).and_then(Value::as_str);
        if let (Some("array" | "object"), Value::String(text)) = (kind, &*value)
            && let Ok(unpacked) = serde_json::from_str(text)
        {
            *value = unpacked;
        }
        let of_objects =
            property(name).and_then(|schema| schema.get("items")?.get("type")) == Some(&json!("object"));
        let strange = value
            .as_array()
            .filter(|_| of_objects)
            .and_then(|items| items.iter().position(|item| !item.is_object()));
        if let Some(index) = strange {
            return Err(Error::invalid(
                format!("{name}[{index}]"),
                "is not an object",
                "an object with named fields",
            ));
        }
    }
    Ok(arguments)
}

/// Says what is wrong in terms of the schema.
fn explain(schema: &JsonObject, Problem { field, message }: Problem) -> Error {
    let missing = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
    let (field, message) = match missing {
        Some(name) if field == "." => (name.to_owned(), "is required".to_owned()),
        Some(name) => (format!("{field}.{name}"), "is required".to_owned()),
        None => (field, message),
    };
    let described = described(schema, &field);
    let told = |key: &str| described.and_then(|schema| schema.get(key)).and_then(Value::as_str);
    let accepted = told("description").or(told("type")).unwrap_or("what the tool's schema says").to_owned();
    Error::invalid(field, message, accepted.trim_end_matches('.').to_owned())
}

/// The schema of a field, such as `lines[0].quantity`.
fn described<'a>(schema: &'a JsonObject, field: &str) -> Option<&'a Value> {
    let mut steps =
        field.split('.').map(|step| step.split_once('[').map_or((step, false), |(name, _)| (name, true)));
    let property = |of: Option<&'a Value>, (name, in_list): (&str, bool)| {
        let found = of?.get(name)?;
        if in_list { found.get("items") } else { Some(found) }
    };
    let top = property(schema.get("properties"), steps.next()?);
    steps.fold(top, |found, step| property(found?.get("properties"), step))
}

/// Which page of a list.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct PageArgs {
    /// Rows, 1 to 100; 20 where absent.
    limit: Option<Int>,
    /// next_cursor of the page before.
    cursor: Option<Text>,
}

impl From<PageArgs> for PageRequest {
    fn from(args: PageArgs) -> Self {
        Self { limit: args.limit.map(|limit| limit.0), cursor: args.cursor.map(|cursor| cursor.0) }
    }
}

/// For changes.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct VersionArgs {
    /// Refuse unless this is still the version.
    expected_version: Option<Int>,
}

impl VersionArgs {
    pub fn expected(&self) -> Option<i64> {
        self.expected_version.as_ref().map(|version| version.0)
    }
}

/// For everything that writes.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct KeyArgs {
    /// Any word of yours; a repeat with the same one changes nothing and gets the first answer.
    idempotency_key: Option<Text>,
}

impl KeyArgs {
    pub fn given(&self) -> Result<Option<String>> {
        let key = self.idempotency_key.as_ref();
        key.map(|key| text::line("idempotency_key", &key.0, text::NAME_MAX)).transpose()
    }
}

/// For what cannot be undone.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct ConfirmationArgs {
    /// From the preview of this very call, once the person has said yes.
    confirmation_token: Option<Text>,
}

impl ConfirmationArgs {
    pub fn given(self) -> Option<String> {
        self.confirmation_token.map(|token| token.0)
    }
}
