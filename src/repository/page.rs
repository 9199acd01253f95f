//! Pages: keyset cursors, so that a page goes on after the last row of the one before, whatever was added meanwhile.

use rust_decimal::Decimal;
use time::Date;

use crate::{
    domain::date,
    error::{Error, Result},
};

/// Rows on a page where the caller does not say.
pub const LIMIT_DEFAULT: i64 = 20;
pub const LIMIT_MAX: i64 = 100;

/// A page of what was asked for; `next_cursor` is absent on the last.
#[derive(Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next_cursor: Option<String>,
}

/// Which page is wanted.
#[derive(Debug, Clone, Default)]
pub struct PageRequest {
    pub limit: Option<i64>,
    pub cursor: Option<String>,
}

impl PageRequest {
    pub fn limit(&self) -> Result<i64> {
        match self.limit.unwrap_or(LIMIT_DEFAULT) {
            limit @ 1..=LIMIT_MAX => Ok(limit),
            other => Err(Error::invalid("limit", format!("{other} rows"), format!("1 to {LIMIT_MAX}"))),
        }
    }

    /// The parts of the cursor, where it is one of the list called `list`.
    pub fn cursor<const N: usize>(&self, list: &str) -> Result<Option<Cursor<'_, N>>> {
        let Some(text) = self.cursor.as_deref().filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        if text.contains('\0') {
            return Err(bad_cursor()); // PostgreSQL holds no such text
        }
        let mut parts = text.splitn(N + 1, CURSOR_SEPARATOR);
        let tag = parts.next();
        let mut found = [""; N];
        for part in &mut found {
            *part = parts.next().ok_or_else(bad_cursor)?;
        }
        if tag != Some(list) { Err(bad_cursor()) } else { Ok(Some(Cursor(found))) }
    }
}

const CURSOR_SEPARATOR: char = '~';

/// The key of the last row seen, as text: `newest~2026-11-24~42`. It says what it is and holds no secret.
pub struct Cursor<'a, const N: usize>([&'a str; N]);

impl<const N: usize> Cursor<'_, N> {
    pub fn id(&self, at: usize) -> Result<i64> {
        self.0[at].parse().map_err(|_| bad_cursor())
    }

    pub fn date(&self, at: usize) -> Result<Date> {
        date::written(self.0[at]).ok_or_else(bad_cursor)
    }

    pub fn amount(&self, at: usize) -> Result<Decimal> {
        Decimal::from_str_exact(self.0[at]).map_err(|_| bad_cursor())
    }

    pub fn text(&self, at: usize) -> &str {
        self.0[at]
    }
}

pub fn bad_cursor() -> Error {
    Error::invalid(
        "cursor",
        "is not of this list",
        "next_cursor of the page before, with the same sort and filters",
    )
}

/// Cuts the one row too many that tells whether there is a next page.
pub fn page<T>(mut items: Vec<T>, limit: i64, list: &str, key: impl Fn(&T) -> Vec<String>) -> Page<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| more);
    let next_cursor = last.map(|item| {
        std::iter::once(list.to_owned())
            .chain(key(item))
            .collect::<Vec<_>>()
            .join(&CURSOR_SEPARATOR.to_string())
    });
    Page { items, next_cursor }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn request(cursor: &str) -> PageRequest {
        PageRequest { limit: None, cursor: Some(cursor.into()) }
    }

    #[test]
    fn a_full_page_points_to_its_last_row() {
        let first = page(vec![1, 2, 3], 2, "newest", |id| vec![id.to_string()]);
        assert_eq!((first.items, first.next_cursor.as_deref()), (vec![1, 2], Some("newest~2")));
        assert_eq!(page(vec![1, 2], 2, "newest", |id| vec![id.to_string()]).next_cursor, None);
        let asked = request("newest~2");
        assert_eq!(asked.cursor::<1>("newest").unwrap().unwrap().id(0).unwrap(), 2);
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        for cursor in ["oldest~2", "newest", "2", "newest~x"] {
            let asked = request(cursor);
            assert!(
                asked.cursor::<1>("newest").and_then(|cursor| cursor.unwrap().id(0)).is_err(),
                "{cursor}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_cursor_panics(text in "\\PC*") {
            let asked = request(&text);
            if let Ok(Some(cursor)) = asked.cursor::<2>("newest") {
                let _ = (cursor.id(0), cursor.date(0), cursor.amount(1), cursor.text(1).len());
            }
        }
    }
}
