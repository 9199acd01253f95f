//! Behind pgbouncer in transaction mode, of any version.

use std::time::Duration;

use super::tally::{ROWS, Tally};
use crate::support::database::{APP, Database};
use crate::support::host::scratch;
use crate::support::pooler::Pooler;
use crate::support::session::facturo;
use crate::support::skip;

/// One that refuses the options which we ask for, and one that keeps them to itself.
const SETTINGS: [&str; 2] = ["", "ignore_startup_parameters = options"];

#[test]
fn several_processes_share_a_pooler_s_sessions() {
    for setting in SETTINGS {
        let Some(pooler) = Pooler::start("postgres", setting) else { return skip("needs pgbouncer") };
        let database = Database::empty();
        let url = pooler.url(&database.value("SELECT current_database()"));
        let mut first = Tally::open(&url); // which makes the schema through the pooler
        let output = facturo().arg("check").env("DATABASE_URL", &url).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(
            said.contains("pooler: one stands before the server") && said.contains("All is well"),
            "{said}"
        );
        let mut second = Tally::open(&url);
        for _ in 0..3 {
            first.write(15, Duration::ZERO);
            second.write(15, Duration::ZERO);
            assert_eq!((first.settle(), second.settle()), (Vec::new(), Vec::new()));
        }
        first.join(second);
        first.assert_equals(database.rows(ROWS));
    }
}

/// What `pg_dump` sets for its session would stay in one that others get next.
#[test]
fn a_backup_is_not_made_or_restored_through_a_pooler() {
    let Some(pooler) = Pooler::start("postgres", "") else { return skip("needs pgbouncer") };
    let [full, empty] = [Database::new(), Database::empty()];
    let file = scratch("books.backup");
    let run = |command: &str, url: &str| {
        let mut facturo = facturo();
        let output = facturo.env("DATABASE_URL", url).arg(command).arg(&file).output().unwrap();
        (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    let through = |database: &Database| pooler.url(&database.value("SELECT current_database()"));
    let refused = |(went_well, said): (bool, String)| {
        assert!(!went_well && said.contains("a pooler") && said.contains("the database itself"), "{said}");
    };
    refused(run("backup", &through(&full)));
    assert!(!file.exists());
    assert!(run("backup", &full.owner_url()).0);
    refused(run("restore", &through(&empty)));
    assert_eq!(empty.value("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"), "0");
    assert!(run("restore", &empty.url()).0);
    std::fs::remove_file(&file).unwrap();
}

#[test]
fn the_repository_suite_passes_through_a_pooler() {
    let Some(pooler) = Pooler::start(APP, "") else { return skip("needs pgbouncer") };
    pooler.run_tests(&[
        "repository::",
        "conversation::idempotency",
        "conversation::finding",
        "conversation::listing",
    ]);
}
