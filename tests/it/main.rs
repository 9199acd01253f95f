//! The integration tests: one binary, a module per theme.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)] // in tests and their helpers, to fail is to panic

mod private_server;
mod scratch;
