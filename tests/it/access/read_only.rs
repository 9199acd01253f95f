//! `FACTURO_READ_ONLY=1`: reads, and nothing else.

use serde_json::json;

use crate::support::office::Office;
use crate::support::session::{Era, Session, facturo};

#[test]
fn a_read_only_session_reads_and_changes_nothing() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let invoice = office.issued(client, "100");
    let all = office.tools();
    let mut command = facturo();
    command.env("DATABASE_URL", office.database.url()).env("FACTURO_READ_ONLY", "1");
    let mut session = Session::start(&mut command, Era::Handshake);

    let reads = all.iter().filter(|tool| tool["annotations"]["readOnlyHint"] == true);
    assert_eq!(session.tools(), reads.cloned().collect::<Vec<_>>());
    assert_eq!(session.call("get_invoice", json!({"invoice_id": invoice}))["id"], invoice);
    assert!(session.read_resource("facturo://alerts").is_ok());

    let before = office.contents();
    for tool in all.iter().filter(|tool| tool["annotations"]["readOnlyHint"] == false) {
        let name = tool["name"].as_str().unwrap();
        let told = session.refuse(name, json!({}));
        assert!(told.contains("read-only") && told.contains("FACTURO_READ_ONLY"), "{name}: {told}");
    }
    session.refuse("create_client", json!({"name": "Luis"}));
    assert_eq!(office.contents(), before);
}

#[test]
fn the_model_is_told_so_at_the_beginning() {
    let instructions = |read_only: &str| {
        let mut command = facturo();
        command.env("DATABASE_URL", "postgresql://nobody@localhost:1/none");
        command.env("FACTURO_READ_ONLY", read_only);
        let mut session = Session::start(&mut command, Era::Stateless);
        session.request("server/discover", json!({}))["result"]["instructions"].to_string()
    };
    assert!(instructions("1").contains("read-only"));
    assert!(!instructions("0").contains("read-only"));
}
