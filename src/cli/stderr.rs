//! The log's way out. A host that starts facturo and never reads its stderr must not bring it to a standstill once the pipe is
//! full: what nobody takes is left out.

use std::{
    io::{self, Write},
    os::fd::AsFd as _,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// A pipe or a socket that is ready takes so much without waiting.
const AT_ONCE: usize = nix::libc::PIPE_BUF;
/// A reader that is only slow is waited for once, in milliseconds.
const PATIENCE: u8 = 100;

/// Lines that were left out since the last that went out.
static LEFT_OUT: AtomicU64 = AtomicU64::new(0);

/// stderr, which never waits for long.
pub(super) struct Stderr;

impl Write for Stderr {
    /// Takes a whole line, whether it goes out or not.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if !is_ready(if LEFT_OUT.load(Relaxed) == 0 { PATIENCE } else { 0 }) {
            LEFT_OUT.fetch_add(1, Relaxed);
            return Ok(line.len());
        }
        let left_out = LEFT_OUT.swap(0, Relaxed);
        if left_out > 0 {
            writeln!(io::stderr(), "({left_out} lines are missing here, since nobody read them)")?;
        }
        for part in line.chunks(AT_ONCE) {
            if !is_ready(PATIENCE) {
                break;
            }
            io::stderr().write_all(part)?;
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn is_ready(patience: u8) -> bool {
    let stderr = io::stderr();
    let mut streams = [PollFd::new(stderr.as_fd(), PollFlags::POLLOUT)];
    // what cannot be asked, such as a stream that is closed, takes no time to fail either
    poll(&mut streams, PollTimeout::from(patience)).map_or(true, |ready| ready > 0)
}
