//! The integration tests: one binary, a module per theme.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails, helpers included"
)]

mod access;
mod backup;
mod check;
mod confirmation;
mod conversation;
mod demo;
mod endurance;
mod faults;
mod house;
mod law;
mod private_server;
mod records;
mod repository;
mod roles;
mod schema;
mod scratch;
mod stdio;
mod support;
mod surface;
mod upgrade;
