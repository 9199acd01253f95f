//! What goes wrong on the way to PostgreSQL and in it: what is acknowledged is there once, what is refused is not, and a call
//! is answered in bounded time.

mod commits;
mod connections;
mod hangs;
mod pooler;
mod server;
mod standby;
mod tally;
mod tls;
