//! expected_version: a change that was decided on older facts is refused.

use serde_json::{Value, json};

use crate::support::office::{Office, with};

#[test]
fn every_change_refuses_to_be_made_on_another_version() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let (draft, issued, deletable) =
        (office.draft(client, "1"), office.issued(client, "2"), office.client("Eva"));
    let (unpaid, wrong) = (office.issued(client, "3"), office.issued(client, "4"));
    // each with the version that stands
    let changes: Vec<(&str, Value, i64)> = vec![
        ("update_business", json!({"legal_name": "Us"}), 1),
        ("update_client", json!({"client_id": client, "city": "Jaén"}), 1),
        ("archive_client", json!({"client_id": client, "archived": true}), 2),
        ("archive_client", json!({"client_id": client, "archived": false}), 3),
        ("delete_client", json!({"client_id": deletable}), 1),
        ("update_invoice", json!({"invoice_id": draft, "notes": "n"}), 1),
        ("issue_invoice", json!({"invoice_id": draft}), 2),
        ("record_payment", json!({"invoice_id": issued, "amount": 1}), 1),
        ("reverse_payment", json!({"payment_id": 1, "reason": "x"}), 2),
        ("cancel_invoice", json!({"invoice_id": unpaid, "reason": "x"}), 1),
        ("correct_invoice", json!({"invoice_id": wrong, "reason": "x"}), 1),
    ];
    for (tool, arguments, version) in changes {
        for other in [version - 1, version + 1] {
            let stale = with(arguments.clone(), json!({"expected_version": other}));
            let words =
                &["changed meanwhile", &format!("at version {version}, not {other}"), "Read it again"];
            office.refuses(tool, stale, words);
        }
        let fresh = with(arguments, json!({"expected_version": version.to_string()}));
        office.call(tool, fresh);
    }
    let draft = office.draft(client, "1");
    office.refuses(
        "delete_invoice",
        json!({"invoice_id": draft, "expected_version": 9}),
        &["version 1, not 9"],
    );
    office.call("delete_invoice", json!({"invoice_id": draft, "expected_version": 1}));
    let tools = office.tools();
    for tool in tools.iter().filter(|tool| tool["annotations"]["readOnlyHint"] == false) {
        let takes = tool["inputSchema"]["properties"].get("expected_version").is_some();
        let name = tool["name"].as_str().unwrap();
        assert_eq!(takes, !name.starts_with("create_"), "{name}");
    }
}

#[test]
fn of_two_who_change_the_same_version_at_once_one_wins() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let sent: Vec<_> = ["Jaén", "Vigo"]
        .map(|city| {
            office
                .send_call("update_client", json!({"client_id": client, "city": city, "expected_version": 1}))
        })
        .to_vec();
    let outcomes: Vec<_> = sent.into_iter().map(|id| office.outcome(id)).collect();
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
}
