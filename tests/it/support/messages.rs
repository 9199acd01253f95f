//! Lines that a host writes, in both eras of the protocol.

use serde_json::{Value, json};

pub(crate) fn request(id: i64, method: &str, params: Value) -> String {
    format!("{}\n", json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))
}

pub(crate) fn call(id: i64, tool: &str, arguments: Value) -> String {
    request(id, "tools/call", json!({"name": tool, "arguments": arguments}))
}

/// The opening of an era with a handshake.
pub(crate) fn initialize(id: i64) -> String {
    initialize_with(id, &json!({"roots": {}}))
}

/// The same of a client that can do this.
pub(crate) fn initialize_with(id: i64, capabilities: &Value) -> String {
    let params = json!({
        "protocolVersion": "2025-11-25",
        "capabilities": capabilities,
        "clientInfo": {"name": "test", "version": "0"},
    });
    request(id, "initialize", params) + "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n"
}

/// A request of the era without one.
pub(crate) fn stateless(id: i64, method: &str, params: Value) -> String {
    stateless_with(id, method, params, &json!({}))
}

/// The same of a client that can do this.
pub(crate) fn stateless_with(id: i64, method: &str, mut params: Value, capabilities: &Value) -> String {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "0"},
        "io.modelcontextprotocol/clientCapabilities": capabilities,
    });
    request(id, method, params)
}
