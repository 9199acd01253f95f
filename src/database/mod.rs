//! How facturo gets to its PostgreSQL.
