//! `facturo backup` and `facturo restore`: what a conversation wrote comes back whole, or not at all.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use facturo::database::private_server::describe;
use nix::unistd::geteuid;
use serde_json::json;

use crate::scratch::{FACTURO, Scratch, comes_true, host, is_up, settings_in};
use crate::support::database::Database;
use crate::support::host::scratch;
use crate::support::office::{Office, assert_fields, number};
use crate::support::session::{Session, facturo, facturo_with};
use crate::support::wait;

pub(crate) fn on(database: &Database, command: &str, file: &Path) -> Command {
    let mut facturo = facturo();
    facturo.env("DATABASE_URL", database.owner_url()).env("FACTURO_LOG", "error").arg(command).arg(file);
    facturo
}

#[track_caller]
pub(crate) fn well(command: &mut Command, words: &[&str]) {
    let (went_well, said) = told(command.output().unwrap());
    assert!(went_well, "{said}");
    words.iter().for_each(|word| assert!(said.contains(word), "{word:?} is not in {said}"));
}

#[track_caller]
pub(crate) fn refused(command: &mut Command, words: &[&str]) {
    let (went_well, said) = told(command.output().unwrap());
    assert!(!went_well, "{said}");
    words.iter().for_each(|word| assert!(said.contains(word), "{word:?} is not in {said}"));
}

fn told(output: Output) -> (bool, String) {
    (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

/// A directory of this test's own.
pub(crate) struct Shelf(PathBuf);

impl Shelf {
    pub(crate) fn new() -> Self {
        let dir = scratch("shelf");
        fs::create_dir(&dir).unwrap();
        Self(dir)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Books with a bit of everything, and a host that goes on using them.
pub(crate) fn office() -> Office {
    let mut office = Office::open();
    let client = office.client("Peña & Hijas");
    for amount in ["100", "200"] {
        let invoice = office.issued(client, amount);
        office.call("record_payment", json!({"invoice_id": invoice, "amount": 10}));
    }
    office.draft(client, "300");
    office
}

pub(crate) fn backup(office: &Office) -> (Shelf, PathBuf) {
    let shelf = Shelf::new();
    let file = shelf.file("books.backup");
    well(
        &mut on(&office.database, "backup", &file),
        &["tables with", "2 records, 2 documents", "as they were written"],
    );
    (shelf, file)
}

fn is_empty(database: &Database) -> bool {
    database
        .value("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
        == "0"
}

#[test]
fn books_come_back_as_they_were_and_go_on() {
    let office = office();
    let (shelf, file) = backup(&office);
    assert_eq!(shelf.names(), ["books.backup"]);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

    let empty = Database::empty();
    well(&mut on(&empty, "restore", &file), &["Restored", "2 records, 2 documents", "as they were written"]);
    let restored = Office::of(empty);
    let rows = |office: &Office| {
        let mut tables = office.contents();
        tables.retain(|table| table[0] != "schema_migrations"); // its tables were made anew
        tables
    };
    assert_eq!(rows(&restored), rows(&office));
    for mut office in [office, restored] {
        assert_eq!(office.call("verify_records", json!({}))["verified"], true);
        let next = office.issued(1, "400");
        assert_fields(&office.get(next), json!({"id": next, "number": number(3)}));
        assert_eq!(
            office.call("find_clients", json!({"query": "penya"}))["items"][0]["id"],
            1,
            "forgives typos"
        );
    }
}

#[test]
fn postgresql_s_own_tools_read_it() {
    let (_shelf, file) = backup(&office());
    let target = Database::empty();
    let bin = wait(describe(&settings_in(PathBuf::from("/none")))).unwrap().chosen.unwrap();
    let mut restore = Command::new(bin.join("pg_restore"));
    restore.args(["--no-owner", "--clean", "--if-exists", "-d", &target.url()]).arg(&file);
    well(&mut restore, &[]);
    assert_eq!(target.value("SELECT count(*) FROM invoices"), "3");
}

#[test]
fn a_private_server_is_backed_up_and_brought_back_in_another_place() {
    let (old, new, shelf) = (Scratch::new("kept"), Scratch::new("brought"), Shelf::new());
    let file = shelf.file("books.backup");
    let mut session = host(&old.settings);
    is_up(&mut session);
    session.call("create_client", json!({"name": "Ana"}));
    let run = |scratch: &Scratch, command: &str| {
        let mut facturo = facturo_with(FACTURO.as_ref(), &scratch.settings);
        facturo.arg(command).arg(&file);
        facturo
    };
    well(&mut run(&old, "backup"), &["as they were written"]);
    well(&mut run(&new, "restore"), &["Restored"]);
    let mut session = host(&new.settings);
    assert_eq!(session.call("find_clients", json!({"query": "ana"}))["items"][0]["name"], "Ana");
    let words = ["not empty", "FACTURO_DATA_DIR", new.data().to_str().unwrap()];
    refused(&mut run(&new, "restore"), &words);
    drop(session);
    assert!(wait(comes_true(|| new.is_down())));
}

#[test]
fn nothing_is_overwritten_unasked() {
    let office = office();
    let (shelf, file) = backup(&office);
    let inode = |file: &Path| fs::metadata(file).unwrap().ino();
    let before = inode(&file);
    refused(&mut on(&office.database, "backup", &file), &["is there already", "--replace"]);
    assert_eq!(inode(&file), before);
    well(on(&office.database, "backup", &file).arg("--replace"), &[]);
    assert_ne!(inode(&file), before);
    assert_eq!(shelf.names(), ["books.backup"]);

    let contents = office.contents();
    refused(&mut on(&office.database, "restore", &file), &["not empty", "tables with", "DATABASE_URL"]);
    assert_eq!(office.contents(), contents);
}

#[test]
fn a_file_that_is_not_whole_is_refused_before_anything_is_touched() {
    let (shelf, file) = backup(&office());
    let whole = fs::read(&file).unwrap();
    let empty = Database::empty();
    let mut middle = whole.clone();
    middle[whole.len() / 2] ^= 1;
    let longer = [whole.as_slice(), b"\n"].concat();
    let newer = String::from_utf8_lossy(&whole).replace("\"facturo_backup\":1", "\"facturo_backup\":2");
    let truncated = &whole[..whole.len() / 2];
    for (spoilt, words) in [
        (truncated, "its end is missing"),
        (&whole[..whole.len() - 1], "its end is missing"),
        (&longer, "its end is missing"),
        (&middle, "not as it was when it was made"),
        (newer.as_bytes(), "which is newer"),
        (b"", "it is no backup"),
        (b"{}\n", "it is no backup"),
        (b"number,total\n1,2\n", "it is no backup"),
    ] {
        let file = shelf.file("spoilt");
        fs::write(&file, spoilt).unwrap();
        refused(&mut on(&empty, "restore", &file), &["FILE", words, "facturo backup"]);
    }
    refused(&mut on(&empty, "restore", &shelf.file("none")), &["FILE", "No such file"]);
    refused(&mut on(&empty, "restore", &shelf.0), &["FILE", "no regular file"]);
    let pipe = shelf.file("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    refused(&mut on(&empty, "restore", &pipe), &["FILE", "no regular file"]);
    assert!(is_empty(&empty));
}

#[test]
fn a_restore_that_fails_leaves_nothing() {
    let (_shelf, file) = backup(&office());
    let target = Database::empty();
    target.rows("CREATE VIEW series AS SELECT 1 AS one");
    refused(&mut on(&target, "restore", &file), &["not empty", "name of a table", "empty database"]);
    assert!(is_empty(&target));
    target.rows("DROP VIEW series");
    well(&mut on(&target, "restore", &file), &["Restored"]);
}

/// What does not fit the line at its end shows last of all, when the chains have been verified.
#[test]
fn a_restore_that_fails_at_its_last_check_leaves_nothing_either() {
    let (shelf, file) = backup(&office());
    let whole = fs::read(&file).unwrap();
    let at = whole.windows(9).rposition(|bytes| bytes == b"\"events\":").unwrap() + 9;
    let file = shelf.file("spoilt");
    fs::write(&file, [&whole[..at], b"9", &whole[at..]].concat()).unwrap();
    let target = Database::empty();
    refused(&mut on(&target, "restore", &file), &["not what it says it holds", "Nothing was restored"]);
    assert!(is_empty(&target));
}

#[test]
fn what_a_backup_says_of_itself_moves_no_terminal() {
    let office = office();
    office.database.rows("UPDATE events SET action = action || chr(27) || ']0;x' || chr(7) WHERE id = 1");
    let shelf = Shelf::new();
    let file = shelf.file("books.backup");
    let made = told(on(&office.database, "backup", &file).output().unwrap()).1;
    assert!(made.contains("]0;x"), "{made:?}");
    let whole = fs::read(&file).unwrap();
    let at = whole.windows(11).rposition(|bytes| bytes == b"\"made_at\":\"").unwrap() + 11;
    let spoilt = shelf.file("spoilt");
    fs::write(&spoilt, [&whole[..at], br"\u001b]0;y\u0007", &whole[at..]].concat()).unwrap();
    let restored = told(on(&Database::empty(), "restore", &spoilt).output().unwrap()).1;
    assert!(restored.contains("Restored") && restored.contains("]0;y"), "{restored:?}");
    for said in [made, restored] {
        assert!(!said.chars().any(|c| c.is_control() && c != '\n'), "{said:?}");
    }
}

/// Whoever makes a backup may have put into it what PostgreSQL would run as whoever restores it.
#[test]
fn of_a_backup_nothing_is_run() {
    let office = office();
    office.database.rows(
        "CREATE FUNCTION run(id bigint) RETURNS boolean LANGUAGE plpgsql
             AS $$ BEGIN RAISE 'it ran'; END $$;
         ALTER TABLE businesses ADD CONSTRAINT looks_fine CHECK (run(business_id)) NOT VALID",
    );
    let (_shelf, file) = backup(&office);
    let target = Database::empty();
    well(&mut on(&target, "restore", &file), &["Restored"]);
    assert_eq!(target.value("SELECT count(*) FROM pg_constraint WHERE conname = 'looks_fine'"), "0");
    let functions =
        "SELECT count(*) FROM pg_proc WHERE proname = 'run' AND pronamespace = 'public'::regnamespace";
    assert_eq!(target.value(functions), "0");
}

#[test]
fn tables_of_somebody_else_stay_in_the_file_and_keep_nothing_from_coming_back() {
    let office = office();
    office.database.rows("CREATE TABLE notes (a int); INSERT INTO notes VALUES (1)");
    let (_shelf, file) = backup(&office);
    let target = Database::empty();
    well(&mut on(&target, "restore", &file), &["Restored 15 tables", "facturo did not make them: notes."]);
    assert_eq!(target.value("SELECT count(*) FROM pg_class WHERE relname = 'notes'"), "0");
}

#[test]
fn books_that_were_changed_behind_its_back_are_kept_and_said() {
    let office = office();
    office.database.rows("UPDATE registration_records SET hash = repeat('A', 64) WHERE place = 2");
    let (shelf, empty) = (Shelf::new(), Database::empty());
    let file = shelf.file("books.backup");
    refused(
        &mut on(&office.database, "backup", &file),
        &["Not all is as it was", "record 2", "The backup was made"],
    );
    well(&mut on(&empty, "restore", &file), &["Restored", "Not all is as it was", "record 2"]);
    assert_eq!(office.database.value("SELECT count(*) FROM alarms"), "0", "a backup writes nothing");
}

#[test]
fn books_of_an_older_facturo_are_backed_up_as_they_are_and_migrated_when_they_come_back() {
    let old = Database::new();
    old.rows(
        "DROP TABLE alarms, record_chains, registration_records, issued_documents;
         DELETE FROM schema_migrations WHERE version > 3",
    );
    let (shelf, empty) = (Shelf::new(), Database::empty());
    let file = shelf.file("books.backup");
    well(&mut on(&old, "backup", &file), &["older than this facturo"]);
    assert_eq!(old.value("SELECT max(version) FROM schema_migrations"), "3");
    well(&mut on(&empty, "restore", &file), &["Restored"]);
    assert_eq!(empty.value("SELECT max(version) FROM schema_migrations"), "4");
}

#[test]
fn what_cannot_be_backed_up_is_said_and_leaves_no_file() {
    let (shelf, empty) = (Shelf::new(), Database::empty());
    refused(&mut on(&empty, "backup", &shelf.file("books")), &["no books"]);
    refused(&mut on(&empty, "backup", &shelf.file("no/such/directory")), &["FILE", "cannot be written"]);
    refused(&mut on(&empty, "backup", Path::new("/")), &["FILE", "cannot be written"]);
    assert_eq!(shelf.names(), [""; 0]);
}

/// A small disk of its own, where the machine lets one be made.
#[test]
#[expect(clippy::print_stderr, reason = "the test's own output")]
fn a_full_disk_leaves_what_was_there() {
    let office = office();
    let (shelf, whole) = backup(&office);
    let disk = shelf.file("disk");
    fs::create_dir(&disk).unwrap();
    let mount = |arguments: &[&str]| Command::new("mount").args(arguments).arg(&disk).status();
    let mounted =
        geteuid().is_root() && mount(&["-t", "tmpfs", "-o", "size=32k", "tmpfs"]).is_ok_and(|s| s.success());
    if !mounted {
        eprintln!("skipped: a_full_disk_leaves_what_was_there must be run where a disk can be mounted");
        return;
    }
    let old = disk.join("books.backup");
    fs::write(&old, "the one before").unwrap();
    let output = on(&office.database, "backup", &old).arg("--replace").output().unwrap();
    let kept = fs::read_to_string(&old).unwrap();
    let left = fs::read_dir(&disk).unwrap().count();
    assert!(Command::new("umount").arg(&disk).status().unwrap().success());
    assert!(fs::metadata(whole).unwrap().len() > 32 * 1024);
    let (went_well, said) = told(output);
    assert!(!went_well && said.contains("No space left"), "{said}");
    assert_eq!((kept.as_str(), left), ("the one before", 1));
}

/// A directory with scripts in the place of PostgreSQL's programs.
fn programs(shelf: &Shelf, script: &str) -> PathBuf {
    let dir = shelf.file("bin");
    fs::create_dir(&dir).unwrap();
    for name in ["pg_dump", "pg_restore"] {
        let file = dir.join(name);
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }
    dir
}

#[test]
fn a_server_newer_than_pg_dump_is_said() {
    let (office, shelf) = (Office::open(), Shelf::new());
    let bin = programs(&shelf, "echo 'pg_dump (PostgreSQL) 9.6.24'");
    let mut backup = on(&office.database, "backup", &shelf.file("books"));
    let server = office.database.value("SELECT current_setting('server_version_num')::int / 10000");
    let words = [format!("PostgreSQL {server} or newer"), format!("9.6.24 in {}", bin.display())];
    refused(
        backup.env("FACTURO_POSTGRES_BIN", &bin),
        &[&words[0], &words[1], "apt install postgresql-client"],
    );
    assert_eq!(shelf.names(), ["bin"]);
}

#[test]
fn the_password_is_on_no_command_line() {
    let (office, shelf) = (Office::open(), Shelf::new());
    let said = shelf.file("said");
    let script = format!(
        "[ \"$1\" = --version ] && echo 'pg_dump (PostgreSQL) 99.1' && exit\n\
         echo \"$@\" > {said}; env >> {said}; echo 'pg_dump: error: out of paper' >&2; exit 1",
        said = said.display()
    );
    let bin = programs(&shelf, &script);
    let url = office.database.owner_url().replacen("postgres@", "postgres:s3cret%26co@", 1);
    let mut backup = on(&office.database, "backup", &shelf.file("books"));
    backup.env("DATABASE_URL", url).env("FACTURO_POSTGRES_BIN", &bin);
    refused(&mut backup, &["pg_dump failed: out of paper."]);
    let said = fs::read_to_string(&said).unwrap();
    let (arguments, environment) = said.split_once('\n').unwrap();
    assert!(arguments.contains("--snapshot=") && !arguments.contains("s3cret"), "{arguments}");
    assert!(environment.contains("PGPASSWORD=s3cret&co"), "{environment}");
}

/// What is written while a backup is made is in it or not, and what is in it holds together.
#[test]
fn books_in_use_are_backed_up_in_one_moment() {
    let mut office = office();
    let shelf = Shelf::new();
    let file = shelf.file("books.backup");
    let backup = on(&office.database, "backup", &file).spawn().unwrap();
    let issue = |session: &mut Session| {
        let arguments = json!({"client_id": 1, "net_amount": 5, "description": "Work", "tax_category": "zero", "issue": true});
        session.call("create_invoice", arguments);
    };
    for _ in 0..40 {
        issue(&mut office);
    }
    assert!(backup.wait_with_output().unwrap().status.success());
    let empty = Database::empty();
    well(&mut on(&empty, "restore", &file), &["Restored", "as they were written"]);
}
