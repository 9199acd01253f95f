//! What must hold whatever comes in. Each property takes bytes as they come, so that the suite can try it for a moment (below)
//! and `fuzz/` for as long as one likes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is how a property fails")]

use futures_util::FutureExt as _;
use rmcp::model::JsonObject;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use time::Date;

use super::{
    args,
    stdio::{messages, split},
    tools,
};
use crate::{
    auth::{
        keys::Keys,
        signing::SigningKey,
        token::{Expected, subject, verify},
    },
    domain::{
        codes::{Country, Currency, Language, TimeZone},
        contact, date, decimal, money,
        series::{Format, external},
        tax_id, text,
    },
    error::{Error, Result},
    repository::page::PageRequest,
};

/// No message of ours is longer, whatever is quoted in it.
const MESSAGE_MAX: usize = 2_000;

/// What is refused is refused as an argument, in a few words.
fn told<T>(outcome: Result<T>) -> Option<T> {
    outcome.inspect_err(refused).ok()
}

fn refused(error: &Error) {
    assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
    let message = error.to_string();
    assert!(message.chars().count() <= MESSAGE_MAX, "{message}");
}

/// What is not to be trusted is refused in a few words, and none of them is its own.
fn forbidden(error: &Error) {
    assert!(matches!(error, Error::Forbidden { .. }), "{error:?}");
    assert!(error.to_string().chars().count() <= MESSAGE_MAX, "{error}");
}

/// A stream falls into the same lines however it is cut, and each into a message that reads again as it was written.
pub fn lines(bytes: &[u8]) {
    let step = bytes.first().map_or(1, |byte| usize::from(*byte) + 1);
    let whole = split(bytes, usize::MAX).now_or_never().unwrap();
    assert_eq!(split(bytes, step).now_or_never().unwrap(), whole);
    for line in whole {
        if let Some(written) = messages(&line) {
            assert_eq!(messages(written.as_bytes()).as_ref(), Some(&written));
        }
    }
}

/// Arguments that look like those of a tool: read, or refused by name. The bytes say which tool, and what each argument is.
pub fn arguments(bytes: &[u8]) {
    thread_local!(static TOOLS: Vec<super::tool::Entry> = tools::all());
    let mut bytes = Bytes(bytes);
    TOOLS.with(|tools| {
        let entry = &tools[bytes.below(tools.len())];
        let schema = &entry.tool.input_schema;
        if let Some(prepared) = told(args::prepare(schema, bytes.object(schema, 0))) {
            told((entry.parse)(schema, &Value::Object(prepared)));
        }
    });
}

/// A cursor is refused, or its parts are what they should be.
pub fn cursor(bytes: &[u8]) {
    let request = PageRequest { limit: None, cursor: Some(String::from_utf8_lossy(bytes).into_owned()) };
    if let Some(Some(cursor)) = told(request.cursor::<2>("newest")) {
        told(cursor.id(0));
        if let Some(day) = told(cursor.date(0)) {
            assert_eq!(day.to_string(), cursor.text(0));
        }
        told(cursor.amount(1));
        assert!(!cursor.text(1).contains('\0'));
    }
}

/// Bytes are no token and no keys, whatever they look like; claims that our own key has signed are read, or refused.
pub fn tokens(bytes: &[u8]) {
    const SECRET: &str = "an-example-that-is-at-least-32-bytes-long";
    let text = String::from_utf8_lossy(bytes);
    let expected = Expected { issuer: "facturo".into(), audience: "facturo".into() };
    let keys = Keys::from_secret(SECRET).unwrap();
    forbidden(&verify(&text, &keys, &expected).unwrap_err());
    Keys::from_jwks(&text).map_or_else(|error| forbidden(&error), drop);
    let Ok(claims) = serde_json::from_slice::<Value>(bytes) else { return };
    let token = SigningKey::from_secret(SECRET).unwrap().sign(&claims).unwrap();
    match verify(&token, &keys, &expected) {
        Ok(grant) => {
            assert_eq!(subject(&grant.subject), Some(&*grant.subject));
            forbidden(&grant.must_hold(grant.until).unwrap_err());
        }
        Err(error) => forbidden(&error),
    }
}

/// A day is written as it was read, and no count of days leads out of the calendar.
pub fn dates(bytes: &[u8]) {
    let mut bytes = Bytes(bytes);
    let days = bytes.number();
    let text = bytes.rest();
    if let Some(day) = told(date::parse("due_date", &text)) {
        assert_eq!(day.to_string(), text.trim());
        let moved = date::plus_days(day, days);
        assert!(
            (Date::MIN..=Date::MAX).contains(&moved) && (moved >= day) == (days >= 0),
            "{day} and {days} days"
        );
    }
}

/// A number is read without loss or refused; an amount has the decimals of its currency, and rounding it again changes nothing.
pub fn numbers(bytes: &[u8]) {
    const CURRENCIES: [&str; 4] = ["EUR", "JPY", "KWD", "CLF"];
    let mut bytes = Bytes(bytes);
    let currency = Currency::parse("currency", CURRENCIES[bytes.below(4)]).unwrap();
    let decimals = bytes.below(7).try_into().unwrap();
    let text = bytes.rest();
    if let Some(number) = told(decimal::parse("amount", &text, decimals)) {
        assert!(number.abs() < decimal::LIMIT && number.scale() <= decimals);
        assert_eq!(told(decimal::parse("amount", &number.to_string(), decimals)), Some(number));
        let rounded = money::round(number, currency);
        assert_eq!(money::round(rounded, currency), rounded);
        let exact = told(money::exact("amount", number, currency));
        assert_eq!(exact.is_some(), rounded == number);
        let shown = money::display(number, currency);
        let point = shown.find('.').map_or(0, |at| shown.len() - at - 1);
        assert_eq!(point, currency.exponent() as usize, "{shown}");
        assert_eq!(shown.parse::<Decimal>().ok(), Some(rounded));
    }
    if let Some(rate) = told(decimal::percent("tax_rate", &text)) {
        assert!((Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&rate));
    }
}

/// A format of numbers is written as it was read, reads the numbers that it writes, and no others.
pub fn formats(bytes: &[u8]) {
    let mut bytes = Bytes(bytes);
    let (year, count) = (bytes.below(10_000), bytes.below(1_000_000_000).max(1));
    let both = bytes.rest();
    let (written, foreign) = both.split_once('\n').unwrap_or((&both, ""));
    if let Some(format) = told(Format::parse(written)) {
        assert_eq!(told(Format::parse(&format.to_string())).as_ref(), Some(&format));
        assert!(format.collides(&format));
        let (year, count) = (i32::try_from(year).unwrap(), i64::try_from(count).unwrap());
        let number = format.write(year, count);
        assert_eq!(format.read(&number), Some((if format.has_year() { year } else { 0 }, count)), "{number}");
        if let Some((year, count)) = format.read(foreign) {
            assert!((0..=9999).contains(&year) && count > 0, "{foreign}");
            assert_eq!(format.write(year, count), foreign);
        }
    }
    told(external(foreign));
}

/// What is taken of names, addresses and codes is taken again as it was kept.
pub fn texts(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let again = |parse: &dyn Fn(&str) -> Result<String>| {
        if let Some(kept) = told(parse(&text)) {
            assert_eq!(told(parse(&kept)).as_ref(), Some(&kept));
        }
    };
    again(&|text| text::line("name", text, text::NAME_MAX));
    again(&|text| text::note("notes", text));
    again(&|text| tax_id::of("tax_id", text, None));
    again(&|text| contact::email("email", text));
    again(&|text| contact::iban("iban", text));
    again(&|text| Country::parse("country", text).map(|country| country.alpha2().to_owned()));
    again(&|text| Currency::parse("currency", text).map(|currency| currency.code().to_owned()));
    again(&|text| Language::parse("language", text).map(|language| language.code().to_owned()));
    again(&|text| TimeZone::parse("time_zone", text).map(|zone| zone.name().to_owned()));
    let folded = text::fold(&text);
    assert_eq!(text::fold(&folded), folded);
}

/// Bytes that are taken for choices, and for nothing once they have run out.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn number(&mut self) -> i64 {
        i64::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    fn below(&mut self, limit: usize) -> usize {
        let bytes = if limit > 256 { 4 } else { 1 };
        (0..bytes).fold(0, |number, _| number << 8 | usize::from(self.byte())) % limit
    }

    fn rest(&mut self) -> String {
        String::from_utf8_lossy(std::mem::take(&mut self.0)).into_owned()
    }

    fn text(&mut self) -> String {
        let length = usize::from(self.byte()).min(self.0.len());
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        String::from_utf8_lossy(text).into_owned()
    }

    /// With some of the properties that a schema names, and sometimes one that it does not.
    fn object(&mut self, schema: &JsonObject, depth: u32) -> JsonObject {
        let properties = schema.get("properties").and_then(Value::as_object);
        let mut object = JsonObject::new();
        for (name, property) in properties.into_iter().flatten() {
            if self.below(4) > 0 {
                object.insert(name.clone(), self.value(property, depth));
            }
        }
        if self.below(16) == 1 {
            object.insert(self.text(), self.value(&Value::Null, depth));
        }
        object
    }

    fn value(&mut self, schema: &Value, depth: u32) -> Value {
        let kind = schema.get("type").and_then(Value::as_str).unwrap_or_default();
        match (self.below(10), kind) {
            (0, _) => Value::Null,
            (1, _) => json!(self.below(2) == 0),
            (2, _) => json!(self.number()),
            (3, _) => serde_json::from_str(&format!("{}e{}", self.byte(), self.byte().cast_signed()))
                .unwrap_or_default(),
            (4, _) => json!(self.number().to_string()),
            (5, _) | (_, "array") if depth < 3 => {
                let item = schema.get("items").unwrap_or(&Value::Null);
                (0..self.below(4)).map(|_| self.value(item, depth + 1)).collect()
            }
            (6, _) | (_, "object") if depth < 3 => Value::Object(
                schema.as_object().map(|schema| self.object(schema, depth + 1)).unwrap_or_default(),
            ),
            (7, "integer" | "number") => json!(self.byte()),
            _ => Value::String(self.text()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// Bytes alone seldom are text that means something.
    fn near(examples: &'static str) -> impl Strategy<Value = Vec<u8>> {
        let bytes = vec(any::<u8>(), 0..200);
        let written = (vec(any::<u8>(), 0..9), examples)
            .prop_map(|(choices, text)| [choices, text.into_bytes()].concat());
        prop_oneof![bytes, written]
    }

    /// Most of them are what a token has to say.
    const CLAIMS: &str = r#"\{"iss":"facturo","aud":"facturo","sub":"[a-zñ]{1,5}","exp":-?[0-9]{1,18},"nbf":(null|[0-9]{1,19}),"business":-?[0-9]{1,19},"scope":"(clients:read ?|all){0,2}"\}"#;

    proptest! {
        #[test]
        fn lines_hold(bytes in near("[ -~]?\\{(\"(jsonrpc|id|method|params)\":(\"2.0\"|1|null|\"tools/call\"|\\{\\}),?){0,5}\\}\n?")) {
            lines(&bytes);
        }

        #[test]
        fn arguments_hold(bytes in vec(any::<u8>(), 0..400)) {
            arguments(&bytes);
        }

        #[test]
        fn cursors_hold(bytes in near("newest~[-0-9]{0,12}~[-.0-9e]{0,30}")) {
            cursor(&bytes);
        }

        #[test]
        fn tokens_hold(bytes in vec(any::<u8>(), 0..200), claims in CLAIMS) {
            tokens(&bytes);
            tokens(claims.as_bytes());
        }

        #[test]
        fn dates_hold(bytes in near("[-+]?[0-9]{4}-[0-9]{2}-[0-9]{2}")) {
            dates(&bytes);
        }

        #[test]
        fn numbers_hold(bytes in near("-?[0-9]{0,13}\\.?[0-9]{0,8}")) {
            numbers(&bytes);
        }

        #[test]
        fn formats_hold(bytes in near("[A-Z]{0,2}-?(\\{year\\})?[-/]?\\{number(:0[0-9])?\\}\n[A-Z]{0,2}-?[-+0-9]{0,9}")) {
            formats(&bytes);
        }

        #[test]
        fn texts_hold(bytes in near("\\PC{0,40}|[A-Z]{2}[0-9A-Z]{0,22}|[a-z]{1,5}@[a-z]{1,5}\\.[a-z]{2}")) {
            texts(&bytes);
        }
    }
}
