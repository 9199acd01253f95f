//! Keys that tokens are checked with. Which algorithm a key is for is said by the key, never by a token.

use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, KeyOperations, PublicKeyUse},
};

use crate::error::{Error, Result};

/// A secret of fewer bytes than the hash gives could be guessed from a token (RFC 7518 §3.2).
const SECRET_MIN: usize = 32;

pub struct Key {
    pub algorithm: Algorithm,
    pub key: DecodingKey,
}

pub enum Keys {
    /// A single one, whatever a token calls it.
    Secret(Key),
    /// Public ones, each by its name.
    Set(Vec<(String, Key)>),
}

impl Keys {
    /// # Errors
    /// When the secret is too short.
    pub fn from_secret(secret: &str) -> Result<Self> {
        let key = DecodingKey::from_secret(strong(secret)?);
        Ok(Self::Secret(Key { algorithm: Algorithm::HS256, key }))
    }

    /// The public keys for signatures in a JWK set (RFC 7517). Others in it are left out.
    ///
    /// # Errors
    /// When it is none, or has no such key.
    pub fn from_jwks(text: &str) -> Result<Self> {
        let set: JwkSet = serde_json::from_str(text).map_err(|_| no_keys())?;
        let named = |jwk: Jwk| Some((jwk.common.key_id.clone()?, key(&jwk)?));
        let keys: Vec<_> = set.keys.into_iter().filter_map(named).collect();
        if keys.is_empty() { Err(no_keys()) } else { Ok(Self::Set(keys)) }
    }

    pub fn find(&self, name: Option<&str>) -> Option<&Key> {
        match self {
            Self::Secret(key) => Some(key),
            Self::Set(keys) => keys.iter().find(|(id, _)| Some(id.as_str()) == name).map(|(_, key)| key),
        }
    }
}

/// # Errors
/// When the secret is too short.
pub fn strong(secret: &str) -> Result<&[u8]> {
    if secret.len() < SECRET_MIN {
        let problem = "FACTURO_TOKEN_SECRET is too short to be safe, so that no token counts.";
        let next = "It takes at least 32 characters that nobody can guess, such as `openssl rand -base64 32` prints.";
        return Err(Error::forbidden(problem, next));
    }
    Ok(secret.as_bytes())
}

/// Public keys of the kinds that facturo takes. A secret has no place in a set that anybody may read.
fn key(jwk: &Jwk) -> Option<Key> {
    if matches!(&jwk.common.public_key_use, Some(usage) if *usage != PublicKeyUse::Signature) {
        return None;
    }
    if jwk.common.key_operations.as_ref().is_some_and(|of| !of.contains(&KeyOperations::Verify)) {
        return None;
    }
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => Algorithm::EdDSA,
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => Algorithm::ES256,
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        _ => return None,
    };
    let declared = jwk.common.key_algorithm.is_none_or(|declared| declared == KeyAlgorithm::from(algorithm));
    let key = DecodingKey::from_jwk(jwk).ok().filter(|_| declared)?;
    Some(Key { algorithm, key })
}

fn no_keys() -> Error {
    let problem = "What FACTURO_JWKS names holds no key that facturo can use.";
    let next = "It is a JWK set (RFC 7517) of Ed25519, P-256 or RSA keys that have a kid, as `facturo keys generate` writes.";
    Error::forbidden(problem, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn algorithms(jwks: &str) -> Vec<(String, Algorithm)> {
        match Keys::from_jwks(jwks) {
            Ok(Keys::Set(keys)) => keys.into_iter().map(|(name, key)| (name, key.algorithm)).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn the_key_says_which_algorithm_it_is_for() {
        let ed = r#""kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#;
        let ec = r#""kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#;
        let rsa = r#""kty": "RSA", "n": "0vx7agoebGcQSuuP", "e": "AQAB""#;
        let secret = r#""kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow""#;
        let of = |key: &str| algorithms(&format!(r#"{{"keys": [{{"kid": "k", {key}}}]}}"#));
        assert_eq!(of(ed), [("k".into(), Algorithm::EdDSA)]);
        assert_eq!(of(ec), [("k".into(), Algorithm::ES256)]);
        assert_eq!(of(rsa), [("k".into(), Algorithm::RS256)]);
        assert_eq!(of(&format!(r#"{rsa}, "alg": "RS256", "use": "sig", "key_ops": ["verify"]"#)).len(), 1);
        for other in [
            r#""alg": "PS256""#,
            r#""alg": "HS256""#,
            r#""alg": "RSA-OAEP""#,
            r#""use": "enc""#,
            r#""key_ops": ["encrypt"]"#,
            r#""alg": "x""#,
        ] {
            assert!(of(&format!("{rsa}, {other}")).is_empty(), "{other}");
        }
        assert!(of(secret).is_empty(), "a secret in a public file");
        let of_later = r#"{"kty": "AKP", "alg": "ML-DSA-65", "kid": "later", "pub": "AA"}"#;
        let beside = format!(r#"{{"keys": [{of_later}, {{"kid": "k", {ed}}}]}}"#);
        assert_eq!(
            algorithms(&beside),
            [("k".into(), Algorithm::EdDSA)],
            "one of a kind that is not known here"
        );
        assert!(algorithms(&format!(r#"{{"keys": [{{{ed}}}]}}"#)).is_empty(), "a key without a name");
        assert!(algorithms("").is_empty() && algorithms("{}").is_empty() && algorithms("[]").is_empty());
    }

    #[test]
    fn a_secret_has_as_many_bytes_as_its_hash() {
        assert!(Keys::from_secret(&"x".repeat(31)).is_err());
        assert!(Keys::from_secret(&"x".repeat(32)).is_ok());
    }
}
