//! The gate: whether the token of this process opens it, at each moment anew.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use time::OffsetDateTime;

use super::{
    keys::Keys,
    token::{self, Expected, Grant},
};
use crate::error::{Error, Result};

/// In bytes; a public key has about 100.
const JWKS_MAX: u64 = 1 << 20;

/// A token, and where the keys are that it is checked with.
pub struct Settings {
    pub token: Option<String>,
    /// A file with a JWK set.
    pub jwks: Option<PathBuf>,
    pub secret: Option<String>,
    pub expected: Expected,
}

pub struct Gate {
    settings: Settings,
    /// What the token allows, under keys of this stamp.
    seen: Mutex<Option<(Stamp, Grant)>>,
}

/// By which a file with keys is known to be still the same. None for a secret.
type Stamp = Option<(SystemTime, u64, u64)>;

impl Gate {
    pub fn new(settings: Settings) -> Self {
        Self { settings, seen: Mutex::default() }
    }

    /// What the token allows at this moment. Its signature is checked anew once the keys have changed: a key that came is
    /// known at once, and one that was taken away opens nothing any more.
    ///
    /// # Errors
    /// [`Error::Forbidden`] says why the token does not count, and what to do.
    pub fn grant(&self, now: OffsetDateTime) -> Result<Grant> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = self.settings.stamp()?;
        let grant = match seen.take() {
            Some((at, grant)) if at == stamp => grant,
            _ => self.settings.verify()?,
        };
        *seen = Some((stamp, grant.clone()));
        grant.must_hold(now)?;
        Ok(grant)
    }
}

impl Settings {
    fn verify(&self) -> Result<Grant> {
        let keys = self.keys()?;
        let token = self.token.as_deref().ok_or_else(|| {
            let next =
                "Whoever set facturo up can issue one (`facturo token issue`) and set FACTURO_TOKEN to it.";
            Error::forbidden("facturo asks for a token, and FACTURO_TOKEN is not set.", next)
        })?;
        token::verify(token.trim(), &keys, &self.expected)
    }

    fn keys(&self) -> Result<Keys> {
        match (&self.jwks, &self.secret) {
            (Some(path), None) => Keys::from_jwks(&read(path).map_err(|error| unreadable(path, &error))?),
            (None, Some(secret)) => Keys::from_secret(secret.trim()),
            (None, None) => Err(Error::forbidden(
                "FACTURO_TOKEN is set, but there is no key to check it with.",
                "Set FACTURO_JWKS or FACTURO_TOKEN_SECRET, or unset FACTURO_TOKEN.",
            )),
            (Some(_), Some(_)) => Err(Error::forbidden(
                "FACTURO_JWKS and FACTURO_TOKEN_SECRET are both set, and only one can count.",
                "Unset one of them.",
            )),
        }
    }

    fn stamp(&self) -> Result<Stamp> {
        let stamp = |path: &PathBuf| {
            let found = fs::metadata(path).and_then(|file| Ok((file.modified()?, file.len(), file.ino())));
            found.map_err(|error| unreadable(path, &error))
        };
        self.jwks.as_ref().map(stamp).transpose()
    }
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(JWKS_MAX).read_to_string(&mut text)?;
    Ok(text)
}

/// The path stays in the log.
fn unreadable(path: &Path, error: &io::Error) -> Error {
    tracing::warn!(path = %path.display(), %error, "FACTURO_JWKS cannot be read");
    let next =
        "It is a file with a JWK set, such as `facturo keys generate` writes; the log on stderr says more.";
    Error::forbidden("The file that FACTURO_JWKS names cannot be read.", next)
}
