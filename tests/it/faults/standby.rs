//! A primary and a standby that follows it synchronously: when the one goes away, nothing acknowledged is missing on the other.

use std::time::Duration;

use super::tally::{ROWS, Tally};
use crate::support::cluster::Cluster;

fn pair() -> (Cluster, Cluster, Tally) {
    let primary = Cluster::new("");
    let standby = primary.standby();
    let url =
        format!("postgresql://postgres@127.0.0.1:{},127.0.0.1:{}/postgres", primary.port(), standby.port());
    let tally = Tally::open(&url);
    (primary, standby, tally)
}

#[test]
fn a_standby_takes_over_from_a_primary_that_is_killed_under_load() {
    let (mut primary, standby, mut tally) = pair();
    tally.write(100, Duration::from_millis(2));
    primary.kill();
    tally.write(20, Duration::from_millis(2));
    std::thread::sleep(Duration::from_secs(1));
    standby.promote();
    tally.write(20, Duration::from_millis(2));
    tally.settle();
    tally.assert_equals(standby.rows(ROWS));
}

#[test]
fn a_standby_takes_over_from_a_primary_that_hangs_under_load() {
    let (primary, standby, mut tally) = pair();
    tally.write(100, Duration::from_millis(2));
    primary.freeze();
    tally.write(20, Duration::from_millis(2));
    standby.promote();
    tally.settle();
    tally.assert_equals(standby.rows(ROWS));
    tally.write(20, Duration::ZERO);
    assert_eq!(tally.settle(), Vec::<String>::new());
    tally.assert_equals(standby.rows(ROWS));
}
