//! `facturo keys`: the key that tokens are signed with, and the public ones that they are checked with.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, ErrorKind, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use clap::Subcommand;
use jsonwebtoken::jwk::JwkSet;

use super::{closed, say};
use crate::{
    auth::signing::SigningKey,
    config::Config,
    error::{Error, Result},
};

/// Keys that are live at once: tokens of the one before go on while new ones are handed out.
const LIVE: usize = 2;
const SIGNING_KEY: &str = "signing-key.pem";

#[derive(Subcommand)]
pub(super) enum Keys {
    /// Make a key for tokens; the public half of the one before stays, so that its tokens go on
    Generate(Dir),
    /// Name the live keys, the newest last
    List(Dir),
    /// Take a key away: from then on its tokens open nothing
    Remove {
        /// Its name, as `facturo keys list` says it
        name: String,
        #[command(flatten)]
        dir: Dir,
    },
}

#[derive(clap::Args)]
pub(super) struct Dir {
    /// Where the keys are; ~/.config/facturo where it is not said
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(super) fn run(config: &Config, keys: Keys) -> Result<()> {
    match keys {
        Keys::Generate(dir) => generate(&Place::of(config, dir.dir)?),
        Keys::List(dir) => list(&Place::of(config, dir.dir)?),
        Keys::Remove { name, dir } => remove(&Place::of(config, dir.dir)?, &name),
    }
}

/// The directory of the keys.
pub(super) struct Place(PathBuf);

impl Place {
    pub(super) fn of(config: &Config, dir: Option<PathBuf>) -> Result<Self> {
        let home = || config.home.as_ref().map(|home| home.join(".config"));
        let usual = || config.xdg_config_home.clone().or_else(home).map(|dir| dir.join("facturo"));
        let dir = dir.or_else(usual);
        let dir =
            dir.ok_or_else(|| Error::invalid("--dir", "is not said, and HOME is not set", "a directory"))?;
        let place = Self(std::path::absolute(dir).map_err(|error| Error::internal("--dir", error))?);
        must_be_safe(&place.jwks())?;
        Ok(place)
    }

    pub(super) fn signing_key(&self) -> PathBuf {
        self.0.join(SIGNING_KEY)
    }

    pub(super) fn jwks(&self) -> PathBuf {
        self.0.join("jwks.json")
    }

    fn live(&self) -> Result<JwkSet> {
        let path = self.jwks();
        match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map_err(|_| {
                let found = format!("{} is no JWK set", path.display());
                Error::conflict(format!("{found}."), "Move it away, or name another directory with --dir.")
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(JwkSet::default()),
            Err(error) => Err(failed("read", &path, &error)),
        }
    }

    fn keep(&self, live: &JwkSet) -> Result<()> {
        let text = serde_json::to_string_pretty(live).map_err(|error| Error::internal("keys", error))?;
        write(&self.jwks(), &format!("{text}\n"), 0o644)
    }
}

/// Refuses keys that others may change, and a signing key beside them that others may read.
pub(super) fn must_be_safe(jwks: &Path) -> Result<()> {
    let jwks = std::path::absolute(jwks).map_err(|error| Error::internal("FACTURO_JWKS", error))?;
    // where a link leads, and where it stands
    let real = fs::canonicalize(&jwks).unwrap_or_else(|_| jwks.clone());
    for path in [&real, &jwks] {
        closed::to_writing(path)?;
        let Some(dir) = path.parent() else { continue };
        closed::to_writing(dir)?;
        closed::to_reading(&dir.join(SIGNING_KEY))?;
    }
    Ok(())
}

fn generate(place: &Place) -> Result<()> {
    let mut live = place.live()?;
    if live.keys.len() >= LIVE {
        let oldest =
            live.keys.first().and_then(|key| key.common.key_id.as_deref()).unwrap_or("without a name");
        return Err(Error::conflict(
            format!("{LIVE} keys are live already, of which {oldest} is the oldest."),
            "Once its tokens are out of use, take it away with `facturo keys remove`, and make a new one then.",
        ));
    }
    let pem = SigningKey::generate()?;
    let key = SigningKey::from_pem(&pem)?;
    live.keys.push(key.public()?);
    let dir = &place.0;
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|error| failed("make", dir, &error))?;
    place.keep(&live)?; // first, so that nothing is ever signed by a key that nobody knows
    write(&place.signing_key(), &pem, 0o600)?;
    say(&format!("Key {}.", key.name()));
    say(&format!("It signs tokens, and only you can read it: {}", place.signing_key().display()));
    say(&format!("What assistants need beside their token: FACTURO_JWKS={}", place.jwks().display()));
    if live.keys.len() == LIVE {
        say("Tokens of the key before it go on until it is taken away.");
    }
    Ok(())
}

fn list(place: &Place) -> Result<()> {
    let live = place.live()?;
    let names = live.keys.iter().filter_map(|key| key.common.key_id.as_deref());
    let mut out = io::stdout();
    for name in names {
        let _ = writeln!(out, "{name}"); // a reader that went away is no reason to fail
    }
    if live.keys.is_empty() {
        say("There is none yet: `facturo keys generate` makes one.");
    }
    Ok(())
}

fn remove(place: &Place, name: &str) -> Result<()> {
    let mut live = place.live()?;
    let before = live.keys.len();
    live.keys.retain(|key| key.common.key_id.as_deref() != Some(name));
    if live.keys.len() == before {
        return Err(Error::invalid(
            "the key",
            format!("{name:?} is not live"),
            "one that `facturo keys list` names",
        ));
    }
    place.keep(&live)?;
    say(&format!("Tokens of the key {name} open nothing any more."));
    let path = place.signing_key();
    let signs = fs::read_to_string(&path).ok().and_then(|pem| SigningKey::from_pem(&pem).ok());
    if signs.is_some_and(|key| key.name() == name) {
        fs::remove_file(&path).map_err(|error| failed("remove", &path, &error))?;
        say("It was the one that signed new tokens: `facturo keys generate` makes another.");
    }
    Ok(())
}

/// Whole or not at all, and never readable for more than `mode` says.
fn write(path: &Path, text: &str, mode: u32) -> Result<()> {
    let aside = path.with_extension("new");
    let written = || {
        let _ = fs::remove_file(&aside);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&aside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&aside, path)
    };
    written().map_err(|error| failed("write", path, &error))
}

pub(super) fn failed(deed: &str, path: &Path, error: &io::Error) -> Error {
    Error::conflict(format!("facturo could not {deed} {}: {error}.", path.display()), "")
}
