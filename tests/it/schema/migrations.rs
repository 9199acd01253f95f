//! Migrations: each applied over what the ones before it may hold, all of them once, and none over a stranger's work.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use serde_json::json;

use crate::support::database::Database;
use crate::support::session::{Era, Session, facturo};
use crate::support::wait;

/// What tables hold once the migration of this name is there, as a business has it that is at work. A migration without
/// an entry is a mistake: the next one would be tried on empty tables.
const CONTENTS: &[(&str, &str)] = &[
    (
        "0001_businesses_and_clients.sql",
        "INSERT INTO businesses (business_id, currency, time_zone, language, retail, cash_accounting, payment_terms_days, tax_scheme,
                                 default_tax_rate, default_withholding_rate, created_at, updated_at)
         VALUES (1, 'EUR', 'Europe/Madrid', 'es', false, false, 30, 'iva', 21, 15, now(), now());
         INSERT INTO clients (business_id, name, private_person, surcharge, search_text, created_at, updated_at)
         SELECT 1, 'Client ' || n, true, false, 'client ' || n, now(), now() FROM generate_series(1, 50) n",
    ),
    (
        "0002_invoices_and_payments.sql",
        "INSERT INTO series VALUES (1, 'F', 'standard', 'F-{year}-{number:04}', true, true);
         INSERT INTO invoices (business_id, client_id, client_name, kind, status, number, series, issue_date, due_date, due_from_terms,
                               document_due_date, currency, tax_scheme, subtotal, tax, surcharge, total, withholding, payable,
                               search_text, created_at, updated_at)
         SELECT 1, n, CASE WHEN n % 2 = 0 THEN 'Client ' || n END, 'standard', CASE WHEN n % 2 = 0 THEN 'pending' ELSE 'draft' END,
                CASE WHEN n % 2 = 0 THEN 'F-2026-' || n END, CASE WHEN n % 2 = 0 THEN 'F' END, '2026-01-01', '2026-01-31', true,
                CASE WHEN n % 2 = 0 THEN date '2026-01-31' END, 'EUR', 'iva', 100, 21, 0, 121, 0, 121, '', now(), now()
         FROM generate_series(1, 50) n;
         INSERT INTO invoice_lines
         SELECT 1, n, 1, 'Work', 'item', 1, 100, NULL, NULL, 0, '', 'standard', 21, NULL, 0, 0, 100 FROM generate_series(1, 50) n;
         INSERT INTO payments (business_id, invoice_id, amount, paid_on, method, created_at)
         SELECT 1, n, 1, '2026-02-01', 'cash', now() FROM generate_series(2, 50, 2) n;
         UPDATE invoices SET paid = 1 WHERE status = 'pending';
         INSERT INTO series_counters VALUES (1, 'F', 2026, 50, 0, '2026-01-01')",
    ),
    (
        "0003_history_and_idempotency.sql",
        "INSERT INTO events (business_id, entity_kind, entity_id, client_id, at, actor, action, changes_digest, hash)
         SELECT 1, 'client', n, n, now(), 'local', 'created', '', '' FROM generate_series(1, 50) n;
         INSERT INTO event_changes SELECT 1, n, '[]' FROM generate_series(1, 50) n;
         INSERT INTO idempotency_keys (business_id, actor, tool, key, arguments_hash, answer, client_id, expires_at)
         VALUES (1, 'local', 'create_client', 'k', '', '{}', 1, now())",
    ),
    (
        "0004_documents_and_records.sql",
        "INSERT INTO issued_documents SELECT 1, n, '{}', '' FROM generate_series(2, 50, 2) n;
         INSERT INTO registration_records
         SELECT 1, n, 2 * n, 'registration', '{}', 'hash ' || n, 'seal ' || n FROM generate_series(1, 25) n;
         INSERT INTO record_chains VALUES (1, 'installation', 25, 'hash 25', 'seal 25');
         INSERT INTO alarms (business_id, raised_at, chain, subject, finding)
         VALUES (1, now(), 'registration_records', '7', 'missing')",
    ),
];

fn files() -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/sql/migrations"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn each_goes_over_tables_that_hold_something() {
    assert_eq!(files(), CONTENTS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    let database = Database::empty();
    for (name, contents) in CONTENTS {
        let path = format!("{}/sql/migrations/{name}", env!("CARGO_MANIFEST_DIR"));
        let sql = fs::read_to_string(path).unwrap();
        database.query(&sql).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        database.query(contents).unwrap_or_else(|error| panic!("contents of {name}: {error:?}"));
    }
    let trigrams =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/sql/search/trigram.sql")).unwrap();
    database.rows(&trigrams);
    let empty = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
                 AND (xpath('/row/n/text()', query_to_xml('SELECT count(*) AS n FROM ' || relname, false, true, '')))[1]::text = '0'";
    assert_eq!(database.rows(empty), Vec::<Vec<String>>::new(), "a table that nothing was put into");
}

#[test]
fn a_database_of_a_newer_facturo_is_refused_and_left_alone() {
    let database = Database::new();
    database.rows("INSERT INTO schema_migrations (version, name, checksum) VALUES (9999, '9999_later', '')");
    let mut session = Session::on(&database);
    for tool in ["get_business", "create_client"] {
        let text =
            session.refuse(tool, if tool == "create_client" { json!({"name": "Ana"}) } else { json!({}) });
        for word in ["newer facturo", "9999", "Update facturo", "DATABASE_URL"] {
            assert!(text.contains(word), "{text}");
        }
    }
    assert!(!session.tools().is_empty());
    assert_eq!(database.value("SELECT count(*) FROM clients"), "0");
    let output = facturo().arg("migrate").env("DATABASE_URL", database.url()).output().unwrap();
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("newer facturo"));
    // as soon as the database fits, the same process serves it
    database.rows("DELETE FROM schema_migrations WHERE version = 9999");
    session.call("get_business", json!({}));
}

#[test]
fn a_migration_that_was_applied_with_another_text_is_named() {
    let database = Database::new();
    database.rows("UPDATE schema_migrations SET checksum = '\\x00' WHERE version = 2");
    let text = Session::on(&database).refuse("get_business", json!({}));
    assert!(text.contains("0002_") && text.contains("another text"), "{text}");
}

#[test]
fn many_that_start_at_once_on_an_empty_database_make_one_business_and_migrate_once() {
    let database = Database::empty();
    let mut sessions: Vec<_> = [Era::Handshake, Era::Stateless]
        .into_iter()
        .cycle()
        .take(6)
        .map(|era| Session::start(facturo().env("DATABASE_URL", database.url()), era))
        .collect();
    let sent: Vec<_> =
        sessions.iter_mut().map(|session| session.send_call("get_business", json!({}))).collect();
    for (session, id) in sessions.iter_mut().zip(sent) {
        assert_eq!(session.outcome(id).unwrap()["id"], 1);
    }
    sessions[0].call("create_client", json!({"name": "Carpintería Hernández"}));
    for session in &mut sessions {
        let found = session.call("find_clients", json!({"query": "ernandes"}));
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "each forgives typos");
    }
    assert_eq!(database.value("SELECT count(*) FROM businesses"), "1");
    assert_eq!(database.value("SELECT count(*) FROM schema_migrations"), files().len().to_string());
    let migrated = |session: &Session| session.host.log().matches("migrating the database").count();
    assert_eq!(sessions.iter().map(migrated).sum::<usize>(), files().len());
}

#[test]
fn without_the_extension_search_goes_by_words() {
    let database = Database::new();
    let mut session = Session::on(&database);
    session.call("create_client", json!({"name": "Carpintería Hernández"}));
    drop(session);
    database.rows("DROP EXTENSION pg_trgm CASCADE");
    let mut session = Session::on(&database);
    let found = |session: &mut Session, query: &str| {
        session.call("find_clients", json!({"query": query}))["items"].as_array().unwrap().len()
    };
    assert_eq!(found(&mut session, "hernandez"), 1);
    assert_eq!(found(&mut session, "ernandes"), 0);
    let check = facturo().arg("check").env("DATABASE_URL", database.url()).output().unwrap();
    assert!(check.status.success() && String::from_utf8_lossy(&check.stdout).contains("by words only"));
}

#[test]
fn a_migration_takes_the_time_that_it_takes() {
    let database = Database::empty();
    let limits = "-c%20lock_timeout%3D200ms%20-c%20statement_timeout%3D200ms";
    let url = format!("{}?options={limits}", database.url());
    wait(async {
        let client = database.client().await;
        let lock = concat!(env!("CARGO_MANIFEST_DIR"), "/sql/queries/migration/lock.sql");
        client.batch_execute("BEGIN").await.unwrap();
        client.batch_execute(&fs::read_to_string(lock).unwrap()).await.unwrap();
        let migrate =
            facturo().arg("migrate").env("DATABASE_URL", url).stderr(Stdio::piped()).spawn().unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        client.batch_execute("COMMIT").await.unwrap();
        let output = migrate.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    });
}
