//! The integration tests: one binary, since each further one would be linked anew.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)] // a panic is how a test fails

mod house;
