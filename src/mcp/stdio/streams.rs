//! Standard input and output as asynchronous streams, each by its own kind.
//!
//! | kind | how it is served |
//! |---|---|
//! | pipe (most hosts) | reopened through `/proc/self/fd` and driven by the reactor |
//! | socket (Node hosts hand out socket pairs) | duplicated, driven by the reactor with `MSG_DONTWAIT` |
//! | file, `/dev/null`, terminal, anything else | tokio's blocking stdio, a thread per operation |
//!
//! `O_NONBLOCK` is a property of the open file description (open(2), fcntl(2)), and stdin, stdout and stderr may
//! share one with each other, with the parent and with its other children. Set on a description that stderr shares
//! (`2>&1`), it would make log lines fail with `EAGAIN` and get lost; set on one that a shell shares, it would break
//! the next command. So it is never set: a reopened pipe has a description of its own, and on a socket each call
//! asks for what it needs (`MSG_DONTWAIT`, recv(2)).

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileTypeExt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use nix::sys::socket::{MsgFlags, recv, send};
use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::unix::pipe;

/// Standard input.
#[derive(Debug)]
pub(super) enum Input {
    Pipe(pipe::Receiver),
    Socket(Socket),
    Blocking(tokio::io::Stdin),
}

/// Standard output. Dropping it closes nothing that others share; the host sees the end when the process exits.
#[derive(Debug)]
pub(super) enum Output {
    Pipe(pipe::Sender),
    Socket(Socket),
    Blocking(tokio::io::Stdout),
}

impl Input {
    /// Must be called inside a tokio runtime with I/O enabled.
    pub(super) fn stdin() -> Self {
        Self::without_threads(std::io::stdin().as_fd()).unwrap_or_else(|error| {
            tracing::debug!(%error, "stdin is served by blocking reads");
            Self::Blocking(tokio::io::stdin())
        })
    }

    fn without_threads(fd: BorrowedFd<'_>) -> io::Result<Self> {
        match Kind::of(fd)? {
            Kind::Pipe { named: false } => pipe::OpenOptions::new().open_receiver(path(fd)).map(Self::Pipe),
            // A named FIFO that is opened again after its writer has left never reports the hang-up (fifo(7),
            // poll(2)), and the end of input would be missed.
            Kind::Pipe { named: true } => Err(unserved("a named pipe")),
            Kind::Socket => Socket::new(fd, Interest::READABLE).map(Self::Socket),
            Kind::Other => Err(unserved("neither a pipe nor a socket")),
        }
    }
}

impl Output {
    /// Must be called inside a tokio runtime with I/O enabled.
    pub(super) fn stdout() -> Self {
        Self::without_threads(std::io::stdout().as_fd()).unwrap_or_else(|error| {
            tracing::debug!(%error, "stdout is served by blocking writes");
            Self::Blocking(tokio::io::stdout())
        })
    }

    fn without_threads(fd: BorrowedFd<'_>) -> io::Result<Self> {
        match Kind::of(fd)? {
            Kind::Pipe { .. } => pipe::OpenOptions::new().open_sender(path(fd)).map(Self::Pipe),
            Kind::Socket => Socket::new(fd, Interest::WRITABLE).map(Self::Socket),
            Kind::Other => Err(unserved("neither a pipe nor a socket")),
        }
    }
}

enum Kind {
    Pipe { named: bool },
    Socket,
    Other,
}

impl Kind {
    fn of(fd: BorrowedFd<'_>) -> io::Result<Self> {
        let kind = File::from(fd.try_clone_to_owned()?).metadata()?.file_type();
        Ok(if kind.is_fifo() {
            // proc_pid_fd(5): the link of a file without a name reads `pipe:[inode]`.
            Self::Pipe {
                named: !std::fs::read_link(path(fd))?.as_os_str().as_encoded_bytes().starts_with(b"pipe:"),
            }
        } else if kind.is_socket() {
            Self::Socket
        } else {
            Self::Other
        })
    }
}

/// Opening this path gives a pipe a new open file description (proc_pid_fd(5)). Where there is no `/proc`, or the
/// pipe belongs to another user, it fails and the stream is served by threads.
fn path(fd: BorrowedFd<'_>) -> String {
    format!("/proc/self/fd/{}", fd.as_raw_fd())
}

fn unserved(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, what)
}

/// A connected stream socket, whose description stays in whatever mode others need it. stdin and stdout may be one
/// socket: each has a duplicate of its own, as epoll(7) wants.
#[derive(Debug)]
pub(super) struct Socket(AsyncFd<OwnedFd>);

impl Socket {
    #[expect(
        deprecated,
        reason = "safe for an OwnedFd, which keeps its descriptor open and the same; the successor is an unsafe fn"
    )]
    fn new(fd: BorrowedFd<'_>, interest: Interest) -> io::Result<Self> {
        AsyncFd::with_interest(fd.try_clone_to_owned()?, interest).map(Self)
    }
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            let mut ready = ready!(self.0.poll_read_ready(cx))?;
            let space = buf.initialize_unfilled();
            let wanted = space.len();
            let read = ready.try_io(|fd| Ok(recv(fd.as_raw_fd(), space, MsgFlags::MSG_DONTWAIT)?));
            match read {
                Ok(Ok(count)) => {
                    // Less than asked for: the socket is empty. Saying so saves the read that would find nothing.
                    // An end of input that came meanwhile is not forgotten: tokio keeps that readiness.
                    if count > 0 && count < wanted {
                        ready.clear_ready();
                    }
                    buf.advance(count);
                    return Poll::Ready(Ok(()));
                }
                Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(Err(error)) => return Poll::Ready(Err(error)),
                Err(_would_block) => {}
            }
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            let mut ready = ready!(self.0.poll_write_ready(cx))?;
            // a broken pipe is an error here, not a signal: Rust ignores SIGPIPE
            match ready.try_io(|fd| Ok(send(fd.as_raw_fd(), bytes, MsgFlags::MSG_DONTWAIT)?)) {
                Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(result) => return Poll::Ready(result),
                Err(_would_block) => {}
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Input {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Pipe(input) => Pin::new(input).poll_read(cx, buf),
            Self::Socket(input) => Pin::new(input).poll_read(cx, buf),
            Self::Blocking(input) => Pin::new(input).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Output {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Pipe(output) => Pin::new(output).poll_write(cx, bytes),
            Self::Socket(output) => Pin::new(output).poll_write(cx, bytes),
            Self::Blocking(output) => Pin::new(output).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Pipe(output) => Pin::new(output).poll_flush(cx),
            Self::Socket(output) => Pin::new(output).poll_flush(cx),
            Self::Blocking(output) => Pin::new(output).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Pipe(output) => Pin::new(output).poll_shutdown(cx),
            Self::Socket(output) => Pin::new(output).poll_shutdown(cx),
            Self::Blocking(output) => Pin::new(output).poll_shutdown(cx),
        }
    }
}
