//! What comes in: arguments of a tool, read leniently as models write them, refused by name where they are wrong.

use std::{borrow::Cow, fmt};

use rmcp::model::JsonObject;
use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, Visitor},
};
use serde_json::{Value, json};
use time::Date;

use crate::{
    domain::{date, decimal, text},
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

/// A newtype over what a visitor reads from a string or a JSON number, shown as one plain type.
macro_rules! lenient {
    ($(#[$doc:meta])* $name:ident($inner:ty), $visitor:ident, $schema:tt) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(pub $inner);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                deserializer.deserialize_any($visitor).map(Self)
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

lenient!(
    /// A text. A whole number is taken as its digits, since models send postal codes and phones as numbers.
    Text(String), TextVisitor, { "type": "string" }
);
lenient!(
    /// A decimal number: as a string, or as a JSON number of at most 15 digits, beyond which floats lose some.
    Number(String), NumberVisitor, { "type": "string", "pattern": r"^-?\d+(\.\d+)?$" }
);
lenient!(
    /// A whole number, also as a string.
    Int(i64), IntVisitor, { "type": "integer" }
);
lenient!(
    /// A whole number, or an empty string to clear it.
    ClearableInt(Option<i64>), ClearableIntVisitor, { "type": "integer" }
);
lenient!(
    /// An invoice by its id or its legal number. A JSON number is an id; a string may be either.
    InvoiceRef(Reference), ReferenceVisitor, { "type": "string" }
);
lenient!(
    /// Yes or no, also as a string.
    Flag(bool), FlagVisitor, { "type": "boolean" }
);

struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> std::result::Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_u64<E: de::Error>(self, digits: u64) -> std::result::Result<String, E> {
        Ok(digits.to_string())
    }

    fn visit_i64<E: de::Error>(self, digits: i64) -> std::result::Result<String, E> {
        Ok(digits.to_string())
    }
}

/// Digits that every JSON number keeps on its way through a double (IEEE 754).
const JSON_DIGITS: usize = 15;

struct NumberVisitor;

impl NumberVisitor {
    fn number<E: de::Error>(text: String) -> std::result::Result<String, E> {
        let digits = text.bytes().filter(u8::is_ascii_digit).skip_while(|digit| *digit == b'0').count();
        if digits > JSON_DIGITS {
            return Err(E::custom(format!(
                "a JSON number of more than {JSON_DIGITS} digits may have lost some; send it as a string"
            )));
        }
        Ok(text)
    }
}

impl Visitor<'_> for NumberVisitor {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal number, as a string or a JSON number")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> std::result::Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> std::result::Result<String, E> {
        Self::number(number.to_string())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> std::result::Result<String, E> {
        Self::number(number.to_string())
    }

    #[expect(clippy::disallowed_types, reason = "the shortest digits of the double are those that were sent")]
    fn visit_f64<E: de::Error>(self, number: f64) -> std::result::Result<String, E> {
        Self::number(number.to_string())
    }
}

struct IntVisitor;

impl Visitor<'_> for IntVisitor {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> std::result::Result<i64, E> {
        Ok(number)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> std::result::Result<i64, E> {
        i64::try_from(number).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(number), &self))
    }

    #[expect(clippy::disallowed_types, clippy::cast_possible_truncation, reason = "42.0 is a whole number")]
    fn visit_f64<E: de::Error>(self, number: f64) -> std::result::Result<i64, E> {
        let whole = number as i64;
        if whole as f64 == number && whole.unsigned_abs() < 10_u64.pow(15) {
            return Ok(whole);
        }
        Err(E::invalid_value(de::Unexpected::Float(number), &self))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> std::result::Result<i64, E> {
        text.trim().parse().map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

struct ClearableIntVisitor;

impl Visitor<'_> for ClearableIntVisitor {
    type Value = Option<i64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number, or an empty string to clear it")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> std::result::Result<Option<i64>, E> {
        IntVisitor.visit_i64(number).map(Some)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> std::result::Result<Option<i64>, E> {
        IntVisitor.visit_u64(number).map(Some)
    }

    #[expect(clippy::disallowed_types, reason = "as a whole number is taken")]
    fn visit_f64<E: de::Error>(self, number: f64) -> std::result::Result<Option<i64>, E> {
        IntVisitor.visit_f64(number).map(Some)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> std::result::Result<Option<i64>, E> {
        if text.trim().is_empty() { Ok(None) } else { IntVisitor.visit_str(text).map(Some) }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    Id(i64),
    Written(String),
}

struct ReferenceVisitor;

impl Visitor<'_> for ReferenceVisitor {
    type Value = Reference;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id or a legal number")
    }

    fn visit_i64<E: de::Error>(self, id: i64) -> std::result::Result<Reference, E> {
        Ok(Reference::Id(id))
    }

    fn visit_u64<E: de::Error>(self, id: u64) -> std::result::Result<Reference, E> {
        IntVisitor.visit_u64(id).map(Reference::Id)
    }

    #[expect(clippy::disallowed_types, reason = "as a whole number is taken")]
    fn visit_f64<E: de::Error>(self, id: f64) -> std::result::Result<Reference, E> {
        IntVisitor.visit_f64(id).map(Reference::Id)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> std::result::Result<Reference, E> {
        Ok(Reference::Written(text.to_owned()))
    }
}

struct FlagVisitor;

impl Visitor<'_> for FlagVisitor {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true or false")
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> std::result::Result<bool, E> {
        Ok(flag)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> std::result::Result<bool, E> {
        text.trim().parse().map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

/// Text of an optional argument; an empty one counts as absent.
pub fn given(text: Option<&Text>) -> Option<&str> {
    text.map(|text| text.0.trim()).filter(|text| !text.is_empty())
}

/// A change of an optional text: absent keeps, an empty string clears, anything else is parsed.
pub fn change<T>(text: Option<&Text>, parse: impl FnOnce(&str) -> Result<T>) -> Result<Option<Option<T>>> {
    text.map(|_| given(text).map(parse).transpose()).transpose()
}

/// Sets, clears or keeps an optional field, as [`change`] says.
pub fn patch<T>(
    target: &mut Option<T>,
    text: &Option<Text>,
    parse: impl FnOnce(&str) -> Result<T>,
) -> Result<()> {
    if let Some(changed) = change(text.as_ref(), parse)? {
        *target = changed;
    }
    Ok(())
}

/// Words to look for, checked as any text is.
pub fn searched(field: &'static str, words: Option<&Text>) -> Result<Option<String>> {
    given(words).map(|words| text::line(field, words, text::NAME_MAX)).transpose()
}

pub fn day(field: &'static str, text: Option<&Text>) -> Result<Option<Date>> {
    given(text).map(|text| date::parse(field, text)).transpose()
}

/// A stretch of days, each end open where it is not given.
pub fn period(
    open: (Date, Date),
    (from_field, from): (&'static str, &Option<Text>),
    (to_field, to): (&'static str, &Option<Text>),
) -> Result<(Date, Date)> {
    let (from, to) = (day(from_field, from.as_ref())?, day(to_field, to.as_ref())?);
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        return Err(Error::invalid(
            to_field,
            format!("{to} is before {from_field} {from}"),
            format!("{from} or later"),
        ));
    }
    Ok((from.unwrap_or(open.0), to.unwrap_or(open.1)))
}

pub fn amount(field: &'static str, number: Option<&Number>) -> Result<Option<Decimal>> {
    number.map(|number| decimal::parse(field, &number.0, 4)).transpose()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_keeps_clears_and_sets() {
        let mut city = Some("Madrid".to_owned());
        let mut patch = |text: Option<&str>| {
            let text = text.map(|text| Text(text.to_owned()));
            patch(&mut city, &text, |text| text::line("city", text, text::NAME_MAX)).unwrap();
            city.clone()
        };
        assert_eq!(patch(None).as_deref(), Some("Madrid"));
        assert_eq!(patch(Some(" Jaén ")).as_deref(), Some("Jaén"));
        assert_eq!(patch(Some(" ")), None);
    }
}
