//! Lines into messages, as lenient as rmcp's own transport (`AsyncRwTransport`), and as silent where JSON-RPC 2.0
//! forbids an answer.

use rmcp::RoleServer;
use rmcp::model::RequestId;
use rmcp::service::RxJsonRpcMessage;
use serde_json::Value;

pub(super) enum Parsed {
    Message(Box<RxJsonRpcMessage<RoleServer>>),
    /// Nothing to do and nothing to say: a blank line, or a notification that is not MCP's.
    Ignored,
    /// No JSON. There is no id to answer to, and a peer that echoes errors would start a storm.
    Malformed(&'static str),
    /// JSON, but no JSON-RPC message: answered with «Invalid Request», under its id where it has a usable one.
    Invalid(Option<RequestId>),
}

pub(super) fn parse(line: &[u8]) -> Parsed {
    // RFC 8259 §8.1 lets a parser ignore a byte order mark; some editors and Windows tools write one.
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line).trim_ascii();
    if line.is_empty() {
        return Parsed::Ignored;
    }
    let Ok(text) = std::str::from_utf8(line) else {
        return Parsed::Malformed("not UTF-8");
    };
    match serde_json::from_str(text) {
        Ok(message) => Parsed::Message(Box::new(message)),
        Err(error) if error.is_syntax() || error.is_eof() => Parsed::Malformed("not JSON"),
        Err(_) => unrecognised(text),
    }
}

fn unrecognised(text: &str) -> Parsed {
    // Deeper than serde_json goes, or a number that it cannot hold.
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return Parsed::Malformed("not JSON");
    };
    let is_call = value.get("method").is_some_and(Value::is_string);
    match value.get("id") {
        // JSON-RPC 2.0 §4.1: a notification is never answered.
        None if is_call => Parsed::Ignored,
        // An answer under the id of what may be a response would be taken for the answer to a request of the peer's.
        Some(id) if is_call => Parsed::Invalid(serde_json::from_value(id.clone()).ok()),
        _ => Parsed::Invalid(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn says(line: impl AsRef<[u8]>) -> String {
        match parse(line.as_ref()) {
            Parsed::Message(message) => serde_json::to_string(&message).unwrap(),
            Parsed::Ignored => "ignored".into(),
            Parsed::Malformed(why) => why.into(),
            Parsed::Invalid(id) => format!("invalid {}", serde_json::to_string(&id).unwrap()),
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
}
