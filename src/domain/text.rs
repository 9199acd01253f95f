//! Text that people type: trimmed, bounded, without control characters; and its folded form for searching.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::error::{Error, Result};

/// Longest name of a business, a client or a line's description, in characters.
pub const NAME_MAX: usize = 200;
/// Longest free text (notes, reasons), in characters.
pub const NOTE_MAX: usize = 4_000;

/// One line of text: 1 to `max` characters after trimming, no control characters.
pub fn line(field: impl Into<Cow<'static, str>>, value: &str, max: usize) -> Result<String> {
    checked(field.into(), value, max, false)
}

/// A text that may run over several lines: as [`line()`], but line breaks and tabs are welcome.
pub fn note(field: impl Into<Cow<'static, str>>, value: &str) -> Result<String> {
    checked(field.into(), value, NOTE_MAX, true)
}

fn checked(field: Cow<'static, str>, value: &str, max: usize, multiline: bool) -> Result<String> {
    let accepted = || {
        let breaks = if multiline { "line breaks and tabs, but no other" } else { "no" };
        format!("1 to {max} characters, {breaks} control characters")
    };
    let value: String = value.trim().nfc().collect();
    if value.chars().all(is_invisible) {
        return Err(Error::invalid(field, "is empty", accepted()));
    }
    let length = value.chars().count();
    if length > max {
        return Err(Error::invalid(field, format!("has {length} characters"), accepted()));
    }
    let allowed = |c: char| !c.is_control() || multiline && matches!(c, '\n' | '\r' | '\t');
    if !value.chars().all(|c| allowed(c) && !turns_text_round(c)) {
        return Err(Error::invalid(field, "contains a control character", accepted()));
    }
    Ok(value)
}

/// Spaces, and characters that take none and show nothing.
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{3164}' | '\u{FEFF}')
}

/// Line separators, and marks that make text read otherwise than it is written.
fn turns_text_round(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The form of a text that search compares: lower case, without accents, words separated by single spaces.
/// `ñ` folds to `n` as well, since people type both.
pub fn fold(value: &str) -> String {
    let plain: String =
        value.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    plain
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn folding_ignores_case_accents_and_spacing() {
        assert_eq!(fold("  Peñalver   ÁLVAREZ\tGómez "), "penalver alvarez gomez");
    }

    #[test]
    fn a_line_refuses_what_it_cannot_hold() {
        for bad in ["", "   ", "\u{200B}\u{3164}", "a\nb", "a\0b", "a\u{202E}b", &"x".repeat(NAME_MAX + 1)] {
            assert!(line("name", bad, NAME_MAX).is_err(), "{bad:?}");
        }
        assert_eq!(line("name", "  Ana  ", NAME_MAX).unwrap(), "Ana");
        assert!(line("name", &"ñ".repeat(NAME_MAX), NAME_MAX).is_ok());
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in ".*") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn what_a_line_accepts_it_accepts_again(text in ".{0,210}") {
            if let Ok(once) = line("name", &text, NAME_MAX) {
                prop_assert_eq!(line("name", &once, NAME_MAX).unwrap(), once);
            }
        }
    }
}
