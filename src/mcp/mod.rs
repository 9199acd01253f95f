//! The MCP surface: the only module that knows rmcp.

pub mod stdio;
