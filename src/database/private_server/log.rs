//! `server.log`: what the supervisor, `initdb` and the server have to say. Two files of bounded size.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::fcntl::OFlag;

pub(super) const NAME: &str = "server.log";
const LARGEST: u64 = 1024 * 1024;
/// How the server and `initdb` mark it.
const CAUSES: [&str; 3] = ["FATAL:", "PANIC:", "error:"];
const BEGIN: &str = "--- facturo supervise";

/// For appending, so that whoever writes goes on at the new end after the file was emptied.
pub(super) fn open(data_dir: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true).mode(0o600).custom_flags(OFlag::O_NOFOLLOW.bits());
    options.open(data_dir.join(NAME))
}

/// Keeps what is there as `server.log.1` and starts afresh, once it is large. The server has the file open, so it is
/// copied and emptied rather than renamed.
pub(super) fn bound(data_dir: &Path) -> io::Result<()> {
    let path = data_dir.join(NAME);
    if fs::metadata(&path)?.len() > LARGEST {
        fs::copy(&path, data_dir.join("server.log.1"))?;
        OpenOptions::new().write(true).open(&path)?.set_len(0)?;
    }
    Ok(())
}

/// Begins a supervisor's part of the log, which is its standard error.
pub(super) fn begin() -> io::Result<()> {
    writeln!(io::stderr(), "{BEGIN} {}", std::process::id())
}

/// What the log gives as the cause, for an error message: only from the part that [`begin`] began.
pub(super) fn cause(data_dir: &Path) -> Option<String> {
    let mut file = File::open(data_dir.join(NAME)).ok()?;
    let end = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(end.saturating_sub(4096))).ok()?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail).ok()?;
    let tail = String::from_utf8_lossy(&tail);
    let ours = tail.rsplit_once(BEGIN).map_or(&*tail, |(_, after)| after.trim_start_matches(|c| c != '\n'));
    let mut lines = ours.lines().rev().map(str::trim).filter(|line| !line.is_empty());
    let last = lines.clone().next();
    // What follows the cause seldom says more than that something failed.
    let cause =
        |line: &'_ str| CAUSES.iter().find_map(|mark| Some(line.split_once(mark)?.1.trim().to_owned()));
    lines.find_map(cause).or_else(|| last.map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_one_old_log_and_finds_the_cause_in_the_new_part() {
        let dir = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("target")
            .join(format!("facturo-log-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let mut log = open(&dir).unwrap();
        log.write_all(&vec![b'x'; 1024 * 1024 + 1]).unwrap();
        bound(&dir).unwrap();
        assert_eq!(fs::metadata(dir.join(NAME)).unwrap().len(), 0);
        assert_eq!(fs::metadata(dir.join("server.log.1")).unwrap().len(), LARGEST + 1);

        writeln!(log, "FATAL: of yesterday\n{BEGIN} 1\nLOG: on\nFATAL: no room\nLOG: shut down\n").unwrap();
        assert_eq!(cause(&dir).as_deref(), Some("no room"));
        writeln!(log, "{BEGIN} 2").unwrap();
        assert_eq!(cause(&dir), None);
        fs::remove_dir_all(dir).unwrap();
    }
}
