//! The host's side of a server's streams: writes, reads, and sees it end.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::PathBuf;
use std::process::Child;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};
use nix::sys::socket::{Shutdown, shutdown};
use nix::unistd::Pid;
use serde_json::Value;

use crate::scratch::profile_file;

/// No answer takes so long, not even the first on a machine with much to do.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Host {
    pub(crate) child: Child,
    pub(crate) input: Option<File>,
    pub(crate) output: BufReader<File>,
    log: PathBuf,
}

pub(crate) struct End {
    pub(crate) code: Option<i32>,
    pub(crate) took: Duration,
    /// What was still to be read.
    pub(crate) answers: Vec<Value>,
    pub(crate) log: String,
}

/// A path that no other test has.
pub(crate) fn scratch(name: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{number}-{name}", std::process::id()))
}

impl Host {
    /// Takes our ends of a child's streams. What it logs is in the file `log`, which goes when we do.
    pub(crate) fn of(child: Child, input: Option<OwnedFd>, output: OwnedFd, log: PathBuf) -> Self {
        Self { child, input: input.map(File::from), output: BufReader::new(output.into()), log }
    }

    pub(crate) fn write(&mut self, text: impl AsRef<[u8]>) {
        self.input.as_mut().unwrap().write_all(text.as_ref()).unwrap();
    }

    pub(crate) fn read(&mut self) -> Value {
        let line = self.read_line();
        serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("{error} in {line:?}; the log says:\n{}", self.log()))
    }

    /// The next line, or nothing where there is no more.
    pub(crate) fn read_line(&mut self) -> String {
        if self.output.buffer().is_empty() {
            let mut streams = [PollFd::new(self.output.get_ref().as_fd(), PollFlags::POLLIN)];
            let ready = poll(&mut streams, PollTimeout::try_from(PATIENCE).unwrap()).unwrap();
            assert!(ready > 0, "no answer in {PATIENCE:?}; the log says:\n{}", self.log());
        }
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line
    }

    /// What the server has written to stderr.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Nothing more comes from us, and we still read.
    pub(crate) fn close_input(&mut self) {
        if let Some(input) = self.input.take() {
            // Fails on a pipe, where closing is enough.
            let _ = shutdown(input.as_raw_fd(), Shutdown::Write);
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id() as i32), signal).unwrap();
    }

    /// Dead at once, and buried.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// The most memory that the server has had, in KiB.
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Reads to the end and waits for the exit, with the input as it is.
    pub(crate) fn end(mut self) -> End {
        let start = Instant::now();
        let mut text = String::new();
        self.output.read_to_string(&mut text).unwrap();
        let code = self.child.wait().unwrap().code();
        let took = start.elapsed();
        let answers = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        End { code, took, answers, log: self.log() }
    }

    pub(crate) fn close(mut self) -> End {
        self.close_input();
        self.end()
    }
}

impl Host {
    /// Has it end by itself, which is when it writes down what it ran; but not for ever.
    fn let_go(&mut self) {
        self.close_input();
        let asked = Instant::now();
        while asked.elapsed() < Duration::from_secs(5) && self.child.try_wait().is_ok_and(|end| end.is_none())
        {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if profile_file().is_some() {
            self.let_go();
        }
        // For a test that failed; one that has ended is past harm.
        self.kill();
        let _ = std::fs::remove_file(&self.log);
    }
}

impl End {
    /// The ids answered, in order.
    pub(crate) fn ids(&self) -> Vec<i64> {
        let mut ids: Vec<_> = self.answers.iter().filter_map(|answer| answer["id"].as_i64()).collect();
        ids.sort_unstable();
        ids
    }

    #[track_caller]
    pub(crate) fn assert_prompt_success(&self) {
        assert_eq!(self.code, Some(0), "{}", self.log);
        assert!(self.took < Duration::from_secs(1), "took {:?}: {}", self.took, self.log);
    }
}
