//! The only reader of the environment.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    ffi::{OsStr, OsString},
    path::PathBuf,
    time::Duration,
};

use crate::error::{Error, Result};

/// What the environment says. Every variable stands in README.md.
#[derive(Debug, Clone)]
pub struct Config {
    /// `DATABASE_URL`; absent means the private server.
    pub database_url: Option<Secret>,
    /// `FACTURO_DATA_DIR`: where the private server keeps its data.
    pub data_dir: Option<PathBuf>,
    /// `FACTURO_POSTGRES_BIN`: the directory of the PostgreSQL binaries.
    pub postgres_bin: Option<PathBuf>,
    /// `FACTURO_BUSINESS`: which business this process serves; the first where absent.
    pub business: Option<i64>,
    /// `FACTURO_ROLE_PASSWORD`: what `facturo roles add` gives a login for a password.
    pub role_password: Option<Secret>,
    /// `FACTURO_CONFIRM`: whether a person is asked before what cannot be undone.
    pub confirm: bool,
    /// `FACTURO_CONFIRM_SECONDS`: how long a question waits for its answer, and a preview for its confirmation.
    pub confirm_for: Duration,
    /// `FACTURO_LOG`: levels by target, such as `facturo=debug`.
    pub log: String,
    /// `FACTURO_READ_ONLY=1`: whoever calls, nothing is changed.
    pub read_only: bool,
    /// `FACTURO_TOKEN`: what the caller may do (JWT).
    pub token: Option<Secret>,
    /// `FACTURO_JWKS`: the file of the public keys that tokens are checked with.
    pub jwks: Option<PathBuf>,
    /// `FACTURO_TOKEN_SECRET`: the secret that tokens are signed and checked with, in the place of keys.
    pub token_secret: Option<Secret>,
    /// `FACTURO_TOKEN_ISSUER`: whose tokens count.
    pub token_issuer: Option<String>,
    /// `FACTURO_TOKEN_AUDIENCE`: what tokens must be for.
    pub token_audience: Option<String>,
    /// `FACTURO_LINGER`: how long the private server outlives its last user.
    pub linger: Duration,
    pub home: Option<PathBuf>,
    pub xdg_data_home: Option<PathBuf>,
    pub xdg_config_home: Option<PathBuf>,
    /// `PATH`, the last place where PostgreSQL binaries are searched.
    pub search_path: Option<OsString>,
    /// False with `FACTURO_SCRATCH=1`: the private server does without fsync, for tests and demonstrations that throw it away.
    pub durable: bool,
    /// `TMPDIR`: where a demonstration keeps what it throws away.
    pub temp_dir: Option<PathBuf>,
    /// `NO_COLOR`: no colours, wherever it prints.
    pub no_color: bool,
}

/// A text that no log and no error may hold.
#[derive(Clone)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl Config {
    pub fn from_env() -> Result<Self> {
        Self::read_all(&std::env::vars_os().collect())
    }

    /// A variable of ours by its name that nobody knows is refused: it may be a misspelt one that was to keep something shut.
    fn read_all(variables: &BTreeMap<OsString, OsString>) -> Result<Self> {
        let known = RefCell::new(BTreeSet::new());
        let config = Self::read(|name| {
            known.borrow_mut().insert(name);
            variables.get(OsStr::new(name)).cloned()
        })?;
        let mut known = known.into_inner();
        known.retain(|name| name.starts_with(OURS));
        let names =
            variables.iter().filter(|(_, value)| is_set(value)).map(|(name, _)| name.to_string_lossy());
        let ours = |name: &str| name.get(..OURS.len()).is_some_and(|start| start.eq_ignore_ascii_case(OURS));
        match names.into_iter().find(|name| ours(name) && !known.contains(&**name)) {
            None => Ok(config),
            Some(name) => {
                let known = known.into_iter().collect::<Vec<_>>().join(", ");
                Err(Error::invalid(name.into_owned(), "is no setting of facturo", known))
            }
        }
    }

    /// For a command that changes something.
    pub fn require_writable(&self) -> Result<()> {
        if !self.read_only {
            return Ok(());
        }
        Err(Error::conflict("FACTURO_READ_ONLY=1 is set.", "Unset it to have this command change something."))
    }

    /// Reads settings by name. A variable that is set to nothing counts as not set. Paths are taken as they are; what is
    /// text must be UTF-8, and is never taken for unset because it is not.
    fn read(variable: impl Fn(&'static str) -> Option<OsString>) -> Result<Self> {
        let set = |name: &'static str| variable(name).filter(|value| is_set(value));
        let path = |name: &'static str| set(name).map(PathBuf::from);
        let text = |name: &'static str| {
            let read = |value: OsString| value.into_string().map_err(|_| not_utf8(name));
            set(name).map(read).transpose()
        };
        let whole = |name: &'static str, least: u32, most: u32| {
            let parse = |value: String| {
                let accepted = match most {
                    u32::MAX => format!("a whole number from {least}"),
                    1 => format!("{least} or {most}"),
                    most => format!("a whole number from {least} to {most}"),
                };
                let number = value.trim().parse().ok().filter(|number| (least..=most).contains(number));
                number.ok_or_else(|| Error::invalid(name, format!("{value:?} is no such number"), accepted))
            };
            text(name)?.map(parse).transpose()
        };
        Ok(Self {
            database_url: text("DATABASE_URL")?.map(Secret),
            data_dir: path("FACTURO_DATA_DIR"),
            postgres_bin: path("FACTURO_POSTGRES_BIN"),
            business: whole("FACTURO_BUSINESS", 1, u32::MAX)?.map(i64::from),
            role_password: text("FACTURO_ROLE_PASSWORD")?.map(Secret),
            confirm: match text("FACTURO_CONFIRM")?.as_deref().map(str::trim) {
                None | Some("ask") => true,
                Some("never") => false,
                Some(other) => {
                    let problem = format!("{other:?} is neither of the two");
                    return Err(Error::invalid("FACTURO_CONFIRM", problem, "ask or never"));
                }
            },
            confirm_for: Duration::from_secs(
                whole("FACTURO_CONFIRM_SECONDS", 1, 3600)?.unwrap_or(600).into(),
            ),
            log: text("FACTURO_LOG")?.unwrap_or_else(|| "info".into()),
            read_only: whole("FACTURO_READ_ONLY", 0, 1)? == Some(1),
            token: text("FACTURO_TOKEN")?.map(Secret),
            jwks: path("FACTURO_JWKS"),
            token_secret: text("FACTURO_TOKEN_SECRET")?.map(Secret),
            token_issuer: text("FACTURO_TOKEN_ISSUER")?,
            token_audience: text("FACTURO_TOKEN_AUDIENCE")?,
            linger: Duration::from_secs(whole("FACTURO_LINGER", 0, u32::MAX)?.unwrap_or(30).into()),
            home: path("HOME"),
            xdg_data_home: path("XDG_DATA_HOME"),
            xdg_config_home: path("XDG_CONFIG_HOME"),
            search_path: set("PATH"),
            durable: whole("FACTURO_SCRATCH", 0, 1)? != Some(1),
            temp_dir: path("TMPDIR"),
            no_color: set("NO_COLOR").is_some(),
        })
    }
}

/// What the names of our own variables begin with.
const OURS: &str = "FACTURO_";

fn is_set(value: &OsStr) -> bool {
    !value.as_encoded_bytes().trim_ascii().is_empty()
}

/// Without the value, which may be a secret.
fn not_utf8(name: &'static str) -> Error {
    Error::invalid(name, "is not UTF-8", "text in UTF-8")
}

#[cfg(test)]
mod tests {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config> {
        Config::read(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into()))
    }

    #[test]
    fn nothing_set_means_the_defaults() {
        let config = read(&[("DATABASE_URL", "  ")]).unwrap();
        assert!(config.database_url.is_none());
        assert_eq!((config.business, config.log.as_str()), (None, "info"));
    }

    #[test]
    fn a_name_of_ours_that_nobody_knows_is_refused_and_its_value_not_told() {
        let read = |name: &str, value: &str| {
            let pairs = [("FACTURO_LOG", "warn"), ("OTHER", "x"), (name, value)];
            Config::read_all(&pairs.map(|(name, value)| (name.into(), value.into())).into())
        };
        for known in ["FACTURO_BUSINESS", "FACTURO_READ_ONLY", "FACTURIO", "FACT", "ñFACTURO_X", ""] {
            assert_eq!(read(known, "1").unwrap().log, "warn", "{known}");
        }
        let [misspelt, small, empty] = ["READONLY", "read_only", ""].map(|end| format!("{OURS}{end}"));
        for unknown in [&misspelt, &small.to_lowercase(), &empty] {
            let told = read(unknown, "hush").unwrap_err().to_string();
            assert!(
                told.starts_with(&format!("{unknown}: ")) && told.contains("FACTURO_READ_ONLY, "),
                "{told}"
            );
            assert!(!told.contains("hush") && !told.contains("DATABASE_URL"), "{told}");
            assert!(read(unknown, " ").is_ok(), "{unknown}");
        }
    }

    #[test]
    fn switches_are_one_or_zero() {
        for (value, on) in [("1", true), ("0", false), ("", false), (" 1 ", true)] {
            assert_eq!(read(&[("FACTURO_SCRATCH", value)]).unwrap().durable, !on, "{value:?}");
            assert_eq!(read(&[("FACTURO_READ_ONLY", value)]).unwrap().read_only, on, "{value:?}");
        }
        for name in ["FACTURO_SCRATCH", "FACTURO_READ_ONLY"] {
            for value in ["yes", "true", "2", "-1"] {
                let told = read(&[(name, value)]).unwrap_err().to_string();
                assert!(told.contains(name) && told.contains(value), "{told}");
            }
        }
    }

    #[test]
    fn confirmation_is_asked_for_unless_it_is_never_wanted() {
        for (value, asks) in [("", true), ("ask", true), (" never ", false)] {
            assert_eq!(read(&[("FACTURO_CONFIRM", value)]).unwrap().confirm, asks, "{value:?}");
        }
        for (name, value) in [
            ("FACTURO_CONFIRM", "no"),
            ("FACTURO_CONFIRM", "Never"),
            ("FACTURO_CONFIRM", "0"),
            ("FACTURO_CONFIRM_SECONDS", "0"),
            ("FACTURO_CONFIRM_SECONDS", "3601"),
        ] {
            let told = read(&[(name, value)]).unwrap_err().to_string();
            assert!(told.contains(name) && told.contains(value), "{told}");
        }
    }

    #[test]
    fn what_is_no_utf8_is_a_path_or_refused_and_never_unset() {
        let strange = OsStr::from_bytes(b"/data/\xff");
        let read = |set: &str| Config::read(|name| (name == set).then(|| strange.to_owned()));
        assert_eq!(read("FACTURO_DATA_DIR").unwrap().data_dir.unwrap().as_os_str(), strange);
        assert_eq!(read("PATH").unwrap().search_path.unwrap(), strange);
        for name in [
            "DATABASE_URL",
            "FACTURO_BUSINESS",
            "FACTURO_LOG",
            "FACTURO_LINGER",
            "FACTURO_SCRATCH",
            "FACTURO_TOKEN",
        ] {
            let told = read(name).unwrap_err().to_string();
            assert!(told.contains(name) && told.contains("UTF-8"), "{told}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        for name in ["DATABASE_URL", "FACTURO_ROLE_PASSWORD", "FACTURO_TOKEN", "FACTURO_TOKEN_SECRET"] {
            let config = format!("{:?}", read(&[(name, "hush")]).unwrap());
            assert!(config.contains("Some(…)") && !config.contains("hush"), "{name}: {config}");
        }
    }

    #[test]
    fn a_business_is_an_id() {
        assert_eq!(read(&[("FACTURO_BUSINESS", "3")]).unwrap().business, Some(3));
        assert!(read(&[("FACTURO_BUSINESS", "acme")]).is_err());
    }
}
