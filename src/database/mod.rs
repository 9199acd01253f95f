//! How facturo gets to its PostgreSQL.

pub mod migrate;
pub mod pool;
