//! Tokens (JWT, RFC 7519): what one must say to count, and what it then allows.

use jsonwebtoken::{Validation, decode, decode_header, errors::ErrorKind};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{crypto, keys::Keys, scope::Scopes};
use crate::error::{Error, Result};

/// In bytes; ours have about 500.
const TOKEN_MAX: usize = 8192;
/// In bytes, so that a name fits into the history.
const SUBJECT_MAX: usize = 64;
/// The clock of whoever issues may run ahead by so much.
const SKEW: time::Duration = time::Duration::minutes(1);
/// Kinds of JWT that give access (RFC 8725 §3.11, RFC 9068 §2.1). Where nothing is said, it is the first.
const KINDS: [&str; 3] = ["jwt", "at+jwt", "application/at+jwt"];

const ANOTHER: &str = "Whoever set facturo up can issue another (`facturo token issue`).";

/// From whom tokens come, and for whom they are.
#[derive(Debug, Clone)]
pub struct Expected {
    pub issuer: String,
    pub audience: String,
}

/// The claims of ours that are read from a token. One that is there twice makes it unreadable.
#[derive(Debug, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub sub: String,
    pub exp: i64,
    #[serde(default)]
    pub nbf: Option<i64>,
    pub business: i64,
    pub scope: String,
}

/// What a token allows whom, where, and how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub subject: String,
    pub business: i64,
    pub scopes: Scopes,
    pub from: Option<OffsetDateTime>,
    pub until: OffsetDateTime,
}

impl Expected {
    /// By what was set, which each is `facturo` where it was not.
    pub fn of(issuer: Option<&str>, audience: Option<&str>) -> Self {
        let [issuer, audience] = [issuer, audience].map(|set| set.unwrap_or("facturo").to_owned());
        Self { issuer, audience }
    }
}

impl Grant {
    /// # Errors
    /// When it is not valid yet, or no longer.
    pub fn must_hold(&self, now: OffsetDateTime) -> Result<()> {
        if now >= self.until {
            return Err(refused("FACTURO_TOKEN has expired."));
        }
        if self.from.is_some_and(|from| from > now + SKEW) {
            return Err(refused("FACTURO_TOKEN is not valid yet."));
        }
        Ok(())
    }
}

/// Reads a token whose signature holds. Whether it is still or already valid changes with time, and is
/// [`Grant::must_hold`]'s to say.
///
/// # Errors
/// When it is not to be trusted, or does not say what it must. What it says instead is not told.
pub fn verify(token: &str, keys: &Keys, expected: &Expected) -> Result<Grant> {
    const UNREADABLE: &str = "FACTURO_TOKEN is no token that facturo can read (a signed JWT).";
    crypto::install();
    if token.len() > TOKEN_MAX {
        return Err(refused("FACTURO_TOKEN is too long to be a token."));
    }
    let header = decode_header(token).map_err(|_| refused(UNREADABLE))?;
    let kind = header.typ.unwrap_or_else(|| KINDS[0].into()).to_ascii_lowercase();
    if header.crit.is_some() || !KINDS.contains(&kind.as_str()) {
        return Err(refused("FACTURO_TOKEN is a kind of token that facturo does not take."));
    }
    let key = keys.find(header.kid.as_deref()).ok_or_else(|| {
        refused("FACTURO_TOKEN does not name a key that facturo knows: it may have been taken away since.")
    })?;
    let mut validation = Validation::new(key.algorithm);
    validation.set_issuer(&[&expected.issuer]);
    validation.set_audience(&[&expected.audience]);
    validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
    validation.validate_exp = false; // the crate has a clock of its own
    let claims = decode::<Claims>(token, &key.key, &validation).map_err(|error| {
        refused(match error.kind() {
            ErrorKind::InvalidSignature => "The signature of FACTURO_TOKEN does not hold.",
            ErrorKind::InvalidAlgorithm => "FACTURO_TOKEN is signed in another way than its key is for.",
            ErrorKind::InvalidIssuer => "FACTURO_TOKEN is from another issuer (FACTURO_TOKEN_ISSUER).",
            ErrorKind::InvalidAudience => "FACTURO_TOKEN is for another audience (FACTURO_TOKEN_AUDIENCE).",
            ErrorKind::Json(_) | ErrorKind::MissingRequiredClaim(_) => {
                "FACTURO_TOKEN lacks one of sub, iss, aud, exp, business and scope, or one of them is not of its kind."
            }
            _ => UNREADABLE,
        })
    })?;
    grant(claims.claims)
}

fn grant(claims: Claims) -> Result<Grant> {
    let moment = |seconds: i64| {
        OffsetDateTime::from_unix_timestamp(seconds)
            .map_err(|_| refused("FACTURO_TOKEN holds a time that there is not."))
    };
    let scopes = Scopes::parse(&claims.scope).ok_or_else(|| {
        refused("The scope of FACTURO_TOKEN allows nothing, or names something that facturo does not know.")
    })?;
    Ok(Grant {
        subject: subject(&claims.sub)
            .ok_or_else(|| refused("The sub of FACTURO_TOKEN is no name."))?
            .to_owned(),
        business: claims.business,
        scopes,
        from: claims.nbf.map(moment).transpose()?,
        until: moment(claims.exp)?,
    })
}

/// A name as the history can hold it: visible ASCII, which looks like nothing else, and not the owner's.
pub fn subject(name: &str) -> Option<&str> {
    let fits = (1..=SUBJECT_MAX).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic());
    (fits && !name.eq_ignore_ascii_case("local")).then_some(name)
}

fn refused(problem: &'static str) -> Error {
    Error::forbidden(problem, ANOTHER)
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;
    use crate::auth::signing::SigningKey;

    fn expected() -> Expected {
        Expected { issuer: "facturo".into(), audience: "facturo".into() }
    }

    const SECRET: &str = "an-example-that-is-at-least-32-bytes-long";

    fn sign(claims: &serde_json::Value) -> String {
        SigningKey::from_secret(SECRET).unwrap().sign(claims).unwrap()
    }

    fn verified(token: &str) -> Result<Grant> {
        verify(token, &Keys::from_secret(SECRET).unwrap(), &expected())
    }

    fn claims() -> serde_json::Value {
        serde_json::json!({
            "iss": "facturo", "aud": ["other", "facturo"], "sub": "ana", "exp": 2_000_000_000, "nbf": 1_000_000_000,
            "business": 3, "scope": "clients:read  invoices:read", "iat": 1, "more": {"of": "it"},
        })
    }

    #[test]
    fn a_grant_is_what_the_token_says() {
        let grant = verified(&sign(&claims())).unwrap();
        assert_eq!((grant.subject.as_str(), grant.business), ("ana", 3));
        assert_eq!(grant.scopes.to_string(), "clients:read invoices:read");
        assert_eq!(grant.until, datetime!(2033-05-18 03:33:20 UTC));
    }

    #[test]
    fn it_holds_from_its_beginning_up_to_its_end() {
        let grant = verified(&sign(&claims())).unwrap();
        let (from, until) = (grant.from.unwrap(), grant.until);
        let second = time::Duration::SECOND;
        for (now, holds) in [
            (from - SKEW - second, false),
            (from - SKEW, true),
            (from, true),
            (until - second, true),
            (until, false),
            (until + second, false),
        ] {
            assert_eq!(grant.must_hold(now).is_ok(), holds, "{now}");
        }
    }

    #[test]
    fn a_subject_is_a_name_that_is_not_the_owner_s() {
        for name in ["ana", "auth0|5f7c", "ana.ruiz@example.com", "https://id.example.com/42", "locale", "L"]
        {
            assert_eq!(subject(name), Some(name));
        }
        let long = "x".repeat(65);
        for name in [
            "",
            "local",
            "Local",
            "LOCAL",
            "ana ruiz",
            "ana\n",
            "a\u{7}",
            "\u{ff4c}ocal",
            "lоcal",
            "José",
            &long,
        ] {
            assert_eq!(subject(name), None, "{name:?}");
        }
    }

    /// Something of three parts, as a token has them, each of which may be anything.
    fn near_tokens() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| BASE64.encode(bytes)),
            any::<String>().prop_map(|text| BASE64.encode(text)),
            any::<String>(),
            Just(BASE64.encode(r#"{"alg":"HS256","typ":"JWT"}"#)),
            Just(BASE64.encode(claims().to_string())),
        ];
        proptest::collection::vec(part, 1..5).prop_map(|parts| parts.join("."))
    }

    proptest! {
        #[test]
        fn nothing_that_is_not_signed_is_taken_and_nothing_panics(token in prop_oneof![any::<String>(), near_tokens()]) {
            prop_assert!(verified(&token).is_err());
        }

        #[test]
        fn whatever_is_changed_in_a_token_it_no_longer_counts(at in any::<prop::sample::Index>(), to in "[A-Za-z0-9_.-]") {
            let token = sign(&claims());
            let at = at.index(token.len());
            let changed = format!("{}{to}{}", &token[..at], &token[at + 1..]);
            prop_assert_eq!(verified(&changed).is_ok(), changed == token);
        }

        #[test]
        fn claims_of_any_kind_are_read_or_refused(name in "sub|exp|nbf|business|scope|iss|aud", value in values()) {
            let mut claims = claims();
            claims[&name] = value;
            let _ = verified(&sign(&claims));
        }
    }

    fn values() -> impl Strategy<Value = serde_json::Value> {
        prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<u64>().prop_map(Into::into),
            Just(serde_json::json!(1.5)),
            Just(serde_json::json!(1e300)),
            any::<String>().prop_map(Into::into),
            any::<Vec<String>>().prop_map(Into::into),
        ]
    }
}
