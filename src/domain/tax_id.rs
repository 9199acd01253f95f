//! Tax numbers. Spain's NIF by its published rules: DNI and the letter modulo 23 (RD 1553/2005, art. 11; the table is
//! the Ministry of the Interior's), NIE (Orden INT/2058/2008), K, L and M for people without either (RD 1065/2007,
//! arts. 19 and 20), legal entities and their keys (Orden EHA/451/2008, arts. 2 to 4). VAT numbers of the other member
//! states and Northern Ireland by the `eu-vat` crate. Whether a number is in use only a register could say.

use eu_vat::Vat;

use super::{codes::Country, text};
use crate::error::{Error, Result};

/// The letter of a DNI is found by its number modulo 23.
const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
/// The letter that may stand for the check digit of a legal entity.
const ENTITY_LETTERS: &[u8; 10] = b"JABCDEFGHI";

/// Whom a Spanish number stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A Spaniard: DNI, or K (under 14) and L (living abroad) without one.
    Person,
    /// A person from elsewhere: NIE, or M without one.
    Foreigner,
    /// A legal entity, once called CIF.
    Company,
}

/// What a Spanish number stands for, by its shape alone; none where it has not the shape of one.
pub fn kind(number: &str) -> Option<Kind> {
    let [first, middle @ .., last] = number.as_bytes() else { return None };
    if middle.len() != 7 || !middle.iter().all(u8::is_ascii_digit) {
        return None;
    }
    match (first, last) {
        (b'0'..=b'9' | b'K' | b'L', b'A'..=b'Z') => Some(Kind::Person),
        (b'M' | b'X'..=b'Z', b'A'..=b'Z') => Some(Kind::Foreigner),
        (b'A'..=b'H' | b'J' | b'N' | b'P'..=b'S' | b'U'..=b'W', b'0'..=b'9' | b'A'..=b'Z') => {
            Some(Kind::Company)
        }
        _ => None,
    }
}

/// Whether a Spanish number is that of who pays corporate tax, not income tax (Ley 27/2014, art. 7). Of communities (E, H) and civil
/// partnerships (J) the members are taxed, and of a foreign entity (N) its own law decides.
pub fn is_corporate(number: &str) -> bool {
    kind(number) == Some(Kind::Company) && !number.starts_with(['E', 'H', 'J', 'N'])
}

/// The number of someone of this country, as it is kept: Spain's without prefix, VAT numbers of other member states
/// with it, all others as they are. Where no country is given, what looks Spanish must be so.
pub fn of(field: &'static str, value: &str, country: Option<Country>) -> Result<String> {
    let number = plain(field, value)?;
    match country.map(|country| country.alpha2()) {
        code @ (None | Some("ES")) => match Vat::parse(&number) {
            Ok(vat) if vat.country() != eu_vat::Country::Spain => Err(of_another(field, &vat, code)),
            _ if code.is_none() && kind(&number).is_none() && !number.starts_with("ES") => Ok(number),
            _ => spanish(field, &number),
        },
        Some("GB") if number.starts_with("XI") => of_state(field, eu_vat::Country::NorthernIreland, &number),
        Some(code) => match eu_vat::Country::from_code(code) {
            Some(state) => of_state(field, state, &number),
            None => Ok(number),
        },
    }
}

/// Whether a number is one of this country; where none is given, of Spain.
pub fn is_of(number: &str, country: Option<Country>) -> bool {
    let checked = country.map_or_else(|| spanish("tax_id", number), |it| of("tax_id", number, Some(it)));
    checked.is_ok()
}

/// Checks a number against the country of whoever bears it, where either is new. What was there before stays as it is.
pub fn settle(
    tax_id: &mut Option<String>,
    country: Option<Country>,
    before: (Option<&str>, Option<Country>),
) -> Result<()> {
    if (tax_id.as_deref(), country) == before {
        return Ok(());
    }
    if let Some(number) = tax_id {
        *number = of("tax_id", number, country)?;
    }
    Ok(())
}

/// Any tax number, upper-case, without spaces, points, hyphens or slashes.
pub fn plain(field: &'static str, value: &str) -> Result<String> {
    let value = text::line(field, value, 40)?;
    let separates = |c: char| c.is_whitespace() || matches!(c, '.' | '-' | '/' | '\u{2010}'..='\u{2015}');
    let plain: String = value.chars().filter(|c| !separates(*c)).flat_map(char::to_uppercase).collect();
    if (3..=30).contains(&plain.len()) && plain.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(plain);
    }
    let problem = format!("{value:?} is not a tax number");
    Err(Error::invalid(field, problem, "3 to 30 letters and digits, such as B12345674"))
}

/// A NIF whose check character is right. Which one would be right is not said: a number that was misread is to be
/// asked for again, not mended.
fn spanish(field: &'static str, number: &str) -> Result<String> {
    let bare = number.strip_prefix("ES").unwrap_or(number);
    let problem = match kind(bare) {
        Some(kind) if fits(bare, kind) => return Ok(bare.to_owned()),
        Some(Kind::Company) => "does not go with its last character, which checks the others",
        Some(_) => "does not go with its last letter, which checks the others",
        None => "is not a Spanish tax number",
    };
    let accepted = "DNI (8 digits, letter), NIE (X, Y or Z, 7 digits, letter), NIF of a company (letter, 7 digits, check \
                    character), such as B12345674; for a number of another country give country as well";
    Err(Error::invalid(field, format!("{bare} {problem}"), accepted))
}

/// Whether the last character is the one that the others ask for.
fn fits(number: &str, kind: Kind) -> bool {
    let [first, middle @ .., last] = number.as_bytes() else { return false };
    if kind == Kind::Company {
        let control = control(middle);
        return *last == b'0' + control || ENTITY_LETTERS.get(usize::from(control)) == Some(last);
    }
    let leading = match first {
        b'0'..=b'9' => first - b'0',
        b'Y' => 1,
        b'Z' => 2,
        _ => 0, // X; and K, L and M, which do not count
    };
    let value =
        middle.iter().fold(usize::from(leading), |value, digit| value * 10 + usize::from(digit - b'0'));
    LETTERS.get(value % LETTERS.len()) == Some(last)
}

/// The check digit of a legal entity: every other digit doubled, from the first on, all added digit by digit. The order
/// does not say which keys have a letter for it, and numbers in use contradict what is told of it, so both pass.
fn control(digits: &[u8]) -> u8 {
    let share = |(place, digit): (usize, &u8)| match digit - b'0' {
        digit if place % 2 == 1 => digit,
        digit => digit * 2 / 10 + digit * 2 % 10,
    };
    (10 - digits.iter().enumerate().map(share).sum::<u8>() % 10) % 10
}

/// A number of a member state. With the state's prefix it is a VAT number, and without it too where it is right as one. Any other is one that
/// the state gave to who has none.
fn of_state(field: &'static str, state: eu_vat::Country, number: &str) -> Result<String> {
    let prefix = state.code();
    let wrong = match (Vat::parse(number), Vat::parse(&format!("{prefix}{number}"))) {
        (Ok(vat), _) if vat.country() == state => return Ok(vat.to_string()),
        (_, Ok(vat)) => return Ok(vat.to_string()),
        (Ok(vat), _) => return Err(of_another(field, &vat, Some(iso(state)))),
        (Err(wrong), _) if [prefix, iso(state)].iter().any(|prefix| number.starts_with(prefix)) => wrong,
        _ => return Ok(number.to_owned()),
    };
    let name = state.name();
    let problem = format!("{number} is not a VAT number of {name}: {wrong}");
    let accepted = format!(
        "a VAT number of {name}; without its prefix, another tax number of {name}; where it is registered elsewhere, that country"
    );
    Err(Error::invalid(field, problem, accepted))
}

/// Whether a number, as it is kept, is a VAT number of another member state or of Northern Ireland: only those have the prefix.
pub fn is_vat(number: &str, country: Option<Country>) -> bool {
    match country.as_ref().map(Country::alpha2) {
        None | Some("ES") => false,
        Some("GB") => number.starts_with("XI"),
        Some(code) => eu_vat::Country::from_code(code).is_some_and(|state| number.starts_with(state.code())),
    }
}

/// A VAT number that is right, and none of the country that it is given with.
fn of_another(field: &'static str, vat: &Vat, country: Option<&str>) -> Error {
    let (state, code) = (vat.country().name(), iso(vat.country()));
    let given = match country {
        Some(country) => format!("the country is {country}"),
        None => "no country is given, which counts as Spain".to_owned(),
    };
    let problem = format!("{vat} is a VAT number of {state}, and {given}");
    Error::invalid(field, problem, format!("country: {code} together with it; or a number of the country"))
}

/// The code of ISO 3166-1, which is not the prefix in two cases.
fn iso(state: eu_vat::Country) -> &'static str {
    match state {
        eu_vat::Country::Greece => "GR",
        eu_vat::Country::NorthernIreland => "GB",
        state => state.code(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn country(code: &str) -> Option<Country> {
        (!code.is_empty()).then(|| Country::parse("country", code).unwrap())
    }

    fn kept(value: &str, code: &str) -> Result<String> {
        of("tax_id", value, country(code))
    }

    /// The cases are made with another program (`scripts/fixtures/tax_ids.py`).
    #[test]
    fn python_stdnum_says_the_same() {
        let cases = include_str!("../../tests/fixtures/tax_ids.csv").lines().skip(1);
        let mut seen = 0;
        for case in cases {
            let [value, code, valid, expected] = case.split(',').collect::<Vec<_>>()[..] else {
                panic!("{case}");
            };
            let found = kept(value, code);
            let kept = found.as_deref().ok().filter(|kept| code == "ES" || is_vat(kept, country(code)));
            assert_eq!(kept.is_some(), valid == "true", "{case}: {found:?}");
            assert_eq!(kept.unwrap_or_default(), expected, "{case}");
            seen += 1;
        }
        assert!(seen > 300, "{seen}");
    }

    #[test]
    fn the_country_decides_what_is_accepted() {
        for (value, code, expected) in [
            ("es b-12.345.674", "", "B12345674"),
            ("ES B12345674", "ES", "B12345674"),
            ("136695976", "DE", "DE136695976"),
            ("GR094259216", "GR", "EL094259216"),
            ("XI 980780684", "GB", "XI980780684"),
            ("980780684", "GB", "980780684"),
            // SIREN, Steuernummer and codice fiscale, of who has no VAT number
            ("732 829 320", "FR", "732829320"),
            ("27/123/45678", "DE", "2712345678"),
            ("RSSMRA80A01H501U", "IT", "RSSMRA80A01H501U"),
            ("12-3456789", "US", "123456789"),
            ("B12345670", "US", "B12345670"),
            ("12-3456789", "", "123456789"),
            ("CHE-123.456.788", "", "CHE123456788"),
        ] {
            assert_eq!(kept(value, code).unwrap(), expected, "{value} in {code:?}");
        }
        for (value, code) in [
            ("B12345670", ""),
            ("ES1234567", ""),
            // another country's
            ("DE 136695976", "ES"),
            ("DE 136695976", ""),
            ("FR83404833048", "DE"),
            ("ESB12345674", "FR"),
            ("123456789", "ES"),
            ("DE136695970", "DE"),
            ("GR094259217", "GR"),
            ("XI980780685", "GB"),
            ("ñ123", "US"),
            ("12", "US"),
        ] {
            assert!(kept(value, code).is_err(), "{value} in {code:?}");
        }
    }

    #[test]
    fn kinds_are_told_by_their_shape() {
        for (number, expected) in [
            ("12345678Z", Some(Kind::Person)),
            ("K0000000T", Some(Kind::Person)),
            ("X0000000T", Some(Kind::Foreigner)),
            ("M0000000T", Some(Kind::Foreigner)),
            ("B12345674", Some(Kind::Company)),
            ("I12345674", None),
            ("123456789", None),
            ("", None),
        ] {
            assert_eq!(kind(number), expected, "{number}");
        }
    }

    #[test]
    fn a_refusal_says_what_is_wrong_and_not_the_answer() {
        let error = kept("12345678-A", "").unwrap_err().to_string();
        assert!(error.starts_with("tax_id: 12345678A does not go with its last letter"), "{error}");
        assert!(!error.contains("12345678Z"), "{error}");
        let error = kept("DE136695970", "DE").unwrap_err().to_string();
        assert!(error.starts_with("tax_id: DE136695970 is not a VAT number of Germany"), "{error}");
        for (code, told) in [("", "no country is given, which counts as Spain"), ("DE", "the country is DE")]
        {
            let error = kept("EL094259216", code).unwrap_err().to_string();
            let told = format!("EL094259216 is a VAT number of Greece, and {told}");
            assert!(error.contains(&told) && error.contains("country: GR"), "{error}");
        }
    }

    #[test]
    fn only_what_is_new_is_checked() {
        let old = Some("B12345670".to_owned());
        let settled = |number: &Option<String>, code, before| {
            let mut number = number.clone();
            settle(&mut number, country(code), before).map(|()| number)
        };
        assert_eq!(settled(&old, "ES", (old.as_deref(), country("ES"))).unwrap(), old);
        assert!(settled(&old, "ES", (old.as_deref(), country("US"))).is_err());
        assert!(settled(&old, "ES", (None, country("ES"))).is_err());
        assert_eq!(settled(&old, "US", (None, None)).unwrap(), old);
        assert_eq!(settled(&None, "ES", (old.as_deref(), None)).unwrap(), None);
    }

    proptest! {
        #[test]
        fn any_text_is_kept_or_refused(value in "\\PC{0,45}", code in prop::sample::select(vec!["", "ES", "IE", "GB", "US"])) {
            let _ = kept(&value, code);
        }

        #[test]
        fn what_is_kept_is_kept_again(
            value in "(ES)?[0-9A-Z][0-9]{7}[0-9A-Z]|[A-Z]{2}[0-9A-Z]{1,14}",
            state in prop::sample::select(eu_vat::Country::ALL.to_vec()),
        ) {
            let code = match state.code() { "EL" => "GR", "XI" => "GB", code => code };
            if let Ok(once) = kept(&value, code) {
                prop_assert_eq!(kept(&once, code).unwrap(), once);
            }
        }
    }
}
