//! Tokens of every kind, right and wrong, and the keys for them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use facturo::clock;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};

use crate::support::host::scratch;
use crate::support::office::with;
use crate::support::session::facturo;

pub(super) const SECRET: &str = "a-secret-for-tests-of-48-bytes-that-nobody-uses!";

/// The key pairs of a house: an Ed25519 key `ed`, a P-256 key `ec`, and one that is in no file.
pub(super) struct Forge {
    pub(super) ed: Ed25519KeyPair,
    pub(super) ec: EcdsaKeyPair,
    pub(super) strange: Ed25519KeyPair,
    random: SystemRandom,
    file: PathBuf,
}

impl Forge {
    pub(super) fn new() -> Self {
        let random = SystemRandom::new();
        let ec = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let ec = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, ec.as_ref(), &random).unwrap();
        let ed = |seed: u8| Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
        let forge = Self { ed: ed(7), ec, strange: ed(8), random, file: scratch("jwks.json") };
        forge.keep(&[forge.ed_jwk(), forge.ec_jwk(), rsa_jwk()]);
        forge
    }

    /// Puts these keys into the file.
    pub(super) fn keep(&self, keys: &[Value]) {
        let aside = self.file.with_extension("new");
        fs::write(&aside, json!({"keys": keys}).to_string()).unwrap();
        fs::rename(aside, &self.file).unwrap();
    }

    /// Puts these keys into the very same file, and turns its clock back.
    pub(super) fn keep_unnoticed(&self, keys: &[Value]) {
        let before = fs::metadata(&self.file).unwrap();
        fs::write(&self.file, json!({"keys": keys}).to_string()).unwrap();
        let file = fs::File::options().write(true).open(&self.file).unwrap();
        file.set_modified(before.modified().unwrap()).unwrap();
        let after = fs::metadata(&self.file).unwrap();
        assert_eq!((after.len(), after.modified().unwrap()), (before.len(), before.modified().unwrap()));
    }

    /// Has a pipe stand where the file was, which nobody writes to.
    pub(super) fn keep_a_pipe(&self) {
        self.remove_file();
        mkfifo(&self.file, Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
    }

    pub(super) fn remove_file(&self) {
        fs::remove_file(&self.file).unwrap();
    }

    pub(super) fn jwks(&self) -> String {
        fs::read_to_string(&self.file).unwrap()
    }

    pub(super) fn ed_jwk(&self) -> Value {
        ed_jwk("ed", &self.ed)
    }

    pub(super) fn ec_jwk(&self) -> Value {
        let (x, y) = self.ec.public_key().as_ref()[1..].split_at(32);
        json!({"kty": "EC", "crv": "P-256", "kid": "ec", "alg": "ES256", "x": encode(x), "y": encode(y)})
    }

    /// As a right token is, of the Ed25519 key.
    pub(super) fn token(&self, claims: &Value) -> String {
        self.by_ed(&ed_header(), &claims.to_string())
    }

    pub(super) fn by_ed(&self, header: &Value, claims: &str) -> String {
        signed(&header.to_string(), claims, |message| self.ed.sign(message).as_ref().to_vec())
    }

    pub(super) fn by_ec(&self, header: &Value, claims: &str) -> String {
        let sign = |message: &[u8]| self.ec.sign(&self.random, message).unwrap().as_ref().to_vec();
        signed(&header.to_string(), claims, sign)
    }

    pub(super) fn by_stranger(&self, header: &Value, claims: &str) -> String {
        signed(&header.to_string(), claims, |message| self.strange.sign(message).as_ref().to_vec())
    }

    /// facturo with these keys and this token, on no database that could be had.
    pub(super) fn command(&self, token: &str) -> Command {
        let mut command = facturo();
        command.env("DATABASE_URL", "postgresql://nobody@localhost:1/none");
        command.env("FACTURO_JWKS", &self.file).env("FACTURO_TOKEN", token);
        command
    }
}

impl Drop for Forge {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
    }
}

pub(super) fn ed_header() -> Value {
    json!({"alg": "EdDSA", "typ": "JWT", "kid": "ed"})
}

pub(super) fn ed_jwk(kid: &str, pair: &Ed25519KeyPair) -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "use": "sig", "alg": "EdDSA", "x": encode(pair.public_key())})
}

/// Signed once with OpenSSL; ring makes no RSA keys.
pub(super) fn rs256() -> Value {
    serde_json::from_str(include_str!("../../fixtures/rs256.json")).unwrap()
}

fn rsa_jwk() -> Value {
    json!({"kty": "RSA", "kid": "rsa", "e": "AQAB", "n": rs256()["n"]})
}

/// Of one who may look at clients, for ten minutes, with whatever else is said.
pub(super) fn claims(more: Value) -> Value {
    let now = seconds(0);
    let plain = json!({
        "iss": "facturo", "aud": "facturo", "sub": "ana", "iat": now, "nbf": now, "exp": now + 600, "business": 1,
        "scope": "clients:read",
    });
    with(plain, more)
}

/// The right claims without one.
pub(super) fn without(name: &str) -> Value {
    let mut claims = claims(json!({}));
    claims.as_object_mut().unwrap().remove(name).unwrap();
    claims
}

/// So many seconds from now, as tokens count.
pub(super) fn seconds(from_now: i64) -> i64 {
    clock::now().unix_timestamp() + from_now
}

pub(super) fn signed(header: &str, claims: &str, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = encode(sign(message.as_bytes()));
    format!("{message}.{signature}")
}

pub(super) fn hs256(secret: &[u8]) -> impl Fn(&[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    move |message| hmac::sign(&key, message).as_ref().to_vec()
}

/// A token by the owner's secret.
pub(super) fn by_secret(claims: &Value) -> String {
    signed(r#"{"alg":"HS256","typ":"JWT"}"#, &claims.to_string(), hs256(SECRET.as_bytes()))
}

pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64.encode(bytes)
}
