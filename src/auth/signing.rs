//! Keys that tokens are signed with: Ed25519 in a PEM file (PKCS #8), or the owner's own secret.

use base64::{Engine as _, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, EncodingKey, Header, encode,
    jwk::{
        AlgorithmParameters, CommonParameters, EllipticCurve, Jwk, KeyAlgorithm, OctetKeyPairParameters,
        OctetKeyPairType, PublicKeyUse, ThumbprintHash,
    },
};
use ring::{
    rand::{SecureRandom as _, SystemRandom},
    signature::{Ed25519KeyPair, KeyPair as _},
};
use rustls::pki_types::{PrivatePkcs8KeyDer, pem::PemObject as _};
use serde::Serialize;

use super::{crypto, keys};
use crate::error::{Error, Result};

/// What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410 §7).
const PKCS8: [u8; 16] = *b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";

pub struct SigningKey {
    key: EncodingKey,
    header: Header,
}

impl SigningKey {
    /// A new key, as the text of its file. Its name does not begin with a hyphen, as an option does.
    pub fn generate() -> Result<String> {
        loop {
            let pem = random()?;
            if !Self::from_pem(&pem)?.name().starts_with('-') {
                return Ok(pem);
            }
        }
    }

    /// # Errors
    /// When the text is no Ed25519 key.
    pub fn from_pem(pem: &str) -> Result<Self> {
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| no_key())?;
        let public = public(der.secret_pkcs8_der())?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = public.common.key_id;
        Ok(Self { key: EncodingKey::from_ed_der(der.secret_pkcs8_der()), header })
    }

    /// # Errors
    /// When the secret is too short.
    pub fn from_secret(secret: &str) -> Result<Self> {
        let key = EncodingKey::from_secret(keys::strong(secret)?);
        Ok(Self { key, header: Header::new(Algorithm::HS256) })
    }

    /// What the tokens that it signs call it; nothing for a secret.
    pub fn name(&self) -> &str {
        self.header.kid.as_deref().unwrap_or_default()
    }

    /// The key that checks what this one signs, for a JWK set. Its name is its thumbprint (RFC 7638).
    ///
    /// # Errors
    /// For a secret, which has none.
    pub fn public(&self) -> Result<Jwk> {
        public(self.key.as_bytes())
    }

    pub fn sign(&self, claims: &impl Serialize) -> Result<String> {
        crypto::install();
        encode(&self.header, claims, &self.key).map_err(|error| Error::internal("signing", error))
    }
}

fn random() -> Result<String> {
    let mut der = [0; 48];
    der[..16].copy_from_slice(&PKCS8);
    SystemRandom::new()
        .fill(&mut der[16..])
        .map_err(|_| Error::internal("random numbers", "the system gave none"))?;
    let body = BASE64_STANDARD.encode(der); // one line of 64, as PEM wants them
    Ok(format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"))
}

fn public(der: &[u8]) -> Result<Jwk> {
    crypto::install();
    let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map_err(|_| no_key())?;
    let parameters = OctetKeyPairParameters {
        key_type: OctetKeyPairType::OctetKeyPair,
        curve: EllipticCurve::Ed25519,
        x: BASE64_URL_SAFE_NO_PAD.encode(pair.public_key()),
    };
    let common = CommonParameters {
        public_key_use: Some(PublicKeyUse::Signature),
        key_algorithm: Some(KeyAlgorithm::EdDSA),
        ..CommonParameters::default()
    };
    let mut jwk = Jwk { common, algorithm: AlgorithmParameters::OctetKeyPair(parameters) };
    let name =
        jwk.thumbprint(ThumbprintHash::SHA256).map_err(|error| Error::internal("naming a key", error))?;
    jwk.common.key_id = Some(name);
    Ok(jwk)
}

fn no_key() -> Error {
    Error::invalid("the signing key", "is none that facturo can use", "an Ed25519 key in PKCS #8, as PEM")
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::jwk::JwkSet;

    use super::*;
    use crate::auth::{
        keys::Keys,
        token::{Expected, verify},
    };

    #[test]
    fn what_a_key_signs_its_public_half_verifies_and_no_other_does() {
        let new = || SigningKey::from_pem(&SigningKey::generate().unwrap()).unwrap();
        let set = |key: &SigningKey| {
            let set = JwkSet { keys: vec![key.public().unwrap()] };
            Keys::from_jwks(&serde_json::to_string(&set).unwrap()).unwrap()
        };
        let (ours, other) = (new(), new());
        let expected = Expected { issuer: "facturo".into(), audience: "facturo".into() };
        let claims = serde_json::json!({
            "iss": "facturo", "aud": "facturo", "sub": "ana", "exp": 2_000_000_000, "business": 1, "scope": "clients:read",
        });
        let token = ours.sign(&claims).unwrap();
        assert!(verify(&token, &set(&ours), &expected).is_ok());
        assert!(verify(&token, &set(&other), &expected).is_err());
    }

    #[test]
    fn a_name_is_never_taken_for_an_option() {
        for _ in 0..300 {
            let key = SigningKey::from_pem(&SigningKey::generate().unwrap()).unwrap();
            assert!(!key.name().starts_with('-') && key.name().len() == 43, "{}", key.name());
        }
    }

    /// RFC 8037, appendix A.
    #[test]
    fn a_key_is_named_by_its_thumbprint() {
        let seed = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
        let der = [&PKCS8[..], &BASE64_URL_SAFE_NO_PAD.decode(seed).unwrap()].concat();
        let jwk = serde_json::to_value(public(&der).unwrap()).unwrap();
        assert_eq!(jwk["x"], "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        assert_eq!(jwk["kid"], "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert!(jwk.get("d").is_none());
    }

    #[test]
    fn what_is_no_key_is_refused_without_being_quoted() {
        for text in ["", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n", "hush"] {
            let told = SigningKey::from_pem(text).err().unwrap().to_string();
            assert!(told.contains("Ed25519") && !told.contains("hush") && !told.contains("c2Vj"), "{told}");
        }
    }
}
