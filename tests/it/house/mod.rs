//! The rules of the house, held by reading its files. Each rule is a function from files to complaints, and is shown
//! beside itself to complain of a bad sample.

mod documents;
mod files;
mod imports;
mod paths;
mod size;
mod sql;
mod tokens;
mod words;

use files::{File, repository, rust_under};

/// What the rules are about. Whatever of it is there must be named here, so that a rule can never pass because what it
/// reads has moved away.
const MUST_EXIST: &[&str] = &[
    "README.es.md",
    "README.md",
    "sql/citus.sql",
    "sql/migrations",
    "sql/queries",
    "sql/roles",
    "sql/search",
    "src/auth",
    "src/books.rs",
    "src/cli",
    "src/clock.rs",
    "src/config.rs",
    "src/database",
    "src/domain",
    "src/error.rs",
    "src/lib.rs",
    "src/main.rs",
    "src/mcp",
    "src/mcp/tools",
    "src/render",
    "src/repository",
    "src/service",
];

fn none(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn all_that_the_rules_are_about_is_there() {
    none(files::differences(&repository(), MUST_EXIST));
}

#[test]
fn rooms_know_only_what_they_may() {
    none(imports::rooms(&rust_under(&repository(), "src/")));
}

#[test]
fn crates_clock_and_environment_stay_in_their_rooms() {
    none(imports::outside(&rust_under(&repository(), "src/")));
}

#[test]
fn only_callers_open_transactions() {
    none(imports::transactions(&rust_under(&repository(), "src/")));
}

#[test]
fn functions_and_files_are_short() {
    let files = repository();
    none(size::check(&[rust_under(&files, "src/"), rust_under(&files, "benches/")].concat()));
}

#[test]
fn every_query_file_is_included_once_and_every_include_exists() {
    none(sql::includes(&repository()));
}

#[test]
fn sql_is_portable() {
    none(sql::portable(&repository()));
}

#[test]
fn no_leftovers_and_no_names_of_machines() {
    none(words::check(&repository()));
}

#[test]
fn both_readmes_name_every_variable_and_every_tool() {
    none(documents::variables(&repository()));
    none(documents::tools(&repository()));
}
