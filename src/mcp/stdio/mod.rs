//! MCP over standard input and output, as the specification's «Transports» page has it: one JSON-RPC message per
//! line, UTF-8, nothing else on stdout, logs on stderr.
//!
//! From the outside in: [`serve`] runs a handler until the host leaves or a signal comes; `transport` is what rmcp
//! reads from and writes to; `lines` and `message` turn bytes into messages, `answer` and `outbox` messages into
//! bytes; `streams` knows what kind of file stdin and stdout are.
//!
//! rmcp brings a transport of its own. This one differs where hosts and people notice:
//! - a socket (Node hosts) is served as well as a pipe, without a blocking thread, and no flag that other
//!   processes share is touched;
//! - answers that are ready together leave in one write, and a tool's answer is encoded once for both its places;
//! - at end of input or SIGTERM the calls already read are answered, and nothing else holds up the exit;
//! - a line that cannot be read is reported on stderr, without its content.

mod answer;
mod lines;
mod message;
mod outbox;
mod serve;
mod streams;
mod transport;

#[cfg(any(test, fuzzing))]
pub(super) use self::{lines::split, message::written as messages};
pub use answer::structured;
pub use serve::{END_OF_INPUT_GRACE, serve};
