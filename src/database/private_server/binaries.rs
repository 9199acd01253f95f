//! Finding PostgreSQL's programs on this machine: those of a server, and those of a client.

use std::cmp::Reverse;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Settings;
use crate::error::{Error, Result};

/// The oldest major version that facturo works with.
const OLDEST: u32 = 15;

const INSTALL: &str = "Install one (Debian, Ubuntu: apt install postgresql; Fedora: dnf install postgresql-server; \
    macOS: brew install postgresql@18), set FACTURO_POSTGRES_BIN to the directory of its postgres and initdb, or set \
    DATABASE_URL to a PostgreSQL server.";

/// Where distributions and installers keep several versions side by side: what stands before and after the version.
const SIDE_BY_SIDE: [(&str, &str, &str); 8] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql@", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
    ("/Library/PostgreSQL", "", "bin"),
];

/// What must be in a directory to be of use; the first of them is asked for its version.
pub(super) type Programs = [&'static str; 2];
pub(super) const SERVER: Programs = ["postgres", "initdb"];
const CLIENT: Programs = ["pg_dump", "pg_restore"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    pub dir: PathBuf,
    pub major: u32,
    pub version: String,
}

/// `pg_dump` and `pg_restore` for a server of a major version: they must not be older than it, and the nearest to it know
/// it best.
///
/// # Errors
/// `Unavailable`, with what was found and what to install.
pub fn client_programs(settings: &Settings, major: u32) -> Result<Binaries> {
    let found: Vec<_> = search(settings, CLIENT).collect();
    if let Some(nearest) = found.iter().filter(|found| found.major >= major).min_by_key(|found| found.major) {
        return Ok(nearest.clone());
    }
    let here = listed(&found);
    Err(Error::unavailable(
        format!(
            "This takes pg_dump and pg_restore of PostgreSQL {major} or newer, and they are not here (found: {here})."
        ),
        format!(
            "Install them (Debian, Ubuntu: apt install postgresql-client-{major}; macOS: brew install postgresql@{major}), \
             or set FACTURO_POSTGRES_BIN to the directory that has them."
        ),
    ))
}

/// The first binaries of the search that will do: any from 15 on for a new cluster, and for an existing one those of
/// its own major version.
pub(super) fn find(settings: &Settings, cluster: &Path, major: Option<u32>) -> Result<Binaries> {
    let mut others = Vec::new();
    for found in search(settings, SERVER) {
        if found.major >= OLDEST && major.is_none_or(|major| major == found.major) {
            return Ok(found);
        }
        others.push(found);
    }
    if let Some(dir) = settings.bin_dir.as_ref().filter(|_| others.is_empty()) {
        return Err(Error::unavailable(
            format!("There are no postgres and initdb that run in {}.", dir.display()),
            "Set FACTURO_POSTGRES_BIN to a directory that has them, or leave it unset.",
        ));
    }
    let others = listed(&others);
    Err(match major {
        Some(major) => Error::unavailable(
            format!(
                "The data in {} is PostgreSQL {major}'s, and that is not here (found: {others}).",
                cluster.display()
            ),
            format!(
                "Install PostgreSQL {major} beside it, or set FACTURO_POSTGRES_BIN to its postgres and initdb. With both \
                 there, `facturo upgrade` moves the data to the newer one. Without it, a file of `facturo backup` can be \
                 restored into another FACTURO_DATA_DIR."
            ),
        ),
        None => Error::unavailable(
            format!("There is no PostgreSQL from {OLDEST} on here (found: {others})."),
            INSTALL,
        ),
    })
}

/// What was found, in words.
fn listed(found: &[Binaries]) -> String {
    let found: Vec<_> =
        found.iter().map(|found| format!("{} in {}", found.version, found.dir.display())).collect();
    if found.is_empty() { "none".to_owned() } else { found.join(", ") }
}

/// For an upgrade: the server's programs of the cluster's own major version, wherever they are, and the newest of the
/// search that are newer.
pub(super) fn pair(settings: &Settings, cluster: &Path, major: u32) -> Result<(Binaries, Binaries)> {
    let everywhere = Settings { bin_dir: None, ..settings.clone() };
    let own = search(settings, SERVER).find(|found| found.major == major);
    let own = own.map_or_else(|| find(&everywhere, cluster, Some(major)), Ok)?;
    let newest = search(settings, SERVER).max_by_key(|found| found.major);
    match newest.filter(|found| found.major > major) {
        Some(newest) => Ok((own, newest)),
        None => Err(Error::conflict(
            format!("The data is PostgreSQL {major}'s, and there is no newer one here to move it to."),
            "Install one, or set FACTURO_POSTGRES_BIN to the directory of its postgres and initdb.",
        )),
    }
}

/// All binaries that can be run, each once, in the order of the search. Lazy: each costs a process or two.
pub(super) fn search(settings: &Settings, programs: Programs) -> impl Iterator<Item = Binaries> {
    let mut seen = Vec::new();
    let on_path = path_dirs(settings);
    let places: Vec<Box<dyn FnOnce() -> Vec<PathBuf>>> = match settings.bin_dir.clone() {
        Some(dir) => vec![Box::new(move || vec![dir])],
        None => {
            let own = settings.data_dir.join("postgresql/bin");
            let asked = on_path.clone();
            vec![
                Box::new(move || vec![own]),
                Box::new(move || pg_config(&asked).into_iter().collect()),
                Box::new(side_by_side),
                Box::new(move || on_path),
            ]
        }
    };
    places.into_iter().flat_map(|place| place()).filter_map(move |dir| {
        // Links lead to the same binaries; the real directory is also where `initdb` finds its other files.
        let dir = fs::canonicalize(dir.join(programs[0])).ok()?.parent()?.to_path_buf();
        if seen.contains(&dir) {
            return None;
        }
        seen.push(dir.clone());
        inspect(&dir, programs)
    })
}

/// Asks a program for its version, which also shows that it runs here.
pub(super) fn inspect(dir: &Path, programs: Programs) -> Option<Binaries> {
    if !programs.iter().all(|program| dir.join(program).is_file()) {
        return None;
    }
    let said = output(Command::new(dir.join(programs[0])).arg("--version"))?;
    let (major, version) = parse_version(&said)?;
    Some(Binaries { dir: dir.to_path_buf(), major, version })
}

fn parse_version(said: &str) -> Option<(u32, String)> {
    let version = said.split_once("(PostgreSQL) ")?.1.split_whitespace().next()?;
    Some((major(version)?, version.to_owned()))
}

/// The major version of a version, such as 17 of `17.2`.
pub fn major(version: &str) -> Option<u32> {
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn path_dirs(settings: &Settings) -> Vec<PathBuf> {
    settings.search_path.iter().flat_map(std::env::split_paths).filter(|dir| dir.is_absolute()).collect()
}

fn pg_config(path: &[PathBuf]) -> Option<PathBuf> {
    let program = path.iter().map(|dir| dir.join("pg_config")).find(|file| file.is_file())?;
    Some(PathBuf::from(output(Command::new(program).arg("--bindir"))?.trim()))
}

fn side_by_side() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for (parent, before, after) in SIDE_BY_SIDE {
        let Ok(entries) = fs::read_dir(parent) else { continue };
        for entry in entries.flatten() {
            let version =
                entry.file_name().to_str().and_then(|name| name.strip_prefix(before)?.parse::<u32>().ok());
            if let Some(version) = version {
                found.push((version, entry.path().join(after)));
            }
        }
    }
    found.sort_by_key(|(version, _)| Reverse(*version));
    found.into_iter().map(|(_, dir)| dir).collect()
}

fn output(command: &mut Command) -> Option<String> {
    // `pg_config` may be a script.
    let command = command.env_clear().env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
    let output = command.output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions_as_they_are_printed() {
        let major = |said| parse_version(said).map(|(major, _)| major);
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18.6\n"), Some(18));
        assert_eq!(major("pg_dump (PostgreSQL) 16.2\n"), Some(16));
        assert_eq!(major("postgres (PostgreSQL) 19beta1\n"), Some(19));
        assert_eq!(major("postgres (PostgreSQL) 9.6.24\n"), Some(9));
        assert_eq!(major("bash: postgres: not found"), None);
    }
}
