//! Becoming a background process, giving up root, and what children inherit. The only `unsafe` of the crate.
#![allow(unsafe_code)] // fork, and code between fork and exec, have no safe form

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::signal::{SigHandler, Signal, signal};
use nix::sys::stat::{Mode, umask};
use nix::unistd::{ForkResult, close, dup2_stderr, dup2_stdout, fork, setsid};

use super::place::Owner;

/// Leaves the session, the process group and the parent of whoever started this process, and everything that was
/// inherited from there but the three standard streams. Returns twice: false in the process that was started, which
/// is to return at once; true in the one that carries on.
///
/// A host may be ended together with all its children, and other hosts go on using the server: hence the fork.
pub(super) fn into_background() -> io::Result<bool> {
    close_inherited();
    // Whoever started the host may have had its children ignored, and that is inherited: then none could be waited for.
    // SAFETY: no handler is installed.
    unsafe { signal(Signal::SIGCHLD, SigHandler::SigDfl) }?;
    setsid()?;
    // SAFETY: the caller promises that there is no other thread, so nothing is left half done in the child.
    if let ForkResult::Parent { .. } = unsafe { fork() }? {
        return Ok(false);
    }
    std::env::set_current_dir("/")?;
    umask(Mode::from_bits_truncate(0o077));
    Ok(true)
}

/// Descriptors of a host's own parent, such as copies of a pipe whose end somebody waits for.
fn close_inherited() {
    let Ok(entries) = fs::read_dir("/dev/fd") else { return };
    let open: Vec<i32> =
        entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    for descriptor in open.into_iter().filter(|descriptor| *descriptor > 2) {
        // One of them was the directory that has just been read, and is closed already.
        let _ = close(descriptor);
    }
}

/// Becomes the owner for good.
#[cfg(not(target_vendor = "apple"))]
pub(super) fn give_up_root(owner: Owner) -> io::Result<()> {
    use nix::unistd::{setgid, setgroups, setuid};

    setgroups(&[owner.gid])?;
    setgid(owner.gid)?;
    setuid(owner.uid)?;
    Ok(())
}

/// Apple has no safe way to leave root's groups, and no use for a facturo that is root.
#[cfg(target_vendor = "apple")]
pub(super) fn give_up_root(_: Owner) -> io::Result<()> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}

/// Standard output goes nowhere from here on.
pub(super) fn close_stdout() -> io::Result<()> {
    let null = OpenOptions::new().write(true).open("/dev/null")?;
    Ok(dup2_stdout(null)?)
}

/// Standard error goes to the log of this directory.
pub(super) fn log_stderr(data_dir: &Path) -> io::Result<()> {
    Ok(dup2_stderr(super::log::open(data_dir)?)?)
}

/// Has the child inherit the lock, and (on Linux) be sent a signal when this process dies. Elsewhere a child that
/// has lost its parent goes on, and the next host to start stops it.
pub(super) fn tie(command: &mut Command, lock: &File, at_our_death: Signal) -> io::Result<()> {
    let lock = lock.try_clone()?;
    let parent = nix::unistd::getpid();
    // SAFETY: what runs between fork and exec are system calls alone; nothing is allocated and no lock is taken.
    unsafe {
        command.pre_exec(move || {
            keep_on_exec(&lock)?;
            die_with_parent(at_our_death)?;
            // The parent may have died before the line above.
            if nix::unistd::getppid() == parent { Ok(()) } else { Err(Errno::ESRCH.into()) }
        });
    }
    Ok(())
}

fn keep_on_exec(lock: &File) -> io::Result<()> {
    fcntl(lock, FcntlArg::F_SETFD(FdFlag::empty()))?;
    Ok(())
}

#[cfg(target_os = "linux")]
fn die_with_parent(signal: Signal) -> io::Result<()> {
    Ok(nix::sys::prctl::set_pdeathsig(signal)?)
}

#[cfg(not(target_os = "linux"))]
fn die_with_parent(_: Signal) -> io::Result<()> {
    Ok(())
}
