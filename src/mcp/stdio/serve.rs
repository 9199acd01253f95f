//! A session over standard input and output, from its first byte to the exit.

use std::time::Duration;

use rmcp::ServerHandler;
use rmcp::service::{QuitReason, ServerInitializeError};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::streams::{Input, Output};
use super::transport::StdioTransport;
use crate::error::{Error, Result};

/// How long calls may go on after the end of input, so that a script which writes its requests and closes gets its
/// answers: longer than any one statement may take, though not than a call of several statements or tries at a database
/// that hangs. A host that is in a hurry sends SIGTERM.
pub const END_OF_INPUT_GRACE: Duration = Duration::from_secs(30);

/// Serves `handler` on stdin and stdout until the end of input, SIGTERM or SIGINT.
///
/// - **End of input**, at any point of the protocol and also before it begins, is a normal end. Calls that were
///   read are answered first, within [`END_OF_INPUT_GRACE`].
/// - **SIGTERM, SIGINT**: nothing more is read; running calls are answered, within `shutdown_grace`. A second signal
///   ends it at once.
/// - Open subscriptions get their final result, and requests to the client that wait for an answer fail, so that
///   neither holds up the exit.
/// - **stdout breaks** (the host is gone): as at end of input; the answers are lost.
///
/// When the grace is over, what is unanswered is given up with a warning, and its tasks go on until the runtime is
/// shut down.
///
/// # How main ends
/// Where stdin is a file or a terminal, a thread may be left in read(2), which nothing can interrupt, and dropping
/// the runtime would wait for it. So main calls `Runtime::shutdown_background` and returns its `ExitCode`.
///
/// # Errors
/// When the signals cannot be watched, or the client opens with something that is not MCP.
pub async fn serve<S: ServerHandler>(handler: S, shutdown_grace: Duration) -> Result<()> {
    let mut signals = Signals::new()?;
    let stop = CancellationToken::new();
    let transport = StdioTransport::new(Input::stdin(), Output::stdout(), stop.clone());
    let closing = transport.closing();
    let mut session = std::pin::pin!(run(handler, transport));
    let mut deadline: Option<Instant> = None;
    let mut signalled = false;
    loop {
        tokio::select! {
            result = &mut session => return result,
            name = signals.next() => {
                if signalled {
                    tracing::warn!(signal = name, "asked again to stop; running calls are given up");
                    return Ok(());
                }
                signalled = true;
                tracing::info!(signal = name, "asked to stop; running calls are finished first");
                deadline = Some(Instant::now() + shutdown_grace);
                stop.cancel();
            }
            () = closing.cancelled(), if deadline.is_none() => {
                deadline = Some(Instant::now() + END_OF_INPUT_GRACE);
            }
            () = until(deadline) => {
                tracing::warn!("calls that are still running are given up");
                return Ok(());
            }
        }
    }
}

async fn run<S, R, W>(handler: S, transport: StdioTransport<R, W>) -> Result<()>
where
    S: ServerHandler,
    StdioTransport<R, W>: rmcp::transport::Transport<rmcp::RoleServer, Error = std::io::Error> + 'static,
{
    let running = match rmcp::serve_server(handler, transport).await {
        Ok(running) => running,
        Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        // The transport has said so already.
        Err(ServerInitializeError::TransportError { .. }) => return Ok(()),
        Err(ServerInitializeError::InitializeFailed(error)) => {
            return Err(Error::invalid(
                "initialize",
                error.message,
                "a protocol version that facturo speaks",
            ));
        }
        Err(ServerInitializeError::ExpectedInitializeRequest(_)) => {
            return Err(Error::invalid(
                "the first message",
                "it does not open an MCP session",
                "initialize, or a request of MCP 2026-07-28",
            ));
        }
        Err(error) => return Err(Error::internal("opening the MCP session", error)),
    };
    match running.waiting().await {
        Ok(QuitReason::JoinError(error)) | Err(error) => Err(Error::internal("the MCP session", error)),
        Ok(_) => Ok(()),
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> Result<Self> {
        let watch = |kind| signal(kind).map_err(|error| Error::internal("watching for signals", error));
        Ok(Self { terminate: watch(SignalKind::terminate())?, interrupt: watch(SignalKind::interrupt())? })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
