//! The host's side: starts the server on streams of any kind, writes, reads, and sees it end.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::sys::socket::{Shutdown, shutdown};
use nix::unistd::Pid;
use serde_json::Value;

use super::server;

#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Pipe,
    Socket,
}

pub(super) struct Host {
    pub(super) child: Child,
    pub(super) input: Option<File>,
    pub(super) output: BufReader<File>,
    log: PathBuf,
}

pub(super) struct End {
    pub(super) code: Option<i32>,
    pub(super) took: Duration,
    /// What was still to be read.
    pub(super) answers: Vec<Value>,
    pub(super) log: String,
}

/// Our end and the server's.
pub(super) fn input(kind: Kind) -> (OwnedFd, OwnedFd) {
    match kind {
        Kind::Pipe => std::io::pipe().map(|(theirs, ours)| (ours.into(), theirs.into())).unwrap(),
        Kind::Socket => UnixStream::pair().map(|(ours, theirs)| (ours.into(), theirs.into())).unwrap(),
    }
}

pub(super) fn output(kind: Kind) -> (OwnedFd, OwnedFd) {
    match kind {
        Kind::Pipe => std::io::pipe().map(|(ours, theirs)| (ours.into(), theirs.into())).unwrap(),
        Kind::Socket => UnixStream::pair().map(|(ours, theirs)| (ours.into(), theirs.into())).unwrap(),
    }
}

pub(super) fn scratch(name: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("stdio-{}-{number}-{name}", std::process::id()))
}

impl Host {
    /// A host as most are: a kind of stream for each direction.
    pub(super) fn new(stdin: Kind, stdout: Kind) -> Self {
        let ((to, stdin), (from, stdout)) = (input(stdin), output(stdout));
        Self::start(stdin.into(), stdout.into(), Some(to), from)
    }

    /// One socket for both directions.
    pub(super) fn one_socket() -> Self {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let stdin = theirs.try_clone().unwrap();
        let to = ours.try_clone().unwrap();
        Self::start(OwnedFd::from(stdin).into(), OwnedFd::from(theirs).into(), Some(to.into()), ours.into())
    }

    /// Reads from a file and cannot be written to.
    pub(super) fn reading(stdin: Stdio) -> Self {
        let (from, stdout) = output(Kind::Pipe);
        Self::start(stdin, stdout.into(), None, from)
    }

    fn start(stdin: Stdio, stdout: Stdio, to: Option<OwnedFd>, from: OwnedFd) -> Self {
        let log = scratch("log");
        let child = server::command(log.to_str().unwrap()).stdin(stdin).stderr(stdout).spawn().unwrap();
        Self { child, input: to.map(File::from), output: BufReader::new(from.into()), log }
    }

    pub(super) fn write(&mut self, text: impl AsRef<[u8]>) {
        self.input.as_mut().unwrap().write_all(text.as_ref()).unwrap();
    }

    pub(super) fn read(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in {line:?}"))
    }

    /// Writes the opening and reads the answer to it.
    pub(super) fn initialize(&mut self) {
        self.write(server::initialize(0));
        assert_eq!(self.read()["result"]["protocolVersion"], "2025-11-25");
    }

    /// Nothing more comes from us, and we still read.
    pub(super) fn close_input(&mut self) {
        if let Some(input) = self.input.take() {
            // Fails on a pipe, where closing is enough.
            let _ = shutdown(input.as_raw_fd(), Shutdown::Write);
        }
    }

    pub(super) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id() as i32), signal).unwrap();
    }

    /// The most memory that the server has had, in KiB.
    pub(super) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Reads to the end and waits for the exit, with the input as it is.
    pub(super) fn end(mut self) -> End {
        let start = Instant::now();
        let mut text = String::new();
        self.output.read_to_string(&mut text).unwrap();
        let code = self.child.wait().unwrap().code();
        let took = start.elapsed();
        let answers = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        End { code, took, answers, log: std::fs::read_to_string(&self.log).unwrap_or_default() }
    }

    pub(super) fn close(mut self) -> End {
        self.close_input();
        self.end()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // For a test that failed; one that has ended is past harm.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.log);
    }
}

impl End {
    /// The ids answered, in order.
    pub(super) fn ids(&self) -> Vec<i64> {
        let mut ids: Vec<_> = self.answers.iter().filter_map(|answer| answer["id"].as_i64()).collect();
        ids.sort_unstable();
        ids
    }

    #[track_caller]
    pub(super) fn assert_prompt_success(&self) {
        assert_eq!(self.code, Some(0), "{}", self.log);
        assert!(self.took < Duration::from_secs(1), "took {:?}: {}", self.took, self.log);
    }
}
