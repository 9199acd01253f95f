//! What policies cost: a login finds its rows by the same indexes as the owner, who has no policy.

use std::collections::BTreeSet;
use std::fs;

use crate::support::database::{APP, Database};

const CLIENTS: &str =
    "INSERT INTO clients (business_id, name, private_person, surcharge, search_text, created_at, updated_at)
    SELECT 1, 'Client ' || n, true, false, 'client ' || n, now(), now() FROM generate_series(1, 1000) n";
const INVOICES: &str = "INSERT INTO invoices (business_id, client_id, kind, status, issue_date, due_date, due_from_terms, currency, tax_scheme, subtotal, tax,
        surcharge, total, withholding, payable, search_text, created_at, updated_at)
    SELECT 1, id, 'standard', 'draft', DATE '2026-01-01' + id::int % 300, DATE '2026-12-31', false, 'EUR', 'iva', id, 0, 0, id, 0, id, 'x', now(), now()
    FROM clients, generate_series(1, 5)";

/// How a role runs a statement, whatever its parameters.
fn plan(database: &Database, role: &str, statement: &str) -> String {
    let path = format!("{}/sql/queries/{statement}.sql", env!("CARGO_MANIFEST_DIR"));
    let sql = fs::read_to_string(path).unwrap();
    let parameters = (1..).take_while(|n| sql.contains(&format!("${n}"))).map(|_| "NULL").collect::<Vec<_>>();
    let explain = format!(
        "SET plan_cache_mode = force_generic_plan; PREPARE statement AS {sql}; EXPLAIN (COSTS OFF) EXECUTE statement ({})",
        parameters.join(", ")
    );
    database.rows_as(role, &explain).into_iter().map(|row| row[0].clone() + "\n").collect()
}

fn indexes(plan: &str) -> BTreeSet<&str> {
    let words = plan.split_whitespace().collect::<Vec<_>>();
    let named = words.windows(2).filter(|pair| pair[0] == "using" || pair[0] == "on");
    named.map(|pair| pair[1]).collect()
}

#[test]
fn what_a_policy_adds_is_one_comparison_and_no_other_plan() {
    let database = Database::new();
    database.rows(CLIENTS);
    database.rows(INVOICES);
    database.rows("ANALYZE clients, invoices");
    for statement in
        ["client/get", "client/find_words", "invoice/get", "invoice/list_newest", "invoice/list_oldest"]
    {
        let (owner, login) = (plan(&database, "postgres", statement), plan(&database, APP, statement));
        assert_eq!(indexes(&login), indexes(&owner), "{login}{owner}");
        assert!(login.contains("One-Time Filter: ($1 = 1)") && !login.contains("Seq Scan"), "{login}");
        assert!(!owner.contains("One-Time Filter"), "{owner}");
    }
}
