//! The gate: whether the token of this process opens it, at each moment anew.

use std::{
    fs::OpenOptions,
    io::{self, Read as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use nix::fcntl::OFlag;
use time::OffsetDateTime;

use super::{
    keys::Keys,
    token::{self, Expected, Grant},
};
use crate::error::{Error, Result};

/// In bytes; a public key has about 100, or 400 where it is of RSA.
const JWKS_MAX: u64 = 1 << 16;

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
    /// What the token allows, under the JWK set that reads like this; none where there is a secret instead.
    seen: Mutex<Option<(Option<String>, Grant)>>,
}

impl Gate {
    pub fn new(settings: Settings) -> Self {
        Self { settings, seen: Mutex::default() }
    }

    /// What the token allows at this moment. The file with the keys is read each time, which takes microseconds, and the
    /// signature checked anew once they have changed: a key that came is known at once, and one that was taken away opens
    /// nothing any more, nor does any where the file cannot be read.
    ///
    /// # Errors
    /// [`Error::Forbidden`] says why the token does not count, and what to do.
    pub fn grant(&self, now: OffsetDateTime) -> Result<Grant> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let jwks = self.settings.jwks()?;
        let grant = match seen.take() {
            Some((under, grant)) if under == jwks => grant,
            _ => self.settings.verify(jwks.as_deref())?,
        };
        *seen = Some((jwks, grant.clone()));
        grant.must_hold(now)?;
        Ok(grant)
    }
}

impl Settings {
    fn verify(&self, jwks: Option<&str>) -> Result<Grant> {
        let keys = self.keys(jwks)?;
        let token = self.token.as_deref().ok_or_else(|| {
            let next =
                "Whoever set facturo up can issue one (`facturo token issue`) and set FACTURO_TOKEN to it.";
            Error::forbidden("facturo asks for a token, and FACTURO_TOKEN is not set.", next)
        })?;
        token::verify(token.trim(), &keys, &self.expected)
    }

    fn keys(&self, jwks: Option<&str>) -> Result<Keys> {
        match (jwks, &self.secret) {
            (Some(text), None) => Keys::from_jwks(text),
            (None, Some(secret)) => Keys::from_secret(secret.trim()),
            (None, None) => Err(Error::forbidden(
                "A token is asked for, but there is no key to check it with.",
                "Set FACTURO_JWKS or FACTURO_TOKEN_SECRET, or unset FACTURO_TOKEN, FACTURO_TOKEN_ISSUER and FACTURO_TOKEN_AUDIENCE.",
            )),
            (Some(_), Some(_)) => Err(Error::forbidden(
                "FACTURO_JWKS and FACTURO_TOKEN_SECRET are both set, and only one can count.",
                "Unset one of them.",
            )),
        }
    }

    fn jwks(&self) -> Result<Option<String>> {
        let text = |path: &PathBuf| read(path).map_err(|error| unreadable(path, &error));
        self.jwks.as_ref().map(text).transpose()
    }
}

fn read(path: &Path) -> io::Result<String> {
    // to open a pipe would otherwise wait for somebody who writes to it
    let file = OpenOptions::new().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut text = String::new();
    file.take(JWKS_MAX).read_to_string(&mut text)?;
    Ok(text)
}

/// The path stays in the log.
fn unreadable(path: &Path, error: &io::Error) -> Error {
    tracing::warn!(path = %path.display(), %error, "FACTURO_JWKS cannot be read");
    let next =
        "It is a file with a JWK set, such as `facturo keys generate` writes; the log on stderr says more.";
    Error::forbidden("The file that FACTURO_JWKS names cannot be read.", next)
}
