//! facturo: invoicing by conversation. See ARCHITECTURE.md for the map; the modules stand in reading order.

pub mod database;
pub mod error;
pub mod mcp;
