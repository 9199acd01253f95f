//! The only reader of the environment.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use crate::error::{Error, Result};

/// What the environment says. Every variable stands in README.md.
#[derive(Debug, Clone)]
pub struct Config {
    /// `DATABASE_URL`; absent means the private server.
    pub database_url: Option<String>,
    /// `FACTURO_DATA_DIR`: where the private server keeps its data.
    pub data_dir: Option<PathBuf>,
    /// `FACTURO_POSTGRES_BIN`: the directory of the PostgreSQL binaries.
    pub postgres_bin: Option<PathBuf>,
    /// `FACTURO_BUSINESS`: which business this process serves; the first where absent.
    pub business: Option<i64>,
    /// `FACTURO_LOG`: levels by target, such as `facturo=debug`.
    pub log: String,
    /// `FACTURO_LINGER`: how long the private server outlives its last user.
    pub linger: Duration,
    pub home: Option<PathBuf>,
    pub xdg_data_home: Option<PathBuf>,
    /// `PATH`, the last place where PostgreSQL binaries are searched.
    pub search_path: Option<OsString>,
    /// `FACTURO_SCRATCH=1`: the private server does without fsync, for tests and demonstrations that throw it away.
    pub durable: bool,
    /// `TMPDIR`: where a demonstration keeps what it throws away.
    pub temp_dir: Option<PathBuf>,
    /// `NO_COLOR`: no colours, wherever it prints.
    pub no_color: bool,
}

impl Config {
    pub fn from_env() -> Result<Self> {
        #[expect(clippy::disallowed_methods, reason = "this is the environment's own room")]
        Self::read(|name| std::env::var(name).ok())
    }

    /// Reads settings by name. A variable that is set to nothing counts as not set.
    fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let get = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let path = |name: &str| get(name).map(PathBuf::from);
        let whole = |name: &'static str, least: u32| {
            let parse = |value: String| {
                let accepted = format!("a whole number from {least}");
                let number = value.trim().parse().ok().filter(|number| *number >= least);
                number.ok_or_else(|| Error::invalid(name, format!("{value:?} is no such number"), accepted))
            };
            get(name).map(parse).transpose()
        };
        Ok(Self {
            database_url: get("DATABASE_URL"),
            data_dir: path("FACTURO_DATA_DIR"),
            postgres_bin: path("FACTURO_POSTGRES_BIN"),
            business: whole("FACTURO_BUSINESS", 1)?.map(i64::from),
            log: get("FACTURO_LOG").unwrap_or_else(|| "info".into()),
            linger: Duration::from_secs(whole("FACTURO_LINGER", 0)?.unwrap_or(30).into()),
            home: path("HOME"),
            xdg_data_home: path("XDG_DATA_HOME"),
            search_path: get("PATH").map(OsString::from),
            durable: get("FACTURO_SCRATCH").is_none(),
            temp_dir: path("TMPDIR"),
            no_color: get("NO_COLOR").is_some(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config> {
        Config::read(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn nothing_set_means_the_defaults() {
        let config = read(&[("DATABASE_URL", "  ")]).unwrap();
        assert_eq!((config.database_url, config.business, config.log.as_str()), (None, None, "info"));
    }

    #[test]
    fn a_business_is_an_id() {
        assert_eq!(read(&[("FACTURO_BUSINESS", "3")]).unwrap().business, Some(3));
        assert!(read(&[("FACTURO_BUSINESS", "acme")]).is_err());
    }
}
