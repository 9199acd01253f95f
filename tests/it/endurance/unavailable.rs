//! No database to be had: the server is there all the same, and says what to do.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::scratch::Scratch;
use crate::support::database::Database;
use crate::support::session::{Era, Session, facturo};
use crate::support::wait;

fn without_a_database(command: &mut Command, words: &[&str]) {
    for era in [Era::Handshake, Era::Stateless] {
        let start = Instant::now();
        let mut session = Session::start(command, era);
        let tools = session.tools();
        assert!(start.elapsed() < Duration::from_secs(2), "the opening waits for no database");
        assert_eq!(
            session.request("resources/list", json!({}))["result"]["resources"].as_array().unwrap().len(),
            2
        );
        for tool in ["get_business", "find_clients", "list_alerts"] {
            assert!(tools.iter().any(|listed| listed["name"] == tool));
            let text = session.refuse(tool, json!({}));
            for word in words {
                assert!(text.contains(word), "{tool} without {word:?}: {text}");
            }
            assert!(!text.contains("swordfish"), "{text}");
        }
        session.refuse("create_client", json!({"name": "Ana"}));
        let error = session.read_resource("facturo://business").unwrap_err();
        assert!(error["message"].as_str().unwrap().contains(words[0]), "{error}");
        let end = session.close();
        assert_eq!(end.code, Some(0));
        assert!(!end.log.contains("swordfish"), "{}", end.log);
    }
}

#[test]
fn a_database_that_does_not_answer() {
    let url = "postgresql://facturo:swordfish@localhost:1/facturo";
    without_a_database(
        facturo().env("DATABASE_URL", url),
        &["cannot be reached", "DATABASE_URL", "facturo check"],
    );
}

#[test]
fn a_database_url_that_is_none() {
    let url = "mysql://facturo:swordfish@localhost/facturo";
    without_a_database(
        facturo().env("DATABASE_URL", url),
        &["DATABASE_URL cannot be read", "postgresql://user:password@host"],
    );
}

#[test]
fn a_database_that_is_not_there() {
    let database = Database::empty();
    let url = database.url().replace("/test_", "/no_test_");
    without_a_database(
        facturo().env("DATABASE_URL", url),
        &["refused the connection", "does not exist", "DATABASE_URL"],
    );
}

#[test]
fn no_binaries_for_a_private_server() {
    let scratch = Scratch::new("no-binaries");
    let mut command = facturo();
    command.env("FACTURO_DATA_DIR", scratch.data()).env("FACTURO_POSTGRES_BIN", scratch.root.join("nothing"));
    without_a_database(&mut command, &["FACTURO_POSTGRES_BIN", "nothing"]);
}

#[test]
fn a_business_that_is_not_there() {
    let database = Database::new();
    without_a_database(
        facturo().env("DATABASE_URL", database.url()).env("FACTURO_BUSINESS", "7"),
        &["no business 7", "FACTURO_BUSINESS"],
    );
}

#[test]
fn a_database_that_comes_later_is_served_without_a_new_start() {
    let database = Database::new();
    let name = database.value("SELECT current_database()");
    let admin = Database::empty();
    admin.rows(&format!("ALTER DATABASE {name} RENAME TO {name}_away"));
    let mut session = Session::start(facturo().env("DATABASE_URL", database.url()), Era::Handshake);
    session.refuse("get_business", json!({}));
    admin.rows(&format!("ALTER DATABASE {name}_away RENAME TO {name}"));
    session.call("get_business", json!({}));
}

#[test]
fn an_opening_that_was_refused_leaves_no_connection_behind() {
    let database = Database::new();
    let command = &mut facturo();
    command.env("DATABASE_URL", database.url()).env("FACTURO_BUSINESS", "7");
    let mut session = Session::start(command, Era::Handshake);
    for _ in 0..5 {
        session.refuse("get_business", json!({}));
    }
    let left = "SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'facturo'";
    assert!(wait(crate::scratch::comes_true(|| database.value(left) == "0")), "{}", database.value(left));
}

#[test]
fn old_answers_are_forgotten_however_late_the_database_comes() {
    let database = Database::new();
    database.rows(
        "INSERT INTO idempotency_keys (business_id, actor, tool, key, arguments_hash, expires_at)
         VALUES (1, 'local', 'create_client', 'old', '', now() - interval '1 day')",
    );
    let name = database.value("SELECT current_database()");
    let admin = Database::empty();
    admin.rows(&format!("ALTER DATABASE {name} RENAME TO {name}_away"));
    let mut session = Session::start(facturo().env("DATABASE_URL", database.url()), Era::Handshake);
    session.refuse("get_business", json!({}));
    admin.rows(&format!("ALTER DATABASE {name}_away RENAME TO {name}"));
    session.call("get_business", json!({}));
    let old = "SELECT count(*) FROM idempotency_keys";
    assert!(wait(crate::scratch::comes_true(|| database.value(old) == "0")));
}
