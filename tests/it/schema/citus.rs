//! `sql/citus.sql` takes every table to the cluster without its foreign keys, and leaves them as they were. What Citus itself makes of
//! it shows only on a cluster; here functions of its names write down what they are asked for.

use std::fs;

use crate::support::database::Database;

const STAND_INS: &str = "
    CREATE SCHEMA stand_ins;
    CREATE TABLE stand_ins.asked (place int GENERATED ALWAYS AS IDENTITY, name text, by_column text, beside text, keys bigint);
    CREATE FUNCTION create_distributed_table(name text, by_column text, colocate_with text DEFAULT 'default') RETURNS void LANGUAGE sql AS $$
        INSERT INTO stand_ins.asked (name, by_column, beside, keys)
        SELECT name, by_column, colocate_with, count(*) FROM pg_constraint
        WHERE contype = 'f' AND (conrelid = name::regclass OR confrelid = name::regclass) $$;
    CREATE FUNCTION create_reference_table(name text) RETURNS void LANGUAGE sql AS $$
        INSERT INTO stand_ins.asked (name) SELECT name $$";

#[test]
fn each_table_goes_by_its_business_and_the_foreign_keys_come_back() {
    let database = Database::new();
    let keys = || {
        database.rows(
            "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' ORDER BY 1, 2",
        )
    };
    let before = keys();
    assert!(before.len() > 10, "{before:?}");
    database.rows(STAND_INS);
    let script = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/sql/citus.sql")).unwrap();
    database.rows(&script);
    assert_eq!(keys(), before);

    let asked = database.rows("SELECT name, by_column, beside, keys FROM stand_ins.asked ORDER BY place");
    let (first, others) = asked.split_at(2);
    assert_eq!(first, [["schema_migrations", "", "", ""], ["businesses", "business_id", "default", "0"]]);
    let all = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
               AND relname NOT IN ('businesses', 'schema_migrations') ORDER BY 1";
    let expected: Vec<Vec<String>> = database
        .rows(all)
        .iter()
        .map(|row| [&row[0], "business_id", "businesses", "0"].map(str::to_owned).to_vec())
        .collect();
    assert_eq!(others, expected);
}
