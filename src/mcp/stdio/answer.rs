//! What a tool answered, on its way out. It is JSON already, and goes out twice: as structured content, and as a text that
//! is the same JSON. rmcp's result holds structured content as a tree, so each answer would be parsed into one and
//! written again. Here the text travels alone, and its bytes are put in where the structured content belongs.

use rmcp::{
    model::{CallToolResult, ContentBlock, JsonObject, JsonRpcMessage, ServerResult},
    service::TxJsonRpcMessage,
};
use serde::ser::Error as _;
use serde_json::Value;

type Sent = TxJsonRpcMessage<rmcp::RoleServer>;

/// Where the text is to be put in, first as a string and then as structure. No answer of a tool is empty.
const TEXT: &str = r#""text":"""#;
const STRUCTURE: &str = r#""structuredContent":{}"#;

/// The result for an answer that is a JSON object on one line. Only [`encode`] makes it whole.
pub fn structured(json: String) -> CallToolResult {
    let mut result = CallToolResult::success(vec![ContentBlock::text(json)]);
    result.structured_content = Some(Value::Object(JsonObject::new()));
    result
}

/// The message as one line (serde_json writes no newline of its own).
pub(super) fn encode(mut message: Sent, out: &mut Vec<u8>) -> serde_json::Result<()> {
    let Some(json) = take_text(&mut message) else { return serde_json::to_writer(out, &message) };
    let frame = serde_json::to_string(&message)?;
    // neither is found within a string, where quotes are escaped
    let parts = frame.split_once(TEXT).and_then(|(start, rest)| Some((start, rest.split_once(STRUCTURE)?)));
    let Some((start, (middle, end))) = parts else {
        return Err(serde_json::Error::custom("rmcp has come to write results in another way"));
    };
    out.reserve(frame.len() + 3 * json.len());
    out.extend_from_slice(start.as_bytes());
    out.extend_from_slice(TEXT.trim_end_matches('"').as_bytes());
    quote(&json, out);
    out.extend_from_slice(middle.as_bytes());
    out.extend_from_slice(STRUCTURE.trim_end_matches("{}").as_bytes());
    out.extend_from_slice(json.as_bytes());
    out.extend_from_slice(end.as_bytes());
    Ok(())
}

/// As a JSON string. serde_json would look for control characters too, of which its own output has none.
fn quote(json: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in json.bytes() {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// The text of a result that [`structured`] made.
fn take_text(message: &mut Sent) -> Option<String> {
    let JsonRpcMessage::Response(response) = message else { return None };
    let ServerResult::CallToolResult(result) = &mut response.result else { return None };
    if !result.structured_content.as_ref()?.as_object()?.is_empty() {
        return None;
    }
    match result.content.first_mut()? {
        ContentBlock::Text(content) => Some(std::mem::take(&mut content.text)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rmcp::model::RequestId;
    use serde_json::json;

    use super::*;

    fn encoded(result: CallToolResult) -> Value {
        let message = Sent::response(ServerResult::CallToolResult(result), RequestId::Number(7));
        let mut out = b"before\n".to_vec();
        encode(message, &mut out).unwrap();
        serde_json::from_slice(out.strip_prefix(b"before\n").unwrap()).unwrap()
    }

    #[test]
    fn an_answer_goes_out_as_structure_and_as_the_same_text() {
        let trap = r#""text":"","structuredContent":{}"#;
        let answer = json!({ "summary": "1 client.", "name": format!("ñ \"quoted\" \\ \u{1} {trap}") });
        let sent = encoded(structured(answer.to_string()));
        assert_eq!((&sent["id"], &sent["result"]["isError"]), (&json!(7), &json!(false)));
        assert_eq!(sent["result"]["structuredContent"], answer);
        assert_eq!(sent["result"]["content"][0]["text"], json!(answer.to_string()));
    }

    #[test]
    fn other_results_stay_as_they_are() {
        let refused = encoded(CallToolResult::error(vec![ContentBlock::text("no")]));
        assert_eq!(
            (&refused["result"]["isError"], refused["result"].get("structuredContent")),
            (&json!(true), None)
        );
        let mut whole = structured("{}".into());
        whole.structured_content = Some(json!({ "a": 1 }));
        assert_eq!(encoded(whole)["result"]["structuredContent"], json!({ "a": 1 }));
    }
}
