//! `facturo keys` and `facturo token`: from nothing to an assistant that may do what it should.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::forge::{SECRET, by_secret, claims};
use crate::support::database::Database;
use crate::support::host::scratch;
use crate::support::session::{Era, Session, facturo};

/// A person's home, with nothing in it.
struct Home(PathBuf);

impl Home {
    fn new() -> Self {
        let home = Self(scratch("home"));
        fs::create_dir_all(&home.0).unwrap();
        home
    }

    fn keys(&self) -> PathBuf {
        self.0.join(".config/facturo")
    }

    fn command(&self, words: &str) -> Command {
        let mut command = facturo();
        command.env("HOME", &self.0).args(words.split(' '));
        command
    }

    /// stdout and stderr of a command that goes well.
    #[track_caller]
    fn run(&self, words: &str) -> (String, String) {
        let (well, out, err) = finish(&mut self.command(words), "");
        assert!(well, "{words}: {out}{err}");
        (out, err)
    }

    #[track_caller]
    fn refuses(&self, words: &str, told: &str) {
        let (well, out, err) = finish(&mut self.command(words), "");
        assert!(!well && out.is_empty() && err.contains(told), "{words}: {out}{err}");
    }

    fn token(&self, words: &str) -> String {
        self.run(&format!("token issue {words}")).0.trim().to_owned()
    }

    fn with(&self, token: &str) -> Command {
        let mut command = facturo();
        command.env("DATABASE_URL", "postgresql://nobody@localhost:1/none");
        command.env("FACTURO_JWKS", self.keys().join("jwks.json")).env("FACTURO_TOKEN", token);
        command
    }

    fn tools(&self, token: &str) -> Vec<Value> {
        let tools = Session::start(&mut self.with(token), Era::Handshake).tools();
        tools.iter().map(|tool| tool["name"].clone()).collect()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn finish(command: &mut Command, input: &str) -> (bool, String, String) {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_key_is_made_that_only_its_owner_can_read_and_nobody_sees() {
    let home = Home::new();
    let (out, err) = home.run("keys generate");
    let key = home.keys().join("signing-key.pem");
    assert_eq!((mode(&home.keys()), mode(&key)), (0o700, 0o600));
    let secret = fs::read_to_string(&key).unwrap();
    let secret = secret.lines().nth(1).unwrap();
    assert!(out.is_empty() && !err.contains(secret) && err.contains("FACTURO_JWKS="), "{out}{err}");
    let jwks: Value = serde_json::from_slice(&fs::read(home.keys().join("jwks.json")).unwrap()).unwrap();
    assert_eq!((jwks["keys"].as_array().unwrap().len(), jwks["keys"][0].get("d")), (1, None));
    assert_eq!(fs::read_dir(home.keys()).unwrap().count(), 2, "nothing else is left");
}

#[test]
fn keys_that_others_may_read_or_change_are_refused() {
    let home = Home::new();
    home.run("keys generate");
    let token = home.token("--subject ana --role reader");
    let (dir, key, jwks) = (home.keys(), home.keys().join("signing-key.pem"), home.keys().join("jwks.json"));
    for (path, open, told) in [
        (&dir, 0o770, "Others may write to"),
        (&jwks, 0o646, "Others may write to"),
        (&key, 0o640, "Others may read or write to"),
    ] {
        let closed = fs::metadata(path).unwrap().permissions();
        fs::set_permissions(path, PermissionsExt::from_mode(open)).unwrap();
        for command in ["keys generate", "keys list", "token issue --subject ana --role owner"] {
            home.refuses(command, told);
        }
        let (well, _, err) = finish(home.with(&token).arg("check"), "");
        assert!(!well && err.contains(told) && err.contains("chmod go"), "{err}");
        fs::set_permissions(path, closed).unwrap();
    }
    home.run("keys list");

    // a link in a closed directory does not close where it leads
    let open = home.keys().join("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, PermissionsExt::from_mode(0o777)).unwrap();
    fs::rename(&jwks, open.join("jwks.json")).unwrap();
    std::os::unix::fs::symlink(open.join("jwks.json"), &jwks).unwrap();
    let (well, _, err) = finish(home.with(&token).arg("check"), "");
    assert!(!well && err.contains("Others may write to"), "{err}");
}

#[test]
fn one_command_each_for_a_reader_a_drafter_and_an_accountant() {
    let home = Home::new();
    home.run("keys generate");
    let of = |role: &str| home.tools(&home.token(&format!("--subject ana --role {role}")));
    let (reader, drafter, accountant, owner) = (of("reader"), of("drafter"), of("accountant"), of("owner"));
    let has = |tools: &[Value], name: &str| tools.contains(&json!(name));
    assert!(has(&reader, "list_invoices") && has(&reader, "list_alerts") && !has(&reader, "create_client"));
    assert!(
        has(&drafter, "create_invoice") && !has(&drafter, "issue_invoice") && !has(&drafter, "list_alerts")
    );
    assert!(has(&accountant, "summarize_invoices") && has(&accountant, "verify_records"));
    assert!(!has(&accountant, "create_invoice") && owner.len() > accountant.len());

    let (token, told) = home.run("token issue --subject bot --role reader --days 7");
    assert!(told.contains("bot may business:read") && !told.contains(token.trim()), "{told}");
    let few = home.tools(&{
        let (_, out, _) = finish(
            home.command("token issue --subject bot").args(["--scopes", "payments:read business:read"]),
            "",
        );
        out.trim().to_owned()
    });
    assert_eq!(few, ["get_business", "list_payments", "list_series"]);
}

#[test]
fn what_a_token_says_is_told_and_whether_it_counts() {
    let home = Home::new();
    home.run("keys generate");
    let token = home.token("--subject ana --role reader --business 3");
    let inspect = |command: &mut Command, input: &str| finish(command.arg("inspect"), input);
    for (command, input) in [
        (home.command("token").env("FACTURO_TOKEN", &token), ""),
        (&mut home.command("token"), token.as_str()),
        (&mut home.command("token"), &format!("{token}\n")),
    ] {
        let (well, out, err) = inspect(command, input);
        assert!(well && out.contains("ana, for business 3, until"), "{out}{err}");
        assert!(out.contains("clients:read") && !out.contains(&token) && !err.contains(&token));
    }
    let (well, out, err) = inspect(&mut home.command("token"), &token[1..]);
    assert!(!well && out.is_empty() && err.contains("no token that facturo can read"), "{out}{err}");
    let other = Home::new();
    let (well, _, err) = inspect(&mut other.command("token"), &token);
    assert!(!well && err.contains("no key to check it with"), "{err}");
    let (well, _, err) = inspect(
        home.command("token").env("FACTURO_TOKEN_SECRET", SECRET),
        &by_secret(&claims(json!({"exp": 1}))),
    );
    assert!(!well && err.contains("has expired"), "{err}");
}

#[test]
fn keys_are_changed_without_a_day_on_which_nothing_opens() {
    let home = Home::new();
    home.refuses("token issue --subject ana --role reader", "facturo keys generate");
    home.run("keys generate");
    let first = home.token("--subject ana --role reader");
    home.run("keys generate");
    let second = home.token("--subject ana --role reader");
    assert!(!home.tools(&first).is_empty() && !home.tools(&second).is_empty());
    home.refuses("keys generate", "2 keys are live already");
    let (names, _) = home.run("keys list");
    let names: Vec<_> = names.lines().collect();
    assert_eq!(names.len(), 2);
    home.run(&format!("keys remove {}", names[0]));
    assert!(home.tools(&first).is_empty() && !home.tools(&second).is_empty());
    home.refuses("keys remove nobody", "facturo keys list");
    home.run("keys generate");
    assert!(!home.tools(&second).is_empty());
}

#[test]
fn nothing_is_signed_by_a_key_that_was_taken_away() {
    let home = Home::new();
    home.run("keys generate");
    home.run("keys generate");
    let names = home.run("keys list").0;
    let newest = names.lines().nth(1).unwrap();
    let (_, told) = home.run(&format!("keys remove {newest}"));
    assert!(told.contains("facturo keys generate"), "{told}");
    home.refuses("token issue --subject ana --role reader", "facturo keys generate");
    home.run("keys generate");
    assert!(!home.tools(&home.token("--subject ana --role reader")).is_empty());
}

#[test]
fn a_secret_of_the_owner_s_signs_as_well() {
    let home = Home::new();
    let mut issue = home.command("token issue --subject ana --role reader");
    let (well, token, err) = finish(issue.env("FACTURO_TOKEN_SECRET", SECRET), "");
    assert!(well && !err.contains(SECRET), "{err}");
    let mut command = facturo();
    command.env("DATABASE_URL", "postgresql://nobody@localhost:1/none");
    command.env("FACTURO_TOKEN_SECRET", SECRET).env("FACTURO_TOKEN", token.trim());
    assert!(!Session::start(&mut command, Era::Handshake).tools().is_empty());
    let mut issue = home.command("token issue --subject ana --role reader");
    let (well, out, err) = finish(issue.env("FACTURO_TOKEN_SECRET", "hush-hush"), "");
    assert!(!well && out.is_empty() && err.contains("too short") && !err.contains("hush"), "{err}");
}

#[test]
fn what_makes_no_token_is_refused() {
    let home = Home::new();
    home.run("keys generate");
    for subject in ["local", "LOCAL", "josé"] {
        home.refuses(&format!("token issue --subject {subject} --role reader"), "--subject");
    }
    home.refuses("token issue --subject ana", "--role");
    home.refuses("token issue --subject ana --role reader --scopes clients:read", "cannot be used with");
    home.refuses("token issue --subject ana --role boss", "accountant");
    home.refuses("token issue --subject ana --scopes clients:reed", "clients:read");
    home.refuses("token issue --subject ana --role reader --days 0", "1..=366");
    home.refuses("token issue --subject ana --role reader --days 400", "1..=366");
}

#[test]
fn check_says_who_the_session_would_be() {
    let home = Home::new();
    home.run("keys generate");
    let database = Database::new();
    let check = |command: &mut Command| finish(command.env("DATABASE_URL", database.url()).arg("check"), "");
    let (well, out, _) = check(&mut facturo());
    assert!(well && out.contains("access: the owner of this machine"), "{out}");
    let (well, out, _) = check(facturo().env("FACTURO_READ_ONLY", "1"));
    assert!(well && out.contains("read-only"), "{out}");
    let token = home.token("--subject ana --role drafter");
    let (well, out, err) = check(&mut home.with(&token));
    assert!(well && out.contains("access: ana, for business 1, until"), "{out}{err}");
    assert!(out.contains("invoices:write") && !out.contains("invoices:issue"), "{out}");
    assert!(token.split('.').all(|part| !out.contains(part) && !err.contains(part)), "{out}{err}");
    let (well, out, err) = check(&mut home.with(&home.token("--subject ana --role reader --business 2")));
    assert!(!well && err.contains("another business"), "{out}{err}");
    let (well, out, err) = check(&mut home.with(""));
    assert!(!well && err.contains("FACTURO_TOKEN is not set"), "{out}{err}");
}

#[test]
fn the_records_are_exported_for_whoever_may_see_them() {
    let home = Home::new();
    home.run("keys generate");
    let database = Database::new();
    let export = |role: &str| {
        let mut command = home.with(&home.token(&format!("--subject ana --role {role}")));
        finish(command.env("DATABASE_URL", database.url()).args(["records", "export"]), "")
    };
    database.rows("UPDATE businesses SET legal_name = 'Ana Ruiz', tax_id = '12345678Z'");
    assert!(export("reader").2.contains("records:read"));
    assert!(export("accountant").2.contains("There are no such records"));
}

#[test]
fn a_misspelt_variable_opens_nothing_and_is_named() {
    for (name, command) in
        [("FACTURO_READONLY", "serve"), ("FACTURO_TOKENS", "check"), ("facturo_token", "serve")]
    {
        let (well, out, err) = finish(facturo().arg(command).env(name, "hush"), "");
        assert!(!well && out.is_empty(), "{name}: {out}{err}");
        assert!(err.contains(name) && err.contains("FACTURO_READ_ONLY") && !err.contains("hush"), "{err}");
    }
    // what is set to nothing is not set
    let (well, _, err) = finish(facturo().arg("serve").env("FACTURO_READONLY", ""), "");
    assert!(well, "{err}");
}
