//! Roles and backups: the owner makes them, and what comes back is served with the least rights again.

use facturo::database::private_server::PrivateServer;
use serde_json::json;

use crate::backup::{Shelf, backup, office, on, refused, well};
use crate::scratch::{FACTURO, Scratch, assert_served_by, connect, host};
use crate::support::database::{APP, Database, READER};
use crate::support::session::{Era, Session, facturo, facturo_with};

/// The policies of a database, and whose they are.
const POLICIES: &str = "SELECT DISTINCT p.polname::text FROM pg_policy p ORDER BY 1";

#[test]
fn one_who_sees_a_part_backs_nothing_up_and_restores_nothing() {
    let (office, shelf) = (office(), Shelf::new());
    let file = shelf.file("books.backup");
    for login in [APP, READER] {
        let words = [login, "does not own the database", "`facturo backup`", "owner's DATABASE_URL"];
        let url = office.database.url_as(login);
        refused(on(&office.database, "backup", &file).env("DATABASE_URL", &url), &words);
        assert_eq!(shelf.names(), [""; 0]);
    }
    let (_shelf, file) = backup(&office);
    let empty = Database::empty();
    let mut restore = on(&empty, "restore", &file);
    refused(
        restore.env("DATABASE_URL", empty.url_as(APP)),
        &[APP, "`facturo restore`", "owner's DATABASE_URL"],
    );
    refused(on(&empty, "restore", &file).env("FACTURO_READ_ONLY", "1"), &["FACTURO_READ_ONLY=1"]);
    assert_eq!(empty.value("SELECT count(*) FROM pg_class WHERE relname = 'invoices'"), "0");
}

#[test]
fn a_login_sees_nothing_of_a_restored_database_until_it_is_let_in() {
    let office = office();
    let (_shelf, file) = backup(&office);
    assert_eq!(office.database.rows(POLICIES), [[APP], ["facturo_drafts_alone"], [READER]]);
    let empty = Database::empty();
    well(&mut on(&empty, "restore", &file), &["Restored", "`facturo roles add`"]);
    assert_eq!(empty.rows(POLICIES), [["facturo_drafts_alone"]]);
    assert_eq!(empty.rows_as(APP, "SELECT business_id FROM businesses"), Vec::<Vec<String>>::new());
    let add = facturo().args(["roles", "add", APP]).env("DATABASE_URL", empty.owner_url()).output().unwrap();
    assert!(add.status.success(), "{add:?}");
    let session = Session::start(facturo().env("DATABASE_URL", empty.url_as(APP)), Era::Handshake);
    assert_eq!(empty.refusal(APP, "DELETE FROM events").as_deref(), Some("42501"));
    assert_eq!(empty.refusal(APP, "DELETE FROM invoices"), None);
    assert_eq!(empty.value("SELECT count(*) FROM invoices"), "2", "the draft alone could go");
    drop(session);
}

/// On a server that knows none of its logins.
#[tokio::test]
async fn a_private_server_serves_what_was_restored_into_it_as_a_role_that_owns_nothing() {
    let (office, scratch) = (office(), Scratch::new("roles-back"));
    let (_shelf, file) = backup(&office);
    let mut restore = facturo_with(FACTURO.as_ref(), &scratch.settings);
    well(restore.arg("restore").arg(&file), &["Restored", "2 records, 2 documents", "as they were written"]);

    let mut session = host(&scratch.settings);
    let admin = connect(&PrivateServer::start(&scratch.settings).await.unwrap()).await;
    session.call("create_client", json!({"name": "Ana"}));
    assert_eq!(session.call("verify_records", json!({}))["verified"], true);
    assert_served_by(&admin, "business_1").await;
    let kept = "SELECT (SELECT string_agg(DISTINCT polname, ' ' ORDER BY polname) FROM pg_policy),
                       (SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT relrowsecurity)";
    let kept = admin.query_one(kept, &[]).await.unwrap();
    assert_eq!(
        (kept.try_get(0).unwrap(), kept.try_get(1).unwrap()),
        ("business_1 facturo_drafts_alone", 1_i64),
        "schema_migrations alone"
    );
}
