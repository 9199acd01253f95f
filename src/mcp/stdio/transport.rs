//! What rmcp reads messages from and writes them to.

use std::collections::{HashSet, VecDeque};
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use rmcp::RoleServer;
use rmcp::model::{
    CancelledNotification, CancelledNotificationParam, ClientNotification, ClientRequest, ErrorData, GetMeta,
    JsonRpcMessage, ProtocolVersion, RequestId, ServerNotification, ServerResult, SubscriptionsListenResult,
};
use rmcp::service::TxJsonRpcMessage;
use rmcp::transport::Transport;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::answer;
use super::lines::{Lines, MAX_LINE, Next};
use super::message::{Received, Unusable, parse};
use super::outbox::Outbox;

/// While so many calls are being worked on, nothing more is read. They share eight connections, so more of them would only
/// wait, in memory, and time out; each of these is reached well within the pool's ten seconds.
const CALLS_AT_ONCE: usize = 256;

type Sent = TxJsonRpcMessage<RoleServer>;

/// A transport that knows which calls are still to be answered, and so can end well: when the input ends, or it is
/// told to stop, it takes nothing more in, lets the calls that it has handed out be answered, and only then reports
/// the end to rmcp (which would otherwise wait for all its tasks, five seconds at the most, whatever they are).
pub(super) struct StdioTransport<R, W> {
    lines: Lines<R>,
    outbox: Arc<Outbox<W>>,
    stop: CancellationToken,
    /// Resolves with `stop`; kept, so that waiting for it costs one registration and not one per message.
    stopped: Pin<Box<WaitForCancellationFutureOwned>>,
    closing: CancellationToken,
    /// Past `initialize`, or past the first request of an era without one.
    begun: bool,
    /// Requests of the client's that wait for an answer, but for subscriptions, which are open until someone ends
    /// them.
    calls: HashSet<RequestId>,
    subscriptions: HashSet<RequestId>,
    /// Requests of ours that the client has not answered.
    asked: HashSet<RequestId>,
    /// What rmcp still gets to read once nothing more comes in.
    last_words: VecDeque<Received>,
    unreadable: u64,
}

impl<R, W> StdioTransport<R, W>
where
    R: AsyncRead + Send + Unpin,
    W: AsyncWrite + Send + Unpin + 'static,
{
    /// Once `stop` is cancelled, nothing more is read. The transport cancels it itself when the output breaks.
    pub(super) fn new(input: R, output: W, stop: CancellationToken) -> Self {
        Self {
            lines: Lines::new(input),
            outbox: Arc::new(Outbox::new(output)),
            stopped: Box::pin(stop.clone().cancelled_owned()),
            stop,
            closing: CancellationToken::new(),
            begun: false,
            calls: HashSet::new(),
            subscriptions: HashSet::new(),
            asked: HashSet::new(),
            last_words: VecDeque::new(),
            unreadable: 0,
        }
    }

    /// Cancelled when nothing more will be read: at end of input, or when told to stop.
    pub(super) fn closing(&self) -> CancellationToken {
        self.closing.clone()
    }

    /// Ends what would stay open for ever: a subscription gets the final result that 2026-07-28 has for an orderly
    /// end («Subscriptions», teardown), a question to the client an error in place of the answer that cannot come.
    fn close_input(&mut self) {
        self.closing.cancel();
        for id in self.subscriptions.drain() {
            let result = SubscriptionsListenResult::complete(id.clone());
            let result = Sent::response(ServerResult::SubscriptionsListenResult(result), id.clone());
            if let Err(error) = self.outbox.push(|out| answer::encode(result, out)) {
                tracing::debug!(%error, "a subscription could not be told that it ends");
            }
            let cancelled = CancelledNotificationParam::new(Some(id), Some("the server is closing".into()));
            let cancelled = ClientNotification::CancelledNotification(CancelledNotification::new(cancelled));
            self.last_words.push_back(Received::notification(cancelled));
        }
        for id in self.asked.drain() {
            let error = ErrorData::internal_error("The client left without an answer.", None);
            self.last_words.push_back(Received::error(error, Some(id)));
        }
    }

    /// One line, parsed. `None` when it was nothing for rmcp.
    fn accept(&mut self, next: Next) -> Option<Received> {
        match next {
            Next::Line(line) => {
                let bytes = line.len();
                match parse(self.lines.get(line)) {
                    Ok(message) => return self.note_received(message),
                    Err(Unusable::Ignored) => {}
                    Err(Unusable::Malformed(why)) => self.warn(why, bytes),
                    Err(Unusable::Unparsed(id)) => {
                        self.warn("a request whose JSON cannot be held; answered so", bytes);
                        self.refuse(ErrorData::parse_error("Parse error", None), Some(id));
                    }
                    Err(Unusable::Invalid(id)) => {
                        self.warn("JSON, but no JSON-RPC message; answered so", bytes);
                        self.refuse(ErrorData::invalid_request("Invalid request", None), id);
                    }
                }
            }
            Next::TooLong => self.warn("too long", MAX_LINE),
            Next::End => self.close_input(),
        }
        None
    }

    /// Reports a line that was dropped, without its content: it may hold anything. A peer that sends nothing else
    /// must not fill the log, so after the eighth only each doubling is told.
    fn warn(&mut self, why: &'static str, bytes: usize) {
        self.unreadable += 1;
        if self.unreadable <= 8 || self.unreadable.is_power_of_two() {
            tracing::warn!(why, bytes, count = self.unreadable, "dropped an unreadable line from stdin");
        }
    }

    fn refuse(&mut self, error: ErrorData, id: Option<RequestId>) {
        let error = Sent::error(error, id);
        // A task of its own, since rmcp drops `receive` whenever it has something else to do.
        tokio::spawn(self.send(error));
    }

    fn note_received(&mut self, message: Received) -> Option<Received> {
        match &message {
            JsonRpcMessage::Request(call)
                if self.calls.contains(&call.id) || self.subscriptions.contains(&call.id) =>
            {
                // nobody could tell their answers apart; without an id this one is not taken for that of the first
                self.refuse(ErrorData::invalid_request("The id of this request is in use", None), None);
                return None;
            }
            JsonRpcMessage::Request(call) => {
                self.begun |= opens_session(&call.request);
                let open = matches!(call.request, ClientRequest::SubscriptionsListenRequest(_));
                let set = if open { &mut self.subscriptions } else { &mut self.calls };
                set.insert(call.id.clone());
            }
            // Before the session rmcp takes requests only, and gives up at anything else. A client that asked
            // `server/discover`, lost patience and cancelled it may well go on with `initialize`.
            _ if !self.begun => {
                tracing::debug!("ignored a message that came before the session");
                return None;
            }
            JsonRpcMessage::Notification(told) => {
                // rmcp sends no answer to a call that has been cancelled.
                if let ClientNotification::CancelledNotification(cancelled) = &told.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    self.calls.remove(id);
                    self.subscriptions.remove(id);
                }
            }
            JsonRpcMessage::Response(answer) => _ = self.asked.remove(&answer.id),
            JsonRpcMessage::Error(answer) => _ = answer.id.as_ref().map(|id| self.asked.remove(id)),
        }
        Some(message)
    }

    fn note_sent(&mut self, message: &Sent) -> io::Result<()> {
        let answered = match message {
            JsonRpcMessage::Response(answer) => Some(&answer.id),
            JsonRpcMessage::Error(answer) => answer.id.as_ref(),
            JsonRpcMessage::Request(_) if self.closing.is_cancelled() => {
                return Err(io::Error::new(io::ErrorKind::NotConnected, "nobody is left to answer"));
            }
            JsonRpcMessage::Request(question) => {
                self.asked.insert(question.id.clone());
                None
            }
            JsonRpcMessage::Notification(told) => {
                if let ServerNotification::CancelledNotification(cancelled) = &told.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    self.asked.remove(id);
                }
                None
            }
        };
        if let Some(id) = answered {
            self.calls.remove(id);
            self.subscriptions.remove(id);
        }
        Ok(())
    }
}

impl<R, W> Transport<RoleServer> for StdioTransport<R, W>
where
    R: AsyncRead + Send + Unpin,
    W: AsyncWrite + Send + Unpin + 'static,
{
    type Error = io::Error;

    /// The message is queued before this returns; the future resolves when it has been written.
    fn send(&mut self, message: Sent) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let queued =
            self.note_sent(&message).and_then(|()| self.outbox.push(|out| answer::encode(message, out)));
        let (outbox, stop) = (self.outbox.clone(), self.stop.clone());
        async move {
            queued?;
            outbox.flush().await.inspect_err(|error| {
                if !stop.is_cancelled() {
                    tracing::warn!(%error, "stdout cannot be written any more; closing");
                    stop.cancel();
                }
            })
        }
    }

    async fn receive(&mut self) -> Option<Received> {
        while !self.closing.is_cancelled() {
            // Calls that have asked the client something wait for what is still to be read. When it is full, nothing is to be
            // waited for here, since rmcp asks again after each message that it sends.
            let full = self.calls.len() >= CALLS_AT_ONCE + self.asked.len();
            let next = tokio::select! {
                biased;
                () = &mut self.stopped => Ok(Next::End),
                next = next_line(&mut self.lines, &self.outbox), if !full => next,
            };
            let next = next.unwrap_or_else(|error| {
                // A host that is killed resets its socket.
                if error.kind() != io::ErrorKind::ConnectionReset {
                    tracing::warn!(%error, "stdin cannot be read any more; closing");
                }
                Next::End
            });
            if let Some(message) = self.accept(next) {
                return Some(message);
            }
        }
        if let Some(message) = self.last_words.pop_front() {
            return Some(message);
        }
        if self.calls.is_empty() {
            return None;
        }
        // rmcp asks again after each message that it sends, so there is nothing to wait for here.
        std::future::pending().await
    }

    async fn close(&mut self) -> io::Result<()> {
        self.outbox.flush().await
    }
}

/// The next line, once there is room for its answer. Lines that wait in the buffer cost a task no time by tokio's
/// account, so they are charged here: after a hundred or so the calls already read get their turn, and a flood of
/// requests does not become a flood of answers in memory.
async fn next_line<R, W>(lines: &mut Lines<R>, outbox: &Outbox<W>) -> io::Result<Next>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    tokio::task::consume_budget().await;
    outbox.room().await;
    lines.next().await
}

/// Whether rmcp leaves its opening phase at this request: at `initialize`, or at one that carries what 2026-07-28
/// wants of each request, `server/discover` excepted.
fn opens_session(request: &ClientRequest) -> bool {
    match request {
        ClientRequest::InitializeRequest(_) => true,
        ClientRequest::PingRequest(_) | ClientRequest::DiscoverRequest(_) => false,
        request => request.get_meta().missing_required_keys(&ProtocolVersion::V_2026_07_28).is_empty(),
    }
}
