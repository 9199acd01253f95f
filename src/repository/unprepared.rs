//! Statements that go alone, each with the types of its values: those that are to be planned for them, and all of a server
//! behind a pooler. A pooler may hand each transaction, or each statement outside of one, to another session, where what
//! was prepared is missing, or is somebody else's under the same name.

use std::sync::atomic::{AtomicBool, Ordering};

use bytes::BytesMut;
use tokio_postgres::types::Type;

use super::sql::{Param, Params};

/// For the whole process, which serves one database.
static WANTED: AtomicBool = AtomicBool::new(false);

/// From now on nothing is prepared.
pub fn want() {
    WANTED.store(true, Ordering::Relaxed);
}

pub(super) fn is_wanted() -> bool {
    WANTED.load(Ordering::Relaxed)
}

/// The types that statements of ours take. A value can be sent as one of them only.
const USED: [Type; 14] = [
    Type::INT8,
    Type::TEXT,
    Type::NUMERIC,
    Type::DATE,
    Type::TIMESTAMPTZ,
    Type::BOOL,
    Type::INT4,
    Type::INT2,
    Type::BYTEA,
    Type::JSONB,
    Type::INT8_ARRAY,
    Type::TEXT_ARRAY,
    Type::NUMERIC_ARRAY,
    Type::DATE_ARRAY,
];

pub(super) fn typed<'a>(params: Params<'a>) -> Vec<(Param<'a>, Type)> {
    params.iter().map(|value| (*value, type_of(*value))).collect()
}

/// Found by trying, since a value itself knows only which types it can be sent as.
fn type_of(value: Param<'_>) -> Type {
    let mut sent = BytesMut::new();
    let fits = |of: &Type| value.to_sql_checked(of, &mut sent).is_ok();
    USED.into_iter().find(fits).unwrap_or(Type::UNKNOWN)
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;
    use time::{Date, OffsetDateTime};

    use super::*;

    #[test]
    fn each_value_finds_its_type() {
        let values: [(Param<'_>, Type); 9] = [
            (&1_i64, Type::INT8),
            (&1_i32, Type::INT4),
            (&"x", Type::TEXT),
            (&None::<String>, Type::TEXT),
            (&Some(Decimal::ONE), Type::NUMERIC),
            (&Date::MIN, Type::DATE),
            (&OffsetDateTime::UNIX_EPOCH, Type::TIMESTAMPTZ),
            (&vec![None, Some("x")], Type::TEXT_ARRAY),
            (&[1_u8].as_slice(), Type::BYTEA),
        ];
        for (value, expected) in values {
            assert_eq!(type_of(value), expected, "{value:?}");
        }
    }
}
