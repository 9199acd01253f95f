//! What PostgreSQL refuses to the roles that facturo serves as.

use std::fs;

use serde_json::json;

use crate::support::database::{APP, Database, READER};
use crate::support::office::{Office, id};
use crate::support::session::{Era, Session, facturo};

const FORBIDDEN: Option<&str> = Some("42501");

/// With an issued invoice of each kind of thing that is append-only, and a draft.
fn at_work() -> Office {
    let mut office = Office::open();
    let client = office.client("Ana");
    let issued = office.issued(client, "100");
    office.call("record_payment", json!({"invoice_id": issued, "amount": 1}));
    office.draft(client, "5");
    office.database.rows("INSERT INTO alarms (business_id, raised_at, chain, subject, finding) VALUES (1, now(), 'a', 'b', 'c')");
    office
}

#[test]
fn what_is_append_only_is_neither_changed_nor_taken_away() {
    let office = at_work();
    for (table, column) in [
        ("events", "hash = ''"),
        ("registration_records", "record = ''"),
        ("issued_documents", "document = ''"),
        ("alarms", "finding = ''"),
        ("payments", "amount = 2"),
    ] {
        assert_ne!(office.database.value(&format!("SELECT count(*) FROM {table}")), "0", "{table}");
        for sql in [
            format!("UPDATE {table} SET {column}"),
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table}"),
            format!("DROP TABLE {table}"),
            format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"),
        ] {
            for role in [APP, READER] {
                assert_eq!(office.database.refusal(role, &sql).as_deref(), FORBIDDEN, "{role}: {sql}");
            }
        }
    }
}

#[test]
fn no_table_is_made_no_role_and_no_policy_and_no_other_role_taken() {
    let database = Database::new();
    for sql in [
        "CREATE TABLE mine (a int)",
        "CREATE ROLE another",
        "CREATE POLICY mine ON events USING (true)",
        "SET ROLE postgres",
        "INSERT INTO businesses SELECT 2, 1, legal_name FROM businesses",
        "DELETE FROM businesses",
        "DELETE FROM schema_migrations",
        "UPDATE series SET format = 'X'",
        "UPDATE invoice_lines SET net = 1",
        "UPDATE event_changes SET changes = '[]'",
    ] {
        assert_eq!(database.refusal(APP, sql).as_deref(), FORBIDDEN, "{sql}");
    }
}

#[test]
fn of_invoices_only_drafts_can_be_deleted() {
    let office = at_work();
    office
        .database
        .rows("DELETE FROM payments; DELETE FROM issued_documents; DELETE FROM registration_records");
    assert_eq!(office.database.refusal(APP, "DELETE FROM invoices"), None);
    assert_eq!(office.database.rows("SELECT status FROM invoices"), [["pending"]]);
}

#[test]
fn an_issued_invoice_is_not_deleted_by_taking_its_number_away_first() {
    let office = at_work();
    let undone = "UPDATE invoices SET status = 'draft', number = NULL, document_due_date = NULL, client_name = NULL, paid = 0;
                  DELETE FROM invoices";
    assert_eq!(office.database.refusal(APP, undone).as_deref(), Some("23503"), "its document refers to it");
    assert_eq!(office.database.value("SELECT count(*) FROM invoices"), "2");
}

/// With every way out that a login of a server knows.
#[test]
fn a_login_cannot_become_more_than_it_is() {
    let office = at_work();
    for sql in [
        "SET SESSION AUTHORIZATION postgres",
        "SET row_security = off; SELECT name FROM clients",
        "ALTER ROLE app_of_1 BYPASSRLS",
        "ALTER ROLE app_of_1 SUPERUSER",
        "ALTER POLICY app_of_1 ON clients USING (true)",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE VIEW v AS SELECT 1",
        "CREATE SCHEMA mine",
        "BEGIN; LOCK TABLE events IN ACCESS EXCLUSIVE MODE",
        "INSERT INTO alarms (business_id, raised_at, chain, subject, finding) VALUES (1, now(), 'a', 'b', 'c')
         ON CONFLICT (business_id, chain, subject, finding) DO UPDATE SET finding = 'd'",
        "MERGE INTO events USING (SELECT 1) one ON true WHEN MATCHED THEN DELETE",
        "SELECT setval('clients_id_seq', 1)",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_ls_dir('/')",
        "SELECT lo_import('/etc/passwd')",
        "COPY clients TO '/tmp/clients'",
        "COPY clients TO PROGRAM 'id'",
        "SELECT rolpassword FROM pg_authid",
        "SET session_replication_role = replica",
        "ALTER SYSTEM SET fsync = off",
        "SELECT pg_reload_conf()",
    ] {
        assert_eq!(office.database.refusal(APP, sql).as_deref(), FORBIDDEN, "{sql}");
    }
    assert_eq!(
        office.database.rows_as(APP, "SET ROLE facturo_app; SELECT id FROM clients"),
        Vec::<Vec<String>>::new()
    );
}

#[test]
fn one_who_may_only_read_reads_all_and_writes_nothing() {
    let office = at_work();
    let mut reader =
        Session::start(facturo().env("DATABASE_URL", office.database.url_as(READER)), Era::Handshake);
    for tool in
        ["get_business", "list_invoices", "list_payments", "list_series", "list_alerts", "find_clients"]
    {
        reader.call(tool, json!({}));
    }
    assert_eq!(id(&reader.call("get_invoice", json!({"invoice_id": 1}))), 1);
    reader.call("get_client_history", json!({"client_id": 1}));
    let before = office.contents();
    for (tool, arguments) in [
        ("create_client", json!({"name": "Eva"})),
        ("update_business", json!({"city": "Jaén"})),
        ("issue_invoice", json!({"invoice_id": 2})),
        ("delete_invoice", json!({"invoice_id": 2})),
    ] {
        let told = reader.refuse(tool, arguments);
        assert!(told.contains("may not do this") && told.contains("Nothing was written"), "{told}");
        for internal in ["permission denied", "42501", "idempotency", "inside facturo"] {
            assert!(!told.contains(internal), "{told}");
        }
    }
    assert_eq!(office.contents(), before);
    let log = reader.close().log;
    assert!(log.contains("42501 permission denied") && !log.contains("trying again"), "{log}");
}

#[test]
fn one_who_may_only_read_verifies_and_keeps_no_alarm() {
    let office = at_work();
    let mut reader =
        Session::start(facturo().env("DATABASE_URL", office.database.url_as(READER)), Era::Handshake);
    let whole = reader.call("verify_records", json!({}));
    assert_eq!((&whole["verified"], whole.get("alarms_kept")), (&json!(true), None), "{whole}");
    office.database.rows(
        "UPDATE invoices SET total = total + 1, payable = payable + 1, subtotal = subtotal + 1 WHERE id = 1",
    );
    let alarms = office.database.value("SELECT count(*) FROM alarms");
    let mut told_to_read = facturo();
    told_to_read.env("DATABASE_URL", office.database.url()).env("FACTURO_READ_ONLY", "1");
    for mut reader in [reader, Session::start(&mut told_to_read, Era::Handshake)] {
        let broken = reader.call("verify_records", json!({}));
        assert_eq!((&broken["verified"], &broken["alarms_kept"]), (&json!(false), &json!(false)), "{broken}");
        assert!(broken["summary"].as_str().unwrap().contains("no alarm was kept"), "{broken}");
    }
    assert_eq!(office.database.value("SELECT count(*) FROM alarms"), alarms);
    let mut session = Session::on(&office.database);
    assert_eq!(session.call("verify_records", json!({}))["alarms_kept"], true);
    assert_ne!(office.database.value("SELECT count(*) FROM alarms"), alarms);
}

#[test]
fn a_schema_that_is_behind_is_the_owners_to_migrate() {
    let database = Database::empty();
    let first =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/sql/queries/migration/create_table.sql"));
    database.rows(&format!("{}; GRANT SELECT ON schema_migrations TO facturo_app", first.unwrap()));
    let told = Session::start(facturo().env("DATABASE_URL", database.url_as(APP)), Era::Handshake)
        .refuse("get_business", json!({}));
    assert!(told.contains("behind") && told.contains(APP) && told.contains("`facturo migrate`"), "{told}");
    let migrate = facturo().arg("migrate").env("DATABASE_URL", database.url_as(APP)).output().unwrap();
    let said = String::from_utf8_lossy(&migrate.stderr).into_owned();
    assert!(!migrate.status.success() && said.contains("owner's DATABASE_URL"), "{said}");
    assert_eq!(database.value("SELECT count(*) FROM pg_class WHERE relname = 'invoices'"), "0");
    // as soon as the owner has, the same login serves
    let added =
        facturo().args(["roles", "add", APP]).env("DATABASE_URL", database.owner_url()).output().unwrap();
    assert!(added.status.success());
    Session::start(facturo().env("DATABASE_URL", database.url_as(APP)), Era::Handshake)
        .call("get_business", json!({}));
}
