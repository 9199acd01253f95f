//! Lines into messages, as lenient as rmcp's own transport (`AsyncRwTransport`), and as silent where JSON-RPC 2.0
//! forbids an answer.

use rmcp::RoleServer;
use rmcp::model::{
    CallToolRequest, CallToolRequestMethod, CallToolRequestParams, ClientRequest, Extensions,
    JsonRpcVersion2_0, RequestId,
};
use rmcp::service::RxJsonRpcMessage;
use serde::Deserialize;
use serde_json::Value;

pub(super) type Received = RxJsonRpcMessage<RoleServer>;

/// Why a line is nothing for rmcp.
pub(super) enum Unusable {
    /// Nothing to do and nothing to say: a blank line, or a notification that is not MCP's.
    Ignored,
    /// No JSON. There is no id to answer to, and a peer that echoes errors would start a storm.
    Malformed(&'static str),
    /// No JSON that can be held, but a request whose id can be read: answered with «Parse error».
    Unparsed(RequestId),
    /// JSON, but no JSON-RPC message: answered with «Invalid Request», under its id where it has a usable one.
    Invalid(Option<RequestId>),
}

pub(super) fn parse(line: &[u8]) -> Result<Received, Unusable> {
    // RFC 8259 §8.1 lets a parser ignore a byte order mark; some editors and Windows tools write one.
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line).trim_ascii();
    if line.is_empty() {
        return Err(Unusable::Ignored);
    }
    let text = std::str::from_utf8(line).map_err(|_| Unusable::Malformed("not UTF-8"))?;
    if let Ok(call) = serde_json::from_str::<ToolCall>(text) {
        return Ok(call.into());
    }
    serde_json::from_str(text).map_err(|error| {
        if error.is_syntax() || error.is_eof() { unreadable(text) } else { unrecognised(text) }
    })
}

/// JSON that cannot be held, such as half a surrogate pair, a number beyond any float or a depth beyond any use, is still
/// a request where its id can be read: its sender waits for an answer.
fn unreadable(text: &str) -> Unusable {
    match serde_json::from_str::<Outline>(text) {
        Ok(Outline { id, .. }) => Unusable::Unparsed(id),
        Err(_) => Unusable::Malformed("not JSON"),
    }
}

#[derive(Deserialize)]
struct Outline {
    id: RequestId,
    #[serde(rename = "method")]
    _method: String,
}

fn unrecognised(text: &str) -> Unusable {
    // Deeper than serde_json goes, or a number that it cannot hold.
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return unreadable(text);
    };
    let is_call = value.get("method").is_some_and(Value::is_string);
    match value.get("id") {
        // JSON-RPC 2.0 §4.1: a notification is never answered.
        None if is_call => Unusable::Ignored,
        // An answer under the id of what may be a response would be taken for the answer to a request of the peer's.
        Some(id) if is_call => Unusable::Invalid(serde_json::from_value(id.clone()).ok()),
        _ => Unusable::Invalid(None),
    }
}

/// A call of a tool with nothing unusual about it. rmcp tries every kind of message in turn, each from a buffered
/// copy; naming the one that nearly every line is saves nearly half of the instructions that a call costs. What does
/// not fit goes the long way.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToolCall {
    #[serde(rename = "jsonrpc")]
    _version: JsonRpcVersion2_0,
    id: RequestId,
    method: CallToolRequestMethod,
    params: CallToolRequestParams,
}

impl From<ToolCall> for Received {
    fn from(ToolCall { id, method, mut params, .. }: ToolCall) -> Self {
        // Where rmcp puts it, and looks for it.
        let mut extensions = Extensions::new();
        if let Some(meta) = params.meta.take() {
            extensions.insert(meta);
        }
        let mut request = CallToolRequest::new(params);
        (request.method, request.extensions) = (method, extensions);
        Self::request(ClientRequest::CallToolRequest(request), id)
    }
}

/// A message as it would be written; none where the line is none.
#[cfg(any(test, fuzzing))]
pub(in crate::mcp) fn written(line: &[u8]) -> Option<String> {
    serde_json::to_string(&parse(line).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn says(line: impl AsRef<[u8]>) -> String {
        match parse(line.as_ref()) {
            Ok(message) => serde_json::to_string(&message).unwrap(),
            Err(Unusable::Ignored) => "ignored".into(),
            Err(Unusable::Malformed(why)) => why.into(),
            Err(Unusable::Unparsed(id)) => format!("unparsed {}", serde_json::to_string(&id).unwrap()),
            Err(Unusable::Invalid(id)) => format!("invalid {}", serde_json::to_string(&id).unwrap()),
        }
    }

    #[test]
    fn messages_are_read_with_what_editors_put_around_them() {
        let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
        for line in [ping.to_owned(), format!("\u{feff}{ping}\r"), format!("  {ping} ")] {
            assert!(says(&line).contains("ping"), "{line}");
        }
        assert!(says(r#"{"jsonrpc":"2.0","id":"a","method":"no/such/method"}"#).contains("no/such/method"));
    }

    #[test]
    fn what_needs_no_answer_is_ignored() {
        for line in
            ["", " \t\r", r#"{"method":"$/setTrace","params":{"value":"off"}}"#, r#"{"method":"ping"}"#]
        {
            assert_eq!(says(line), "ignored", "{line}");
        }
    }

    #[test]
    fn what_is_no_json_is_malformed() {
        for line in ["hello", "{", r#"{"jsonrpc":"2.0","id":1,"meth"#, r#"{"jsonrpc":"2.0"} x"#] {
            assert_eq!(says(line), "not JSON", "{line}");
        }
        assert_eq!(says(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}"), "not UTF-8");
        let deep = format!(r#"{{"params":{}{},"id":7,"method":"x"}}"#, "[".repeat(500), "]".repeat(500));
        assert_eq!(says(&deep), "unparsed 7");
        for params in [r#"{"name":"half \ud83d emoji"}"#, r#"{"n":1e400}"#] {
            let line = format!(r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{params}}}"#);
            assert_eq!(says(&line), "unparsed 7", "{line}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(says(&deep), "not JSON");
    }

    #[test]
    fn what_is_no_message_is_invalid_under_its_own_id() {
        for (line, id) in [
            (r#"{"foo":"bar"}"#, "null"),
            ("3", "null"),
            ("[]", "null"),
            (r#"{"jsonrpc":"2.0","id":1.5,"method":"tools/list"}"#, "null"),
            (r#"{"jsonrpc":"2.0","id":null,"method":"tools/list"}"#, "null"),
            (r#"{"jsonrpc":"1.0","id":7,"method":"tools/list"}"#, "7"),
            (r#"{"id":"x","method":"tools/list"}"#, "\"x\""),
            (r#"{"jsonrpc":"2.0","id":7,"result":{},"error":{}}"#, "null"),
        ] {
            assert_eq!(says(line), format!("invalid {id}"), "{line}");
        }
    }

    #[test]
    fn the_short_way_and_the_long_way_read_the_same() {
        let params = [
            r#"{"name":"a"}"#,
            r#"{"name":"a","arguments":{}}"#,
            r#"{"name":"a","arguments":null,"_meta":null}"#,
            r#"{"arguments":{"n":1e3,"big":12345678901234567890,"x":-0.10,"x":{"y":[null,"\u00e9\n"]}},"name":"a\"b"}"#,
            r#"{"name":"a","_meta":{"progressToken":7,"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}"#,
            r#"{"name":"a","task":{"ttl":1},"unheardOf":[1]}"#,
            r#"{"name":"a","requestState":"s","inputResponses":{"q":{"action":"accept","content":{"ok":true}}}}"#,
        ];
        for id in ["1", "-1", "\"x\"", "9007199254740993"] {
            for params in params {
                let line =
                    format!(r#"{{"method":"tools/call","params":{params},"jsonrpc":"2.0","id":{id}}}"#);
                let short = Received::from(serde_json::from_str::<ToolCall>(&line).unwrap());
                let long = serde_json::from_str::<Received>(&line).unwrap();
                // Debug shows the extensions' types, JSON what is in them.
                assert_eq!(format!("{short:?}"), format!("{long:?}"));
                assert_eq!(serde_json::to_string(&short).unwrap(), serde_json::to_string(&long).unwrap());
            }
        }
    }

    #[test]
    fn what_is_unusual_goes_the_long_way() {
        for line in [
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"},"result":{}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#,
            r#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"a"}}"#,
            r#"{"jsonrpc":"2.0","id":null,"method":"tools/call","params":{"name":"a"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"name":"a"}}"#,
        ] {
            assert!(serde_json::from_str::<ToolCall>(line).is_err(), "{line}");
        }
    }
}
