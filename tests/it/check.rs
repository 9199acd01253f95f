//! `facturo check` says what is there, and leaves it as it is.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use nix::unistd::geteuid;

use crate::scratch::{Scratch, comes_true, host, is_up, server_user};
use crate::support::database::{APP, Database, READER};
use crate::support::session::{facturo, facturo_with};
use crate::support::wait;

/// Whether it went well, and what it said on stdout and stderr.
fn check(command: &mut Command) -> (bool, String) {
    let output = command.arg("check").output().unwrap();
    (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

#[track_caller]
fn assert_said(command: &mut Command, well: bool, words: &[&str]) {
    let (went_well, said) = check(command);
    assert_eq!(went_well, well, "{said}");
    assert_eq!(said.contains("All is well"), well, "{said}");
    for word in words {
        assert!(said.contains(word), "{word:?} is not in {said}");
    }
}

fn on(database: &Database) -> Command {
    serving(database.owner_url())
}

fn serving(url: String) -> Command {
    let mut command = facturo();
    command.env("DATABASE_URL", url);
    command
}

#[test]
fn an_empty_database_stays_empty() {
    let database = Database::empty();
    assert_said(&mut on(&database), true, &["empty; the first start makes it"]);
    let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    assert_eq!(database.value(tables), "0");
    assert_eq!(database.value("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'"), "0");
}

#[test]
fn an_old_schema_stays_old() {
    let database = Database::new();
    database.rows("DELETE FROM schema_migrations WHERE version > 2; DROP TABLE idempotency_keys");
    assert_said(&mut on(&database), true, &["2 migrations behind", "`facturo migrate` applies them"]);
    assert_said(&mut serving(database.url()), false, &["schema is behind", APP, "run `facturo migrate`"]);
    assert_eq!(database.value("SELECT count(*) FROM schema_migrations"), "2");
}

#[test]
fn a_database_that_cannot_hold_every_name_is_refused() {
    let database = Database::made("ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
    assert_said(&mut on(&database), false, &["LATIN1", "ENCODING 'UTF8'", "DATABASE_URL"]);
}

#[test]
fn a_missing_business_is_not_made() {
    let database = Database::new();
    assert_said(&mut on(&database), true, &["schema: current", "forgives typos", "business: 1 (no name yet"]);
    database.rows("DELETE FROM series; DELETE FROM businesses");
    assert_said(&mut on(&database), true, &["none yet; the first start makes it"]);
    assert_said(&mut serving(database.url()), false, &["sees no business", "`facturo roles add app_of_1`"]);
    assert_said(on(&database).env("FACTURO_BUSINESS", "7"), false, &["no business 7"]);
    assert_eq!(database.value("SELECT count(*) FROM businesses"), "0");
}

#[test]
fn the_role_is_named_and_what_it_may_do() {
    let database = Database::new();
    let said = |role: &str, words: &str| {
        assert_said(&mut serving(database.url_as(role)), true, &[&format!("role: {role} ({words}")]);
    };
    said("postgres", "a superuser");
    said(APP, "least rights: it reads and writes");
    said(READER, "least rights: it reads, and changes nothing of the books");
    let name = format!("too_much_{}", std::process::id());
    database.rows(&format!(
        "CREATE ROLE {name} LOGIN IN ROLE facturo_app; GRANT UPDATE (hash) ON events TO {name}"
    ));
    let (_, excessive) = check(&mut serving(database.url_as(&name)));
    database.rows(&format!("ALTER ROLE {name} BYPASSRLS"));
    let (_, exempt) = check(&mut serving(database.url_as(&name)));
    database.rows(&format!("DROP OWNED BY {name}; DROP ROLE {name}"));
    assert!(excessive.contains("more than it needs"), "{excessive}");
    assert!(exempt.contains("the owner"), "{exempt}");
}

#[test]
fn a_private_server_is_started_where_there_is_data_and_not_made() {
    let scratch = Scratch::new("check");
    let command = || facturo_with(crate::scratch::FACTURO.as_ref(), &scratch.settings);
    assert_said(&mut command(), true, &["Data: none yet; the first start makes it", "(used)"]);
    assert!(!scratch.data().exists());
    is_up(&mut host(&scratch.settings));
    assert!(wait(comes_true(|| scratch.is_down())));
    assert_said(
        &mut command(),
        true,
        &["written by PostgreSQL", "schema: current", "role: business_1 (least", "business: 1"],
    );
    let closed = fs::metadata(scratch.data()).unwrap().permissions();
    fs::set_permissions(scratch.data(), PermissionsExt::from_mode(0o777)).unwrap();
    assert_said(&mut command(), false, &["Others may write to", "mode 777", "chmod go-w"]);
    fs::set_permissions(scratch.data(), closed).unwrap();
    let nowhere = scratch.root.join("nothing");
    let words = &["no postgres and initdb", "FACTURO_POSTGRES_BIN"];
    assert_said(command().env("FACTURO_POSTGRES_BIN", nowhere), false, words);
}

/// As whoever PostgreSQL runs as, whom root's directories are closed to.
#[test]
fn a_data_directory_that_no_start_could_use_is_refused() {
    let scratch = Scratch::new("check-unusable");
    let executable = scratch.root.join("facturo");
    fs::copy(crate::scratch::FACTURO, &executable).unwrap();
    let closed = scratch.root.join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, PermissionsExt::from_mode(0o555)).unwrap();
    let (file, locked) = (scratch.root.join("file"), scratch.data());
    fs::write(&file, "").unwrap();
    scratch.make_data_dir();
    fs::create_dir(locked.join("users.lock")).unwrap();
    for (dir, problem) in [
        (Path::new("/"), "cannot be used"),
        (&closed.join("data"), "Permission denied"),
        (&file, "cannot be used"),
        (&file.join("data"), "cannot be used"),
        (locked, "users.lock cannot be opened"),
    ] {
        let mut command = facturo_with(&executable, &scratch.settings);
        command.env("FACTURO_DATA_DIR", dir).current_dir("/");
        if geteuid().is_root() {
            let user = server_user();
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        }
        assert_said(&mut command, false, &[problem, "FACTURO_DATA_DIR to"]);
    }
}
