//! Hosts of the tiny server, on streams of any kind.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::Stdio;

use super::server;
use crate::support::messages;

pub(super) use crate::support::host::{Host, scratch};

#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Pipe,
    Socket,
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
        Self::of(child, to, from, log)
    }

    /// Writes the opening and reads the answer to it.
    pub(super) fn initialize(&mut self) {
        self.write(messages::initialize(0));
        assert_eq!(self.read()["result"]["protocolVersion"], "2025-11-25");
    }
}
