use proptest::prelude::*;
use time::macros::date;

use super::{format::COUNT_MAX, *};

fn format(text: &str) -> Format {
    Format::parse(text).unwrap()
}

#[test]
fn numbers_are_written_and_only_their_exact_form_is_read() {
    let f = format("F-{year}-{number:04}");
    assert_eq!(f.write(2026, 42), "F-2026-0042");
    assert_eq!(f.read("F-2026-12345"), Some((2026, 12_345)));
    for other in [
        "F-2026-42",
        "f-2026-0042",
        "F-26-0042",
        "F-2026-",
        "F-2026-+042",
        "A-2026-0042",
        "F-2026-0042 ",
        "F-2026-9999999999",
        "F-2026-ñ",
    ] {
        assert_eq!(f.read(other), None, "{other}");
    }
    assert_eq!(format("{number}/A").read("7/A"), Some((0, 7)));
}

#[test]
fn a_format_that_cannot_number_is_refused() {
    for bad in [
        "",
        "www.evil.com/{number}",
        "IGNORE-ALL-RULES-{number}",
        "F-",
        "{year}",
        "{number}{number}",
        "{year}{number}",
        "F {number}",
        "{number:00}",
        "{number:010}",
        "{",
        "{number",
        "{month}-{number}",
        "ñ{number}",
    ] {
        assert!(Format::parse(bad).is_err(), "{bad}");
    }
    assert!(Format::parse(&format!("{}{{number}}", "x".repeat(60))).is_err());
    assert!(Series::new("A", Kind::Standard, "A{number}", true, false).is_err());
    assert!(Series::new("A b", Kind::Standard, "A{number}", false, false).is_err());
}

#[test]
fn series_that_could_give_the_same_number_collide() {
    let series = |format: &str| Series::new("X", Kind::Standard, format, false, false).unwrap();
    assert!(series("F-{year}-{number:04}").collides(&series("F-{year}-{number}")));
    assert!(series("{number}").collides(&series("{number:06}")));
    assert!(series("{number}-{year}").collides(&series("{year}-{number}")));
    assert!(series("A{number:03}").collides(&series("A0{number}")));
    assert!(series("{number}-7").collides(&series("3-{number}")));
    assert!(series("F-2025-{number}").collides(&series("F-{year}-{number}")));
    assert!(series("F-{number}").collides(&series("f-{number}")));
    assert!(!series("F-{number}").collides(&series("G-{number}")));
    assert!(!series("A{number}").collides(&series("A0{number}")));
    assert!(!series("F-{number}").collides(&series("F-{year}-{number}")));
    let [f, s, r] = Series::first_ones().unwrap();
    assert!(!f.collides(&s) && !s.collides(&r) && !f.collides(&r));
}

#[test]
fn a_series_knows_how_far_numbers_from_elsewhere_have_come() {
    let numbers = [
        ("2026/003", date!(2026 - 02 - 01)),
        ("2026/017", date!(2026 - 01 - 15)),
        ("2025/900", date!(2025 - 12 - 31)),
        ("2024/002", date!(2025 - 01 - 02)), // given late
        ("2026/17", date!(2026 - 03 - 01)),  // of another form
        ("A-2026/018", date!(2026 - 03 - 01)),
    ]
    .map(|(number, day)| (number.to_owned(), day));
    let series = Series::new("X", Kind::Standard, "{year}/{number:03}", true, false).unwrap();
    let expected = [
        (2024, (2, date!(2024 - 01 - 01))),
        (2025, (900, date!(2025 - 12 - 31))),
        (2026, (17, date!(2026 - 02 - 01))),
    ];
    assert_eq!(series.reached(&numbers), BTreeMap::from(expected));
    let endless = Series { yearly: false, ..series };
    assert_eq!(endless.reached(&numbers), BTreeMap::from([(0, (900, date!(2026 - 02 - 01)))]));
}

const FORMATS: [&str; 12] = [
    "{number}",
    "{number:04}",
    "1{number}",
    "{number}0",
    "0{number}",
    "00{number:02}",
    "{year}-{number}",
    "{number}-{year}",
    "2026-{number}",
    "{number:03}-2026",
    "{number}-1",
    "20{number}",
];

proptest! {
    #[test]
    fn what_is_written_is_read(year in 1900..=9999_i32, number in 1..=COUNT_MAX, digits in 1..=9_usize) {
        let f = format(&format!("F/{{year}}-{{number:0{digits}}}-x"));
        prop_assert_eq!(f.read(&f.write(year, number)), Some((year, number)));
        prop_assert_eq!(format(&f.to_string()), f);
    }

    /// Whatever two series give the same number collide, and each collides with itself.
    #[test]
    fn a_number_of_two_series_is_foreseen(
        one in prop::sample::select(FORMATS.to_vec()),
        other in prop::sample::select(FORMATS.to_vec()),
        number in 1..=3_000_i64,
    ) {
        let [a, b] = [one, other].map(|text| Series::new("X", Kind::Standard, text, false, false).unwrap());
        if b.format.read(&a.format.write(2026, number)).is_some() {
            prop_assert!(a.collides(&b) && b.collides(&a), "{} and {}", one, other);
        }
    }

    #[test]
    fn no_text_panics(pattern in "\\PC{0,30}", number in "\\PC{0,30}") {
        if let Ok(format) = Format::parse(&pattern) {
            let _ = format.read(&number);
        }
        let _ = format("F-{year}-{number:04}").read(&number);
    }
}
