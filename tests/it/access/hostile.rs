//! Tokens that somebody has made up, turned, or found: each is refused, and the refusal gives nothing away.

use serde_json::{Value, json};

use super::forge::{Forge, claims, ed_header, ed_jwk, encode, hs256, seconds, signed, without};
use crate::support::office::with;
use crate::support::session::{Era, Session};

/// What it is, the token, and what the refusal says.
type Case = (&'static str, String, &'static str);

const UNREADABLE: &str = "no token that facturo can read";
const UNKNOWN_KEY: &str = "does not name a key";
const OTHER_WAY: &str = "in another way than its key is for";
const BAD_SIGNATURE: &str = "does not hold";
const CLAIMS: &str = "lacks one of sub, iss, aud, exp, business and scope";
const KIND: &str = "a kind of token";

fn algorithms(forge: &Forge) -> Vec<Case> {
    let plain = claims(json!({})).to_string();
    let header = |alg: &str| with(ed_header(), json!({"alg": alg}));
    let unsigned = |alg: &str| signed(&header(alg).to_string(), &plain, |_| Vec::new());
    let by_hmac = |secret: &[u8]| signed(&header("HS256").to_string(), &plain, hs256(secret));
    let public = forge.ed_jwk()["x"].as_str().unwrap().to_owned();
    let raw = forge.jwks();
    let key = ring::signature::KeyPair::public_key(&forge.ed).as_ref().to_vec();
    let no_key = signed(r#"{"alg":"HS256"}"#, &plain, hs256(&key));
    vec![
        ("alg none", unsigned("none"), UNREADABLE),
        ("alg None", unsigned("None"), UNREADABLE),
        ("alg nOnE", unsigned("nOnE"), UNREADABLE),
        ("alg none over a right signature", forge.by_ed(&header("none"), &plain), UNREADABLE),
        ("no alg", forge.by_ed(&json!({"kid": "ed"}), &plain), UNREADABLE),
        ("an unknown alg", forge.by_ed(&header("ED25519-2"), &plain), UNREADABLE),
        ("two algs", signed(r#"{"alg":"EdDSA","alg":"HS256","kid":"ed"}"#, &plain, hs256(&key)), UNREADABLE),
        ("HS256 with the public key as secret", by_hmac(&key), OTHER_WAY),
        ("HS256 with the public key in base64 as secret", by_hmac(public.as_bytes()), OTHER_WAY),
        ("HS256 with the file of keys as secret", by_hmac(raw.as_bytes()), OTHER_WAY),
        ("HS256 with an empty secret", by_hmac(b""), OTHER_WAY),
        ("HS256 without a kid", no_key, UNKNOWN_KEY),
        ("RS256 for an Ed25519 key", forge.by_ed(&header("RS256"), &plain), OTHER_WAY),
        ("ES256 under the name of an Ed25519 key", forge.by_ec(&header("ES256"), &plain), OTHER_WAY),
        ("RS512 for a key of RS256", forge.by_ed(&json!({"alg": "RS512", "kid": "rsa"}), &plain), OTHER_WAY),
        (
            "an ES256 signature of zeros",
            signed(r#"{"alg":"ES256","kid":"ec"}"#, &plain, |_| vec![0; 64]),
            BAD_SIGNATURE,
        ),
        (
            "an EdDSA signature of zeros",
            signed(&ed_header().to_string(), &plain, |_| vec![0; 64]),
            BAD_SIGNATURE,
        ),
        ("no signature", signed(&ed_header().to_string(), &plain, |_| Vec::new()), BAD_SIGNATURE),
    ]
}

fn headers(forge: &Forge) -> Vec<Case> {
    let plain = claims(json!({})).to_string();
    let header = |more: Value| with(ed_header(), more);
    let strange = ed_jwk("strange", &forge.strange);
    let theirs = |more: Value| forge.by_stranger(&header(more), &plain);
    vec![
        ("another's key under our name", theirs(json!({})), BAD_SIGNATURE),
        ("an unknown kid", theirs(json!({"kid": "strange"})), UNKNOWN_KEY),
        ("no kid", forge.by_ed(&json!({"alg": "EdDSA", "typ": "JWT"}), &plain), UNKNOWN_KEY),
        ("an empty kid", forge.by_ed(&header(json!({"kid": ""})), &plain), UNKNOWN_KEY),
        ("a kid that is a path", theirs(json!({"kid": "../../../dev/null"})), UNKNOWN_KEY),
        ("a kid that is SQL", theirs(json!({"kid": "ed' OR '1'='1"})), UNKNOWN_KEY),
        ("a kid that is a number", forge.by_ed(&header(json!({"kid": 7})), &plain), UNREADABLE),
        ("their own key in jwk", theirs(json!({"jwk": strange, "kid": "strange"})), UNKNOWN_KEY),
        ("their own key in jwk, under our name", theirs(json!({"jwk": strange})), BAD_SIGNATURE),
        ("keys elsewhere in jku", theirs(json!({"jku": "https://evil.example/jwks.json"})), BAD_SIGNATURE),
        (
            "a certificate elsewhere in x5u",
            theirs(json!({"x5u": "https://evil.example/cert"})),
            BAD_SIGNATURE,
        ),
        ("a certificate in x5c", theirs(json!({"x5c": ["MIIB"]})), BAD_SIGNATURE),
        ("crit", forge.by_ed(&header(json!({"crit": ["exp"]})), &plain), KIND),
        ("unencoded payload", forge.by_ed(&header(json!({"crit": ["b64"], "b64": false})), &plain), KIND),
        ("a token for another purpose", forge.by_ed(&header(json!({"typ": "logout+jwt"})), &plain), KIND),
        ("a header that is a list", signed("[]", &plain, |m| forge.ed.sign(m).as_ref().to_vec()), UNREADABLE),
    ]
}

fn contents(forge: &Forge) -> Vec<Case> {
    let with = |more: Value| forge.token(&claims(more));
    let raw = |text: &str| forge.by_ed(&ed_header(), text);
    let plain = claims(json!({})).to_string();
    let twice = |more: &str| raw(&format!("{{{more},{}", &plain[1..]));
    let inner = forge.token(&claims(json!({})));
    vec![
        ("expired", with(json!({"exp": seconds(-1)})), "has expired"),
        ("expired long ago", with(json!({"exp": 1})), "has expired"),
        ("before all time", with(json!({"exp": i64::MIN})), CLAIMS),
        ("after all time", with(json!({"exp": i64::MAX})), "a time that there is not"),
        ("not yet valid", with(json!({"nbf": seconds(300)})), "not valid yet"),
        ("another audience", with(json!({"aud": "other"})), "another audience"),
        ("several other audiences", with(json!({"aud": ["other", "facturo2"]})), "another audience"),
        ("no audience in a list", with(json!({"aud": []})), "another audience"),
        ("another issuer", with(json!({"iss": "https://evil.example"})), "another issuer"),
        ("two issuers", with(json!({"iss": ["facturo", "https://evil.example"]})), CLAIMS),
        ("no iss", forge.token(&without("iss")), CLAIMS),
        ("no aud", forge.token(&without("aud")), CLAIMS),
        ("no exp", forge.token(&without("exp")), CLAIMS),
        ("no sub", forge.token(&without("sub")), CLAIMS),
        ("no business", forge.token(&without("business")), CLAIMS),
        ("no scope", forge.token(&without("scope")), CLAIMS),
        ("exp in words", with(json!({"exp": "tomorrow"})), CLAIMS),
        ("exp as a fraction", with(json!({"exp": 9e18})), CLAIMS),
        ("exp that is null", with(json!({"exp": null})), CLAIMS),
        ("business as text", with(json!({"business": "1"})), CLAIMS),
        ("business that is null", with(json!({"business": null})), CLAIMS),
        ("scope as a list", with(json!({"scope": ["clients:read"]})), CLAIMS),
        ("an empty scope", with(json!({"scope": ""})), "allows nothing"),
        ("an unknown scope", with(json!({"scope": "clients:read everything:write"})), "does not know"),
        ("a scope with a star", with(json!({"scope": "*"})), "does not know"),
        ("the owner's name", with(json!({"sub": "local"})), "no name"),
        ("the owner's name in capitals", with(json!({"sub": "LOCAL"})), "no name"),
        ("a name of two lines", with(json!({"sub": "ana\nlocal"})), "no name"),
        ("an empty name", with(json!({"sub": ""})), "no name"),
        ("a name of a thousand characters", with(json!({"sub": "a".repeat(1000)})), "no name"),
        ("a name that is a number", with(json!({"sub": 7})), CLAIMS),
        ("scope twice", twice(r#""scope":"invoices:read""#), CLAIMS),
        ("exp twice", twice(r#""exp":1"#), CLAIMS),
        ("claims that are a list", raw("[1]"), CLAIMS),
        ("claims that are a token", raw(&json!(inner).to_string()), CLAIMS),
        ("a token within a token", raw(&inner), CLAIMS),
        ("claims of great depth", raw(&"[".repeat(3000)), CLAIMS),
    ]
}

fn shapes(forge: &Forge) -> Vec<Case> {
    let token = forge.token(&claims(json!({})));
    let parts: Vec<&str> = token.split('.').collect();
    let (header, payload, signature) = (parts[0], parts[1], parts[2]);
    let wider = encode(claims(json!({"scope": "invoices:issue"})).to_string());
    let turned = if signature.starts_with('A') { 'B' } else { 'A' };
    vec![
        ("a wider scope under the same signature", format!("{header}.{wider}.{signature}"), BAD_SIGNATURE),
        ("a changed signature", format!("{header}.{payload}.{turned}{}", &signature[1..]), BAD_SIGNATURE),
        ("half a signature", format!("{header}.{payload}.{}", &signature[..40]), BAD_SIGNATURE),
        ("no third part", format!("{header}.{payload}"), UNREADABLE),
        ("one part", header.to_owned(), UNREADABLE),
        ("an encrypted token's five parts", format!("{token}.{payload}.{signature}"), UNREADABLE),
        ("only dots", "..".into(), UNREADABLE),
        ("padding", format!("{token}=="), UNREADABLE),
        ("spaces within", token.replace('.', " . "), UNREADABLE),
        ("two tokens", format!("{token} {token}"), UNREADABLE),
        ("the word in front", format!("Bearer {token}"), UNREADABLE),
        ("no token at all", "let me in".into(), UNREADABLE),
        ("too much", forge.token(&claims(json!({"more": "x".repeat(20_000)}))), "too long"),
    ]
}

#[test]
fn each_is_refused_in_words_that_give_nothing_away() {
    let forge = Forge::new();
    let cases = [algorithms(&forge), headers(&forge), contents(&forge), shapes(&forge)].concat();
    assert!(cases.len() >= 30, "{}", cases.len());
    for (what, token, words) in cases {
        let mut session = Session::start(&mut forge.command(&token), Era::Handshake);
        assert!(session.tools().is_empty(), "{what}: tools are listed");
        let told = session.refuse("find_clients", json!({}));
        assert!(told.contains(words), "{what}: {told}");
        let told_of_resource = session.read_resource("facturo://business").unwrap_err();
        assert_eq!(told_of_resource["message"], told, "{what}");
        assert!(told.contains("facturo token issue") && told.len() < 250, "{what}: {told}");
        let log = session.close().log;
        for part in token.split(['.', ' ']).filter(|part| part.len() > 12) {
            assert!(!told.contains(part) && !log.contains(part), "{what}: {told} {log}");
        }
        for secret in ["evil.example", "jwks.json", "\"x\":"] {
            assert!(!told.contains(secret) && !log.contains(secret), "{what}: {told} {log}");
        }
    }
}

/// So that the others are not refused for want of something that a right one has.
#[test]
fn a_right_one_is_taken() {
    let forge = Forge::new();
    let plain = claims(json!({})).to_string();
    let right = [
        ("EdDSA", forge.token(&claims(json!({})))),
        ("ES256", forge.by_ec(&json!({"alg": "ES256", "kid": "ec"}), &plain)),
        ("RS256", super::forge::rs256()["token"].as_str().unwrap().to_owned()),
        ("an access token by its type", forge.by_ed(&with(ed_header(), json!({"typ": "at+jwt"})), &plain)),
        ("no type", forge.by_ed(&json!({"alg": "EdDSA", "kid": "ed"}), &plain)),
        ("no nbf", forge.token(&without("nbf"))),
        ("among audiences", forge.token(&claims(json!({"aud": ["other", "facturo"]})))),
        ("space around it", format!(" {} \n", forge.token(&claims(json!({}))))),
    ];
    for (what, token) in right {
        let mut session = Session::start(&mut forge.command(&token), Era::Handshake);
        let names: Vec<_> = session.tools().iter().map(|tool| tool["name"].clone()).collect();
        assert_eq!(names, ["find_clients", "get_client"], "{what}");
    }
}
