//! Serving MCP on stdin and stdout, as hosts see it: a child process, streams of each kind, and every way to end.

mod ending;
mod host;
mod reading;
mod server;
mod sessions;
