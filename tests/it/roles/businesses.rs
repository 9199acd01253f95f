//! Two businesses in one database, each with a login that sees nothing of the other.

use std::process::Output;

use serde_json::json;

use crate::support::database::{APP, Database};
use crate::support::office::{DESCRIBED, id};
use crate::support::session::{Era, Session, facturo};

fn roles(database: &Database, arguments: &[&str]) -> Output {
    facturo().arg("roles").args(arguments).env("DATABASE_URL", database.owner_url()).output().unwrap()
}

#[track_caller]
fn said(output: &Output, well: bool, words: &[&str]) {
    let told =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.success(), well, "{told}");
    for word in words {
        assert!(told.contains(word), "{word:?} is not in {told}");
    }
}

/// A login for business 2, which goes when the test does.
struct Second<'a> {
    database: &'a Database,
    login: String,
}

impl<'a> Second<'a> {
    fn of(database: &'a Database) -> Self {
        database.rows(
            "INSERT INTO businesses (business_id, currency, time_zone, language, retail, cash_accounting, payment_terms_days, tax_scheme,
                                     default_tax_rate, default_withholding_rate, created_at, updated_at)
             VALUES (2, 'EUR', 'Europe/Madrid', 'es', false, false, 30, 'iva', 21, 15, now(), now())",
        );
        database.rows(&format!("{DESCRIBED}, country = 'ES'"));
        let login = format!("second_{}", std::process::id());
        said(&roles(database, &["add", &login, "--business", "2"]), true, &["business 2, and no other"]);
        Self { database, login }
    }

    fn session(&self) -> Session {
        Session::start(facturo().env("DATABASE_URL", self.database.url_as(&self.login)), Era::Handshake)
    }
}

impl Drop for Second<'_> {
    fn drop(&mut self) {
        roles(self.database, &["remove", &self.login]);
    }
}

#[test]
fn neither_sees_a_row_of_the_other_by_tool_or_by_sql() {
    let database = Database::new();
    let second = Second::of(&database);
    let (mut ours, mut theirs) = (Session::on(&database), second.session());
    assert_eq!(id(&theirs.call("get_business", json!({}))), 2, "the business needs not be named");
    for session in [&mut ours, &mut theirs] {
        let client = id(&session.call("create_client", json!({"name": "Ana", "private_person": true})));
        let invoice = json!({"client_id": client, "net_amount": 5, "description": "Work", "tax_category": "zero", "issue": true,
                             "idempotency_key": "once"});
        let invoice = id(&session.call("create_invoice", invoice));
        session.call("record_payment", json!({"invoice_id": invoice, "amount": 1}));
        assert_eq!(session.call("verify_records", json!({}))["verified"], true);
    }
    // ids are counted over all businesses
    let told = theirs.refuse("get_invoice", json!({"invoice_id": 1}));
    assert!(told.contains("no invoice 1"), "{told}");
    let told = Session::start(
        facturo().env("DATABASE_URL", database.url_as(&second.login)).env("FACTURO_BUSINESS", "1"),
        Era::Handshake,
    )
    .refuse("get_business", json!({}));
    assert!(told.contains("no business 1"), "{told}");

    let tables = database.rows(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'schema_migrations'",
    );
    for table in tables.iter().map(|row| &row[0]) {
        let of = |business: i32| {
            database.value(&format!("SELECT count(*) FROM {table} WHERE business_id = {business}"))
        };
        // a condition that fails at a row of the other is never asked of one
        let seen = format!("SELECT DISTINCT business_id FROM {table} WHERE 1 / (business_id - 1) = 1");
        let seen = database.rows_as(&second.login, &seen);
        if table != "alarms" {
            assert!(of(1) != "0" && of(2) != "0" && seen == [["2"]], "{table}: {seen:?}");
        }
    }
}

#[test]
fn neither_writes_into_the_other_by_sql() {
    let database = Database::new();
    let second = Second::of(&database);
    let mut ours = Session::on(&database);
    ours.call("create_client", json!({"name": "Ana"}));
    let before = database.rows("SELECT c::text FROM clients c");
    let insert = "INSERT INTO clients (business_id, name, private_person, surcharge, search_text, created_at, updated_at)
                  VALUES (1, 'x', true, false, 'x', now(), now())";
    for sql in [insert, "INSERT INTO series VALUES (1, 'X', 'standard', 'X-{number}', false, false)"] {
        assert_eq!(database.refusal(&second.login, sql).as_deref(), Some("42501"), "{sql}");
    }
    // there is nothing that it could change or delete
    for sql in [
        "UPDATE clients SET name = 'x'",
        "DELETE FROM clients",
        "DELETE FROM invoices",
        "DELETE FROM event_changes",
    ] {
        assert_eq!(database.refusal(&second.login, sql), None, "{sql}");
    }
    let move_away = "UPDATE businesses SET business_id = 3";
    assert_eq!(database.refusal(&second.login, move_away).as_deref(), Some("42501"));
    assert_eq!(database.rows("SELECT c::text FROM clients c"), before);
}

#[test]
fn a_login_of_another_database_on_the_same_server_sees_nothing_here() {
    let (here, there) = (Database::new(), Database::new());
    let second = Second::of(&there);
    let told = Session::start(facturo().env("DATABASE_URL", here.url_as(&second.login)), Era::Handshake)
        .refuse("get_business", json!({}));
    assert!(told.contains("sees no business") && told.contains("`facturo roles add"), "{told}");
    assert_eq!(here.rows_as(&second.login, "SELECT business_id FROM businesses"), Vec::<Vec<String>>::new());
}

#[test]
fn logins_are_listed_changed_and_removed() {
    let database = Database::new();
    let second = Second::of(&database);
    let login = second.login.as_str();
    said(
        &roles(&database, &[]),
        true,
        &["app_of_1 reads and writes business 1", "reader_of_1 reads business 1", login],
    );
    let again = roles(&database, &["add", login, "--business", "1", "--read-only"]);
    said(&again, true, &["reads business 1, and no other", "keeps its password"]);
    assert_eq!(database.rows_as(login, "SELECT business_id FROM businesses"), [["1"]]);
    assert_eq!(database.refusal(login, "DELETE FROM clients").as_deref(), Some("42501"));
    said(&roles(&database, &["add", login, "--business", "7"]), false, &["no business 7"]);
    said(&roles(&database, &["remove", login]), true, &["is removed"]);
    assert_eq!(database.value(&format!("SELECT count(*) FROM pg_roles WHERE rolname = '{login}'")), "0");
    said(&roles(&database, &["remove", login]), false, &["no login", "`facturo roles`"]);
    // a role that another database needs stays, and is blind here
    said(&roles(&database, &["remove", APP]), true, &["sees nothing here"]);
    assert_eq!(database.rows_as(APP, "SELECT business_id FROM businesses"), Vec::<Vec<String>>::new());
}

#[test]
fn a_name_that_cannot_be_a_login_is_refused() {
    let database = Database::new();
    said(
        &roles(&database, &["add", "postgres"]),
        false,
        &["owns the database or is a superuser", "another name"],
    );
    for name in ["Ana", "facturo_app", "a b", "pg_me"] {
        said(&roles(&database, &["add", name]), false, &["NAME", "small letters"]);
    }
    let private = facturo().args(["roles", "add", "ana"]).output().unwrap();
    said(&private, false, &["private server", "DATABASE_URL"]);
}
