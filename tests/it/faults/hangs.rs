//! Servers that are there and do not answer.

use std::time::{Duration, Instant};

use serde_json::json;

use super::tally::{RETRYABLE, ROWS, Tally};
use crate::support::cluster::Cluster;

#[test]
fn a_server_that_hangs_is_given_up_and_used_again_when_it_goes_on() {
    let cluster = Cluster::new("");
    let mut tally = Tally::open(&format!("{}postgres?connect_timeout=1", cluster.url()));
    cluster.freeze();
    let begun = Instant::now();
    tally.write(20, Duration::ZERO); // more than there are connections
    let read = tally.session.send_call("list_invoices", json!({}));
    let told = tally.session.outcome(read).unwrap_err();
    assert!(RETRYABLE.iter().any(|word| told.contains(word)), "{told}");
    assert!(begun.elapsed() < Duration::from_secs(45), "hosts give a call up after a minute");
    cluster.thaw();
    tally.settle();
    tally.assert_equals(cluster.rows(ROWS));
    assert!(tally.session.host.log().contains("did not answer in time"));
}

#[test]
fn a_first_host_that_hangs_does_not_keep_the_second_from_being_used() {
    let hanging = Cluster::new("");
    let mut second = Cluster::new("");
    hanging.freeze();
    let url = format!(
        "postgresql://postgres@127.0.0.1:{},127.0.0.1:{}/postgres?target_session_attrs=read-write",
        hanging.port(),
        second.port()
    );
    let begun = Instant::now();
    let mut tally = Tally::open(&url);
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    tally.write(5, Duration::ZERO);
    assert_eq!(tally.settle(), Vec::<String>::new());
    tally.assert_equals(second.rows(ROWS));
    // the one that answered last is asked first
    second.restart();
    let begun = Instant::now();
    tally.write(5, Duration::ZERO);
    tally.settle();
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    tally.assert_equals(second.rows(ROWS));
}
