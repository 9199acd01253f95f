//! Plain values as models write them: numbers as strings, strings as numbers.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor},
};

/// A JSON value that is neither list nor object. Numbers are the digits that were sent.
enum Scalar {
    Flag(bool),
    Whole(String),
    Fraction(String),
    Written(String),
}

type Read<T> = std::result::Result<T, String>;

impl Scalar {
    fn refused<T>(&self, expected: &str) -> Read<T> {
        let told = match self {
            Self::Flag(flag) => format!("boolean `{flag}`"),
            Self::Whole(digits) => format!("integer `{digits}`"),
            Self::Fraction(digits) => format!("floating point `{digits}`"),
            Self::Written(text) => format!("string {text:?}"),
        };
        Err(format!("invalid value: {told}, expected {expected}"))
    }
}

/// Takes any scalar; what it was to be is for the error about anything else.
struct Scalars(&'static str);

impl Visitor<'_> for Scalars {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> std::result::Result<Scalar, E> {
        Ok(Scalar::Flag(flag))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> std::result::Result<Scalar, E> {
        Ok(Scalar::Whole(number.to_string()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> std::result::Result<Scalar, E> {
        Ok(Scalar::Whole(number.to_string()))
    }

    #[expect(clippy::disallowed_types, reason = "the shortest digits of the double are those that were sent")]
    fn visit_f64<E: de::Error>(self, number: f64) -> std::result::Result<Scalar, E> {
        Ok(Scalar::Fraction(number.to_string()))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> std::result::Result<Scalar, E> {
        Ok(Scalar::Written(text.to_owned()))
    }
}

/// A newtype over what a function reads from a scalar, shown as one plain type.
macro_rules! lenient {
    ($(#[$doc:meta])* $name:ident($inner:ty), $read:ident, $expected:literal, $schema:tt) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(pub $inner);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                let scalar = deserializer.deserialize_any(Scalars($expected))?;
                $read(&scalar, $expected).map(Self).map_err(de::Error::custom)
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
    Text(String), text, "a string", { "type": "string" }
);
lenient!(
    /// A decimal number: as a string, or as a JSON number of at most 15 digits, beyond which floats lose some.
    Number(String), number, "a decimal number, as a string or a JSON number",
    { "type": "string", "pattern": r"^-?\d+(\.\d+)?$" }
);
lenient!(
    /// A whole number, also as a string.
    Int(i64), int, "a whole number", { "type": "integer" }
);
lenient!(
    /// A whole number, or an empty string to clear it.
    ClearableInt(Option<i64>), clearable_int, "a whole number, or an empty string to clear it",
    { "type": "integer" }
);
lenient!(
    /// An invoice by its id or its legal number. A JSON number is an id; a string may be either.
    InvoiceRef(Reference), reference, "an id or a legal number", { "type": "string" }
);
lenient!(
    /// Yes or no, also as a string.
    Flag(bool), flag, "true or false", { "type": "boolean" }
);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    Id(i64),
    Written(String),
}

/// Digits that every JSON number keeps on its way through a double (IEEE 754).
const JSON_DIGITS: usize = 15;

fn text(scalar: &Scalar, expected: &str) -> Read<String> {
    match scalar {
        Scalar::Written(text) | Scalar::Whole(text) => Ok(text.clone()),
        Scalar::Flag(_) | Scalar::Fraction(_) => scalar.refused(expected),
    }
}

fn number(scalar: &Scalar, expected: &str) -> Read<String> {
    let text = match scalar {
        Scalar::Written(text) => return Ok(text.clone()),
        Scalar::Whole(text) | Scalar::Fraction(text) => text,
        Scalar::Flag(_) => return scalar.refused(expected),
    };
    let digits = text.bytes().filter(u8::is_ascii_digit).skip_while(|digit| *digit == b'0').count();
    if digits > JSON_DIGITS {
        return Err(format!(
            "a JSON number of more than {JSON_DIGITS} digits may have lost some; send it as a string"
        ));
    }
    Ok(text.clone())
}

/// 42.0 is a whole number too.
fn int(scalar: &Scalar, expected: &str) -> Read<i64> {
    let number: Option<i64> = match scalar {
        Scalar::Written(text) => text.trim().parse().ok(),
        Scalar::Whole(digits) => digits.parse().ok(),
        Scalar::Fraction(digits) if digits.len() <= JSON_DIGITS => digits.parse().ok(),
        Scalar::Fraction(_) | Scalar::Flag(_) => None,
    };
    number.map_or_else(|| scalar.refused(expected), Ok)
}

fn clearable_int(scalar: &Scalar, expected: &str) -> Read<Option<i64>> {
    match scalar {
        Scalar::Written(text) if text.trim().is_empty() => Ok(None),
        _ => int(scalar, expected).map(Some),
    }
}

fn reference(scalar: &Scalar, expected: &str) -> Read<Reference> {
    match scalar {
        Scalar::Written(text) => Ok(Reference::Written(text.clone())),
        _ => int(scalar, expected).map(Reference::Id),
    }
}

fn flag(scalar: &Scalar, expected: &str) -> Read<bool> {
    match scalar {
        Scalar::Flag(flag) => Ok(*flag),
        Scalar::Written(text) => text.trim().parse().or_else(|_| scalar.refused(expected)),
        Scalar::Whole(_) | Scalar::Fraction(_) => scalar.refused(expected),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read<T: for<'de> Deserialize<'de>>(value: &Value) -> std::result::Result<T, String> {
        T::deserialize(value).map_err(|error| error.to_string())
    }

    #[test]
    fn values_are_taken_as_models_write_them() {
        assert_eq!(read(&json!(28001)), Ok(Text("28001".into())));
        assert_eq!(read(&json!("10.50")), Ok(Number("10.50".into())));
        assert_eq!(read(&json!(10.5)), Ok(Number("10.5".into())));
        assert_eq!([read(&json!(42)), read(&json!(" 42 ")), read(&json!(42.0))], [const { Ok(Int(42)) }; 3]);
        assert_eq!(read(&json!(" ")), Ok(ClearableInt(None)));
        assert_eq!(read(&json!("7")), Ok(ClearableInt(Some(7))));
        assert_eq!(read(&json!("7")), Ok(InvoiceRef(Reference::Written("7".into()))));
        assert_eq!(read(&json!(7)), Ok(InvoiceRef(Reference::Id(7))));
        assert_eq!(read(&json!("true")), Ok(Flag(true)));
    }

    #[test]
    fn what_does_not_fit_is_told_with_what_would() {
        let text = |value: Value| read::<Text>(&value).unwrap_err();
        assert_eq!(text(json!(1.5)), "invalid value: floating point `1.5`, expected a string");
        assert_eq!(text(json!([])), "invalid type: sequence, expected a string");
        let int = |value: Value| read::<Int>(&value).unwrap_err();
        assert_eq!(int(json!("x")), "invalid value: string \"x\", expected a whole number");
        assert_eq!(
            int(json!(u64::MAX)),
            "invalid value: integer `18446744073709551615`, expected a whole number"
        );
        assert!(int(json!(1.5)).ends_with("expected a whole number"));
        assert!(int(json!(1e20)).ends_with("expected a whole number"));
        assert!(read::<Flag>(&json!(1)).is_err());
        assert!(
            read::<Number>(&json!(1_234_567_890_123_456_i64)).unwrap_err().contains("send it as a string")
        );
        assert!(read::<Number>(&json!("1234567890123456")).is_ok());
    }
}
