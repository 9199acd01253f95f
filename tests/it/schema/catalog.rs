//! Rules that the catalog shows, so that the same schema serves one machine and a distributed engine.

use crate::support::database::{APP, Database, READER};

/// The tables of tenants; `schema_migrations` is of the database itself.
const TABLES: &str =
    "FROM pg_class t WHERE t.relnamespace = 'public'::regnamespace AND t.relkind IN ('r', 'p')
                      AND t.relname <> 'schema_migrations'";

/// What `$found` names breaks a rule.
#[track_caller]
fn none(database: &Database, sql: &str) {
    assert_eq!(database.rows(sql), Vec::<Vec<String>>::new());
}

/// The first column of constraints or indexes.
fn leading(catalog: &str, columns: &str, alias: &str) -> String {
    format!(
        "SELECT {alias} FROM {catalog} JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = {columns}
         WHERE t.relnamespace = 'public'::regnamespace AND t.relname <> 'schema_migrations' AND a.attname <> 'business_id'"
    )
}

#[test]
fn the_business_leads_every_key_and_every_index() {
    let database = Database::new();
    let constraints =
        "pg_constraint c JOIN pg_class t ON t.oid = c.conrelid AND c.contype IN ('p', 'u', 'f')";
    none(&database, &leading(constraints, "c.conkey[1]", "t.relname, c.conname"));
    let referenced = "pg_constraint c JOIN pg_class t ON t.oid = c.confrelid AND c.contype = 'f'";
    none(&database, &leading(referenced, "c.confkey[1]", "t.relname, c.conname"));
    // an inverted index of words has no order to lead
    let indexes = "pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class n ON n.oid = i.indexrelid
                   JOIN pg_am m ON m.oid = n.relam AND m.amname = 'btree'";
    none(&database, &leading(indexes, "i.indkey[0]", "t.relname, n.relname"));
    let keys = format!(
        "SELECT count(*) FROM pg_constraint c WHERE conrelid IN (SELECT t.oid {TABLES}) AND contype = 'p'"
    );
    assert_eq!(
        database.value(&keys),
        database.value(&format!("SELECT count(*) {TABLES}")),
        "each table has a key"
    );
}

#[test]
fn nothing_in_it_is_beyond_a_distributed_engine() {
    let database = Database::new();
    none(&database, "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal");
    none(&database, "SELECT conname FROM pg_constraint WHERE contype = 'x' OR condeferrable");
    // a sequence counts for a column, and for nothing else
    none(
        &database,
        "SELECT relname FROM pg_class s WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace AND NOT EXISTS
                     (SELECT FROM pg_depend d WHERE d.objid = s.oid AND d.deptype = 'i' AND d.refobjsubid > 0)",
    );
    // what a foreign key does to other rows must not touch the column that they are distributed by
    none(
        &database,
        "SELECT conname FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace
                     AND (confdeltype NOT IN ('a', 'r', 'c') OR confupdtype NOT IN ('a', 'r'))",
    );
    none(
        &database,
        "SELECT proname FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS
                     (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')",
    );
    none(
        &database,
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm', 'f')",
    );
    none(&database, "SELECT rulename FROM pg_rules WHERE schemaname = 'public'");
}

/// A row is on the node of its business, and finds there what it refers to.
#[test]
fn a_foreign_key_leads_to_the_same_business() {
    let database = Database::new();
    none(
        &database,
        "SELECT c.conname FROM pg_constraint c
         JOIN pg_attribute ours ON ours.attrelid = c.conrelid AND ours.attnum = c.conkey[1]
         JOIN pg_attribute theirs ON theirs.attrelid = c.confrelid AND theirs.attnum = c.confkey[1]
         WHERE c.contype = 'f' AND (ours.attname, theirs.attname) <> ('business_id', 'business_id')",
    );
}

#[test]
fn money_is_numeric_and_moments_have_a_zone() {
    let database = Database::new();
    let columns = |condition: &str| {
        format!(
            "SELECT table_name, column_name, data_type FROM information_schema.columns
             WHERE table_schema = 'public' AND ({condition})"
        )
    };
    none(
        &database,
        &columns("data_type IN ('real', 'double precision', 'money', 'timestamp without time zone', 'json')"),
    );
    let amounts = "('subtotal', 'tax', 'total', 'paid', 'net', 'amount')";
    none(
        &database,
        &columns(&format!(
            "column_name IN {amounts} AND (data_type, numeric_precision, numeric_scale) IS DISTINCT FROM ('numeric', 19, 4)"
        )),
    );
    none(&database, &columns("column_name = 'id' AND (data_type <> 'bigint' OR is_identity <> 'YES')"));
}

#[test]
fn every_constraint_that_may_be_told_apart_has_a_name_of_ours() {
    let database = Database::new();
    // PostgreSQL's own names for checks end in _check
    none(
        &database,
        "SELECT conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace AND conname LIKE '%\\_check'",
    );
}

#[test]
fn every_foreign_key_finds_its_rows_by_an_index() {
    let database = Database::new();
    none(
        &database,
        "SELECT c.conname FROM pg_constraint c WHERE c.contype = 'f' AND NOT EXISTS (
             SELECT FROM pg_index i WHERE i.indrelid = c.conrelid
             AND (string_to_array(i.indkey::text, ' ')::smallint[])[1:cardinality(c.conkey)] = c.conkey)",
    );
}

#[test]
fn every_table_of_tenants_shows_each_login_one_business() {
    let database = Database::new();
    none(&database, &format!("SELECT t.relname {TABLES} AND NOT t.relrowsecurity"));
    // the login's own policy is all that a policy lets anybody see, and asks nothing of other tables
    let policies = format!(
        "SELECT t.relname, l.rolname FROM pg_roles l, (SELECT t.oid, t.relname {TABLES}) t WHERE l.rolname IN ('{APP}', '{READER}')
         AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid AND p.polroles = ARRAY[l.oid] AND p.polcmd = '*'
                         AND p.polpermissive AND pg_get_expr(p.polqual, t.oid) = '(business_id = 1)')"
    );
    none(&database, &policies);
    none(
        &database,
        "SELECT tablename, policyname FROM pg_policies WHERE permissive = 'PERMISSIVE' AND roles && ARRAY['public'::name]",
    );
}

#[test]
fn a_login_may_do_what_the_code_needs_and_no_more() {
    let database = Database::new();
    let may = |role: &str, rights: &str| {
        let sql = format!(
            "SELECT t.relname {TABLES} AND has_table_privilege('{role}', t.oid, '{rights}') ORDER BY 1"
        );
        database.rows(&sql).into_iter().map(|row| row[0].clone()).collect::<Vec<_>>()
    };
    let all = database.rows(&format!("SELECT t.relname {TABLES} ORDER BY 1"));
    let all: Vec<_> = all.into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(may(APP, "SELECT"), all, "sql/roles/app.sql names every table");
    let but_one: Vec<_> = all.iter().filter(|table| *table != "idempotency_keys").cloned().collect();
    assert_eq!(may(READER, "SELECT"), but_one, "sql/roles/read.sql names every table");
    assert_eq!(may(APP, "TRUNCATE, REFERENCES, TRIGGER"), [""; 0]);
    assert_eq!(may(READER, "INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER"), [""; 0]);
    for table in ["alarms", "events", "issued_documents", "payments", "registration_records"] {
        assert!(may(APP, "INSERT").iter().any(|found| found == table), "{table} is added to");
        assert!(!may(APP, "UPDATE, DELETE").iter().any(|found| found == table), "{table} is append-only");
    }
    none(
        &database,
        &format!(
            "SELECT t.relname, a.attname FROM (SELECT t.oid, t.relname {TABLES}) t
             JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0
             WHERE (has_column_privilege('{READER}', t.oid, a.attnum, 'INSERT, UPDATE')
                 OR has_column_privilege('{APP}', t.oid, a.attnum, 'UPDATE') AND NOT has_table_privilege('{APP}', t.oid, 'UPDATE')
                    AND (t.relname, a.attname) <> ('series', 'is_default'))"
        ),
    );
    for role in [APP, READER] {
        let beyond = "rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication";
        assert_eq!(database.value(&format!("SELECT {beyond} FROM pg_roles WHERE rolname = '{role}'")), "f");
        assert_eq!(
            database.value(&format!("SELECT has_schema_privilege('{role}', 'public', 'CREATE')")),
            "f"
        );
    }
}
