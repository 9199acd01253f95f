//! The surface that assistants see. The only room that knows rmcp: it opens and commits transactions, calls services to
//! write and repositories to read.

mod args;
mod confirmation;
mod envelope;
#[cfg(any(test, fuzzing))]
pub mod hostile;
mod resources;
mod retry;
mod schema;
pub mod server;
pub mod stdio;
mod tool;
pub mod tools;
mod views;
