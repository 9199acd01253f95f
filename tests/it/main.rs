//! One integration binary, a module per part.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails, helpers included"
)]

mod stdio;
