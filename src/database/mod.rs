//! How facturo gets to its PostgreSQL.

pub mod private_server;
