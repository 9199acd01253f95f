//! The business: its first shape, what it takes, what it refuses.

use serde_json::json;

use crate::support::database::Database;
use crate::support::session::{Era, Session, facturo};

#[test]
fn a_new_business_has_spains_defaults_and_asks_for_its_name() {
    let database = Database::new();
    for era in [Era::Handshake, Era::Stateless] {
        let mut session = Session::start(facturo().env("DATABASE_URL", database.url()), era);
        let business = session.call("get_business", json!({}));
        assert_eq!(business["id"], 1);
        assert_eq!(business["currency"], "EUR");
        assert_eq!(session.close().code, Some(0));
    }
}
