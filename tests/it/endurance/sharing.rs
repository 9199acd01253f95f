//! Several servers on one private data directory.

use serde_json::json;

use crate::scratch::{Scratch, host};
use crate::support::office::{described, id};
use crate::support::wait;

#[test]
fn two_servers_on_one_data_directory_see_each_others_work() {
    let scratch = Scratch::new("two");
    let mut hosts = [host(&scratch.settings), host(&scratch.settings)];
    hosts[0].call("update_business", described());
    let client = id(&hosts[0].call("create_client", json!({"name": "Ana", "private_person": true})));
    let new = json!({"client_id": client, "net_amount": 1, "description": "x", "issue": true});
    let sent = hosts
        .each_mut()
        .map(|host| (0..20).map(|_| host.send_call("create_invoice", new.clone())).collect::<Vec<_>>());
    let mut numbers: Vec<String> = hosts
        .iter_mut()
        .zip(sent)
        .flat_map(|(host, ids)| ids.into_iter().map(|id| host.outcome(id).unwrap()).collect::<Vec<_>>())
        .map(|invoice| invoice["number"].as_str().unwrap()[7..].to_owned())
        .collect();
    numbers.sort();
    assert_eq!(numbers, (1..=40).map(|n| format!("{n:04}")).collect::<Vec<_>>());

    let [first, mut second] = hosts;
    assert_eq!(first.close().code, Some(0));
    assert_eq!(second.pages("list_invoices", json!({}), 30).len(), 40, "the other's end does not matter");
    assert_eq!(scratch.log().matches("starting PostgreSQL").count(), 1);
    second.host.kill();
    assert!(wait(crate::scratch::comes_true(|| scratch.is_down())), "nobody is left, and the server stays");
    let mut third = host(&scratch.settings);
    assert_eq!(third.pages("list_invoices", json!({}), 30).len(), 40);
}
