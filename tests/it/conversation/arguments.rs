//! How arguments are read: leniently where models vary, by name where they are wrong.

use serde_json::{Value, json};

use crate::support::messages;
use crate::support::office::{Office, assert_fields, with};

#[test]
fn an_unknown_argument_of_any_tool_is_refused_by_name_with_those_it_has() {
    let mut office = Office::open();
    for tool in office.tools() {
        let name = tool["name"].as_str().unwrap();
        let known: Vec<_> =
            tool["inputSchema"]["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        let words = [&["colour", "is not an argument"][..], &known].concat();
        office.refuses(name, json!({"colour": "blue"}), &words);
    }
    let client = office.client("Ana");
    let lines = json!([{"description": "x", "unit_price": 1, "colour": "blue"}]);
    office.refuses(
        "create_invoice",
        json!({"client_id": client, "lines": lines}),
        &["lines[0]", "colour", "unit_price"],
    );
}

#[test]
fn every_required_argument_is_asked_for_by_name() {
    let mut office = Office::open();
    for tool in office.tools() {
        let required = tool["inputSchema"]["required"].as_array().cloned().unwrap_or_default();
        let Some(first) = required.first().and_then(Value::as_str) else { continue };
        office.refuses(tool["name"].as_str().unwrap(), json!({}), &[first, "is required"]);
    }
}

#[test]
fn numbers_come_as_strings_or_json_numbers_of_up_to_15_digits() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let new = |net: Value| json!({"client_id": client, "net_amount": net, "description": "x", "tax_category": "zero"});
    for (net, total) in [
        (json!(10), "10.00"),
        (json!(10.5), "10.50"),
        (json!("10.50"), "10.50"),
        (json!(" 7 "), "7.00"),
        (json!(9_999_999_999_999.99_f64), ""),
        (json!(999_999_999_999_i64), "999999999999.00"),
        (json!("999999999999.99"), "999999999999.99"),
    ] {
        if total.is_empty() {
            office.refuses("create_invoice", new(net), &["net_amount", "too large"]);
        } else {
            assert_eq!(office.call("create_invoice", new(net))["total"], total);
        }
    }
    for number in ["1234567890123456", "123456789012.3456", "12345678901234567890", "0.1234567890123456"] {
        let number: Value = serde_json::from_str(number).unwrap();
        office.refuses("create_invoice", new(number), &["net_amount", "15 digits", "string"]);
    }
    for bad in [
        json!("1e3"),
        json!("1,5"),
        json!("12 €"),
        json!(true),
        json!([1]),
        json!({"amount": 1}),
        json!("-0.01"),
    ] {
        office.refuses("create_invoice", new(bad), &["net_amount"]);
    }
}

#[test]
fn lines_may_come_as_the_json_text_of_lines() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let lines = r#"[{"description": "A", "unit_price": "1.5", "quantity": 2, "tax_category": "zero"}]"#;
    let made = office.call("create_invoice", json!({"client_id": client, "lines": lines}));
    assert_eq!(made["total"], "3.00");
    for bad in ["two hours of work", "[", "{}"] {
        office.refuses("create_invoice", json!({"client_id": client, "lines": bad}), &["lines"]);
    }
}

#[test]
fn ids_flags_and_texts_come_in_the_types_that_models_use() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let new = json!({"client_id": client.to_string(), "net_amount": 1, "description": 2026, "issue": "true"});
    let made = office.call("create_invoice", new);
    assert_fields(&made, json!({"status": "pending"}));
    assert_eq!(made["lines"][0]["description"], "2026");
    assert_eq!(office.call("get_client", json!({"client_id": 1.0}))["id"], 1);
    assert_eq!(office.call("get_invoice", json!({"invoice_id": 1.0}))["id"], 1);
    let terms = json!({"client_id": client, "payment_terms_days": 15.0});
    assert_eq!(office.call("update_client", terms)["payment_terms_days"], 15);
    for bad in [json!("ana"), json!(1.5), json!(true), json!([1]), json!("9223372036854775808")] {
        office.refuses("get_client", json!({"client_id": bad}), &["client_id", "integer"]);
    }
    for bad in [json!("yes"), json!(1)] {
        office.refuses(
            "archive_client",
            json!({"client_id": client, "archived": bad}),
            &["archived", "false brings it back"],
        );
    }
}

#[test]
fn an_argument_that_is_null_counts_as_absent() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let new = json!({
        "client_id": client, "net_amount": 1, "description": "x", "lines": null, "due_date": null, "issue": null,
        "external_number": null, "idempotency_key": null,
    });
    assert_eq!(office.call("create_invoice", new)["status"], "draft");
    let kept = office.call("update_client", json!({"client_id": client, "name": null, "city": null}));
    assert_eq!(kept["version"], 1);
    office.call("find_clients", json!({"query": null, "limit": null, "cursor": null}));
}

#[test]
fn lines_are_refused_by_their_place() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let good = json!({"description": "x", "unit_price": 1});
    for (change, field, words) in [
        (json!({"description": ""}), "description", "1 to 200"),
        (json!({"description": null}), "description", ""),
        (json!({"quantity": 0}), "quantity", "zero"),
        (json!({"quantity": "1.1234567"}), "quantity", "6 decimals"),
        (json!({"quantity": "many"}), "quantity", "a number"),
        (json!({"unit_price": -1}), "unit_price", "quantity negative"),
        (json!({"unit_price": "0.0000001"}), "unit_price", "6 decimals"),
        (json!({"unit_price": "1000000000000"}), "unit_price", "12 digits"),
        (json!({"unit_price": "999999999999", "quantity": 2}), "net", "1000000000000"),
        (json!({"discount_percent": 101}), "discount_percent", "0 to 100"),
        (json!({"tax_rate": "-1"}), "tax_rate", "0 to 100"),
        (json!({"tax_rate": "21 %"}), "tax_rate", "a number"),
    ] {
        let new = json!({"client_id": client, "lines": [good, with(good.clone(), change)]});
        office.refuses("create_invoice", new, &[&format!("lines[1].{field}"), words]);
    }
    let minus = json!([{"description": "x", "unit_price": 1, "quantity": -1}]);
    for (lines, words) in [
        (json!([]), ["lines", "1 to 500"]),
        (json!(vec![good.clone(); 501]), ["lines", "there are 501"]),
        (minus, ["lines", "add up to -1.21 EUR"]),
    ] {
        office.refuses("create_invoice", json!({"client_id": client, "lines": lines}), &words);
    }
    office.call("create_invoice", json!({"client_id": client, "lines": vec![good; 500]}));
}

#[test]
fn contents_are_given_one_way() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let lines = json!([{"description": "x", "unit_price": 1}]);
    for (content, field, words) in [
        (json!({}), "lines", "net_amount with a description"),
        (json!({"lines": lines, "net_amount": 1}), "net_amount", "together with lines"),
        (json!({"description": "x"}), "description", "without lines or net_amount"),
        (json!({"tax_rate": 21}), "tax_rate", "without lines or net_amount"),
        (json!({"net_amount": 1}), "description", "is missing"),
        (json!({"net_amount": 1, "description": "x", "tax_rate": 101}), "tax_rate", "0 to 100"),
        (json!({"lines": lines, "currency": "EURO"}), "currency", "ISO 4217"),
        (json!({"lines": lines, "issue_date": "1/2/2026"}), "issue_date", "YYYY-MM-DD"),
        (
            json!({"lines": lines, "issue_date": "2026-03-02", "due_date": "2026-03-01"}),
            "due_date",
            "2026-03-02 or later",
        ),
        (json!({"lines": lines, "issue_date": "2999-01-01", "issue": true}), "issue_date", "in the future"),
        (json!({"lines": lines, "notes": "\u{0}"}), "notes", "control characters"),
        (json!({"lines": lines, "internal_notes": "x".repeat(4001)}), "internal_notes", "1 to 4000"),
    ] {
        office.refuses("create_invoice", with(json!({"client_id": client}), content), &[field, words]);
    }
    // what lines cannot have beside them they cannot have beside them anywhere
    for beside in ["description", "tax_rate"] {
        let new = json!({"client_id": client, "lines": lines, beside: "21"});
        office.refuses("create_invoice", new, &[beside, "lines"]);
    }
}

#[test]
fn an_unknown_tool_and_missing_arguments_are_answered() {
    let mut office = Office::open();
    let answer = office.request("tools/call", json!({"name": "get_bussiness", "arguments": {}}));
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
    assert!(answer["error"]["message"].as_str().unwrap().contains("tools/list"), "{answer}");
    let answer = office.request("tools/callx", json!({}));
    assert_eq!(answer["error"]["code"], -32601, "{answer}");
    let told = answer["error"]["message"].as_str().unwrap();
    assert!(told.contains("there is no method \"tools/callx\"") && told.contains("tools/list"), "{answer}");
    let bare = office.request("tools/call", json!({"name": "get_business"}));
    assert_eq!(bare["result"]["structuredContent"]["id"], 1, "{bare}");
    office.host.write(messages::request(
        9_999,
        "tools/call",
        json!({"name": "get_business", "arguments": "none"}),
    ));
    assert!(office.answer_to(9_999)["error"].is_object());
}

#[test]
fn what_was_sent_comes_back_in_short() {
    let mut office = Office::open();
    let long = "ñ".repeat(300_000);
    for (tool, arguments) in [
        ("get_client", json!({"client_id": long})),
        ("get_business", json!({long.clone(): 1})),
        ("get_invoice", json!({"invoice_id": "9".repeat(300_000)})),
        ("create_invoice", json!({"client_id": 1, "net_amount": long, "description": "x"})),
        ("list_invoices", json!({"cursor": long})),
        ("list_invoices", json!({"currency": long, "status": long})),
    ] {
        let text = office.refuse(tool, arguments);
        assert!(text.len() < 1_500, "{tool} answers {} bytes", text.len());
    }
    let error = office.read_resource(&format!("facturo://{long}")).unwrap_err();
    assert!(error["message"].as_str().unwrap().len() < 1_500);
    let error = office.request("tools/call", json!({"name": long}));
    assert!(error["error"]["message"].as_str().unwrap().len() < 1_500);
}

#[test]
fn what_goes_with_a_single_line_is_refused_by_its_name() {
    let mut office = Office::open();
    let client = office.client("Ana");
    for (field, value) in [
        ("description", "Work"),
        ("tax_category", "exempt"),
        ("tax_rate", "21"),
        ("exemption", "E1"),
        ("surcharge_rate", "5.2"),
        ("withholding_rate", "15"),
    ] {
        let lines =
            json!({"client_id": client, "lines": [{"description": "x", "unit_price": 1}], field: value});
        office.refuses("create_invoice", lines, &[&format!("{field}: is of the single line")]);
        let nothing = json!({"client_id": client, field: value});
        office.refuses(
            "create_invoice",
            nothing,
            &[&format!("{field}: was given without lines or net_amount")],
        );
    }
}
