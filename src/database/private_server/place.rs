//! Where things are, and whom they belong to.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use nix::unistd::{AccessFlags, Gid, Uid, User, access, geteuid};
use sha2::{Digest, Sha256};

use super::{Settings, cluster, file_system, locks};
use crate::error::{Error, Result};

/// A longer socket path would not fit into a socket address everywhere (104 bytes on macOS).
const LONGEST_SOCKET_PATH: usize = 90;

/// Where the data is when nothing was said: the user's data directory, or `/var/lib` for root, whose own home is
/// closed to the user that PostgreSQL then runs as.
///
/// # Errors
/// `Unavailable` when there is no home directory to put it in.
pub fn default_data_dir(home: Option<&Path>, xdg_data_home: Option<&Path>, is_root: bool) -> Result<PathBuf> {
    if is_root {
        return Ok(PathBuf::from("/var/lib/facturo"));
    }
    // The XDG specification has relative paths ignored.
    if let Some(data_home) = xdg_data_home.filter(|path| path.is_absolute()) {
        return Ok(data_home.join("facturo"));
    }
    let within_home = if cfg!(target_os = "macos") { "Library/Application Support" } else { ".local/share" };
    match home.filter(|path| path.is_absolute()) {
        Some(home) => Ok(home.join(within_home).join("facturo")),
        None => Err(Error::unavailable(
            "There is no home directory to keep the data in.",
            "Set FACTURO_DATA_DIR to a directory on a local disk, or DATABASE_URL to a PostgreSQL server.",
        )),
    }
}

/// The user that PostgreSQL runs as when facturo is root, which PostgreSQL refuses to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) uid: Uid,
    pub(super) gid: Gid,
}

#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) data_dir: PathBuf,
    pub(super) socket_dir: PathBuf,
    /// Only when facturo is root.
    pub(super) owner: Option<Owner>,
}

impl Place {
    /// Touches nothing.
    pub(super) fn find(settings: &Settings) -> Result<Self> {
        if !settings.data_dir.is_absolute() {
            return Err(Error::unavailable(
                format!("The data directory {} is not an absolute path.", settings.data_dir.display()),
                "Set FACTURO_DATA_DIR to one that begins with a slash.",
            ));
        }
        // Hosts may come by different links, and must agree on the socket.
        let data_dir = fs::canonicalize(&settings.data_dir).unwrap_or_else(|_| settings.data_dir.clone());
        let owner = if geteuid().is_root() { Some(owner_of(&data_dir)?) } else { None };
        let socket_dir = socket_dir(&data_dir, owner.map_or_else(geteuid, |owner| owner.uid));
        Ok(Self { data_dir, socket_dir, owner })
    }

    /// Makes the data directory where there is none, and refuses one that will not do.
    pub(super) fn prepare(settings: &Settings) -> Result<Self> {
        let place = Self::find(settings)?;
        let made = make_dir(&place.data_dir, place.owner);
        made.map_err(|error| cannot_use(&place.data_dir, &error.to_string()))?;
        must_be_local(&place.data_dir, &place.data_dir)?;
        let place = Self::find(settings)?;
        if is_to_be_given(&place)?
            && let Some(owner) = place.owner
        {
            chown(&place.data_dir, Some(owner.uid.as_raw()), Some(owner.gid.as_raw()))
                .map_err(|error| cannot_use(&place.data_dir, &error.to_string()))?;
        }
        Ok(place)
    }

    /// Refuses what a start would refuse of the data directory and its locks, and touches nothing.
    pub(super) fn inspect(settings: &Settings) -> Result<Self> {
        let place = Self::find(settings)?;
        let dir = &place.data_dir;
        // what is not there yet is made in the nearest that is
        let there = dir.ancestors().find(|above| above.symlink_metadata().is_ok()).unwrap_or(dir);
        let refuse = |error: io::Error| cannot_use(dir, &error.to_string());
        access(there, AccessFlags::W_OK | AccessFlags::X_OK).map_err(|error| refuse(error.into()))?;
        fs::read_dir(there).map_err(refuse)?;
        must_be_local(dir, there)?;
        if there == dir {
            is_to_be_given(&place)?;
        }
        for lock in [place.users_lock(), place.start_lock()] {
            locks::open_existing(&lock)?;
        }
        place.must_have_socket_dir_of(place.owner.map_or_else(geteuid, |owner| owner.uid))?;
        Ok(place)
    }

    /// The 0700 directory of the socket, which is what keeps others out: within it everybody is trusted.
    pub(super) fn prepare_socket_dir(&self) -> Result<()> {
        match DirBuilder::new().mode(0o700).create(&self.socket_dir) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(self.cannot_use_socket_dir(&error.to_string()));
            }
            _ => {}
        }
        self.must_have_socket_dir_of(geteuid())?;
        fs::set_permissions(&self.socket_dir, fs::Permissions::from_mode(0o700))
            .map_err(|error| self.cannot_use_socket_dir(&error.to_string()))
    }

    /// None is well, one of somebody else is not: where others may write, they may have been there first, with a link or a directory of theirs.
    fn must_have_socket_dir_of(&self, user: Uid) -> Result<()> {
        match fs::symlink_metadata(&self.socket_dir) {
            Ok(found) if found.is_dir() && found.uid() == user.as_raw() => Ok(()),
            Ok(_) => Err(self.cannot_use_socket_dir("it belongs to somebody else")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(self.cannot_use_socket_dir(&error.to_string())),
        }
    }

    fn cannot_use_socket_dir(&self, problem: &str) -> Error {
        Error::unavailable(
            format!("The socket directory {} cannot be used ({problem}).", self.socket_dir.display()),
            "Remove it, or set FACTURO_DATA_DIR to a directory with a shorter path.",
        )
    }

    /// Once its server has ended, nothing is left in a directory of everybody's.
    pub(super) fn remove_socket_dir(&self) {
        if !self.socket_dir.starts_with(&self.data_dir) {
            let _ = fs::remove_dir(&self.socket_dir); // it stays where something is in it
        }
    }

    pub(super) fn cluster(&self) -> PathBuf {
        self.data_dir.join("postgres")
    }

    /// Where `initdb` works, until all of it is there.
    pub(super) fn unfinished_cluster(&self) -> PathBuf {
        self.data_dir.join("postgres.new")
    }

    /// A cluster of a newer major version, whole and verified, on its way into its place.
    pub(super) fn upgraded_cluster(&self) -> PathBuf {
        self.data_dir.join("postgres.upgraded")
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.socket_dir.join(format!(".s.PGSQL.{}", cluster::PORT))
    }

    pub(super) fn users_lock(&self) -> PathBuf {
        self.data_dir.join("users.lock")
    }

    pub(super) fn start_lock(&self) -> PathBuf {
        self.data_dir.join("start.lock")
    }

    pub(super) fn supervisor_lock(&self) -> PathBuf {
        self.data_dir.join("supervisor.lock")
    }

    pub(super) fn server_lock(&self) -> PathBuf {
        self.data_dir.join("server.lock")
    }
}

/// Within the data directory; or, where that path is too long, in `/tmp` under a name that every host works out
/// alike. `TMPDIR` and `XDG_RUNTIME_DIR` would not do: two hosts may have different ones, and the latter goes away
/// at logout under a server that lives on.
fn socket_dir(data_dir: &Path, uid: Uid) -> PathBuf {
    let within = data_dir.join("socket");
    if within.as_os_str().len() + "/.s.PGSQL.5432".len() <= LONGEST_SOCKET_PATH {
        return within;
    }
    let digest = Sha256::digest(data_dir.as_os_str().as_bytes());
    let name: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    PathBuf::from(format!("/tmp/facturo-{uid}-{name}"))
}

/// Whoever the data already belongs to; else `postgres`, else `nobody`.
fn owner_of(data_dir: &Path) -> Result<Owner> {
    let owners = [data_dir.join("postgres"), data_dir.to_path_buf()];
    for metadata in owners.iter().filter_map(|path| fs::metadata(path).ok()) {
        if metadata.uid() != 0 {
            return Ok(Owner { uid: Uid::from_raw(metadata.uid()), gid: Gid::from_raw(metadata.gid()) });
        }
    }
    let user = ["postgres", "nobody"].iter().find_map(|name| User::from_name(name).ok().flatten());
    user.map(|user| Owner { uid: user.uid, gid: user.gid }).ok_or_else(|| {
        Error::unavailable(
            "PostgreSQL does not run as root, and there is no user postgres or nobody for it to run as.",
            "Run facturo as an ordinary user, or set DATABASE_URL to a PostgreSQL server.",
        )
    })
}

/// Makes the directory closed to others; root makes the missing ones above it open to pass through.
fn make_dir(dir: &Path, owner: Option<Owner>) -> io::Result<()> {
    let Some(parent) = dir.parent().filter(|_| !dir.is_dir()) else { return Ok(()) };
    match owner {
        // One by one, since the mask of root's session may take the mode away.
        Some(_) => {
            let missing: Vec<_> = parent.ancestors().take_while(|above| !above.exists()).collect();
            for above in missing.into_iter().rev() {
                if make_one(above, 0o755)? {
                    fs::set_permissions(above, fs::Permissions::from_mode(0o755))?;
                }
            }
        }
        None => fs::create_dir_all(parent)?,
    }
    make_one(dir, 0o700)?;
    Ok(())
}

/// False when somebody else was faster.
fn make_one(dir: &Path, mode: u32) -> io::Result<bool> {
    match DirBuilder::new().mode(mode).create(dir) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        made => made.map(|()| true),
    }
}

/// Whether root is to give the data directory to the user that PostgreSQL runs as, whom it must belong to. Root may give
/// an empty one (just made, or a fresh volume) away, but nothing else.
fn is_to_be_given(place: &Place) -> Result<bool> {
    let dir = &place.data_dir;
    let refuse = |error: io::Error| cannot_use(dir, &error.to_string());
    // Asked in this order: several starters may be at it, and each gives the directory away before it fills it.
    let empty = fs::read_dir(dir).map_err(refuse)?.next().is_none();
    let found = fs::metadata(dir).map_err(refuse)?.uid();
    let wanted = place.owner.map_or_else(geteuid, |owner| owner.uid);
    match place.owner {
        _ if found == wanted.as_raw() => Ok(false),
        Some(_) if found == 0 && empty => Ok(true),
        _ => Err(cannot_use(dir, &format!("it belongs to user {found}, and user {wanted} is to use it"))),
    }
}

/// `there` is the directory, or the nearest above it.
fn must_be_local(dir: &Path, there: &Path) -> Result<()> {
    match file_system::network_file_system(there) {
        None => Ok(()),
        Some(kind) => Err(Error::unavailable(
            format!("{} is on a network file system ({kind}).", dir.display()),
            "PostgreSQL can lose data there: set FACTURO_DATA_DIR to a directory on a local disk.",
        )),
    }
}

fn cannot_use(dir: &Path, problem: &str) -> Error {
    Error::unavailable(
        format!("The data directory {} cannot be used ({problem}).", dir.display()),
        "Set FACTURO_DATA_DIR to a new directory on a local disk, or run facturo as the user that this one belongs to.",
    )
}
