//! What a tool answered, on its way out. It is JSON already, and goes out twice: as structured content, and as a text that
//! is the same JSON. rmcp's result holds structured content as a tree, so each answer would be parsed into one and
//! written again. Here the text travels alone, and its bytes are put in where the structured content belongs.

use rmcp::{
    model::{CallToolResult, ContentBlock, JsonObject, JsonRpcMessage, ServerResult},
    service::TxJsonRpcMessage,
};
use serde_json::Value;

type Sent = TxJsonRpcMessage<rmcp::RoleServer>;

/// Stands where the text is to be put in. No answer of a tool is an empty object.
const PLACE: &[u8] = br#""structuredContent":{}"#;

/// The result for an answer that is a JSON object. Only [`encode`] makes it whole.
pub fn structured(json: String) -> CallToolResult {
    let mut result = CallToolResult::success(vec![ContentBlock::text(json)]);
    result.structured_content = Some(Value::Object(JsonObject::new()));
    result
}

/// The message as one line (serde_json writes no newline of its own).
pub(super) fn encode(message: &Sent, out: &mut Vec<u8>) -> serde_json::Result<()> {
    serde_json::to_writer(&mut *out, message)?;
    if let Some(json) = unplaced(message) {
        // Within a string the quotes would be escaped. What follows the content is short, so this looks from the end.
        let place = out.windows(PLACE.len()).rposition(|window| window == PLACE);
        if let Some(start) = place {
            out.splice(start + PLACE.len() - "{}".len()..start + PLACE.len(), json.bytes());
        }
    }
    Ok(())
}

/// The text of a result that [`structured`] made.
fn unplaced(message: &Sent) -> Option<&str> {
    let JsonRpcMessage::Response(response) = message else { return None };
    let ServerResult::CallToolResult(result) = &response.result else { return None };
    let stands_for_text = result.structured_content.as_ref()?.as_object()?.is_empty();
    result.content.first()?.as_text().filter(|_| stands_for_text).map(|content| content.text.as_str())
}

#[cfg(test)]
mod tests {
    use rmcp::model::RequestId;
    use serde_json::json;

    use super::*;

    fn encoded(result: CallToolResult) -> Value {
        let message = Sent::response(ServerResult::CallToolResult(result), RequestId::Number(7));
        let mut out = b"before\n".to_vec();
        encode(&message, &mut out).unwrap();
        serde_json::from_slice(out.strip_prefix(b"before\n").unwrap()).unwrap()
    }

    #[test]
    fn an_answer_goes_out_as_structure_and_as_the_same_text() {
        let trap = r#""structuredContent":{}"#;
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
