//! `facturo upgrade`: the data moves to a newer PostgreSQL whole, or stays where it is.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use facturo::database::private_server::{PrivateServer, Settings, describe, major};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::scratch::{FACTURO, Scratch, assert_served_by, comes_true, connect, host, is_up};
use crate::support::session::{Session, facturo, facturo_with};
use crate::support::{skip, wait};

/// Whether it went well, and what it said.
fn run(command: &mut Command) -> (bool, String) {
    let output = command.env("FACTURO_LOG", "error").arg("upgrade").output().unwrap();
    (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

#[track_caller]
fn refused(command: &mut Command, words: &[&str]) {
    let (went_well, said) = run(command);
    assert!(!went_well, "{said}");
    words.iter().for_each(|word| assert!(said.contains(word), "{word:?} is not in {said}"));
}

fn on(settings: &Settings) -> Command {
    facturo_with(FACTURO.as_ref(), settings)
}

fn is_down(scratch: &Scratch) {
    assert!(wait(comes_true(|| scratch.is_down())));
}

/// Books with a client, made by the PostgreSQL of these settings.
fn books(scratch: &Scratch) {
    let mut session = host(&scratch.settings);
    is_up(&mut session);
    session.call("create_client", json!({"name": "Peña & Hijas"}));
}

#[track_caller]
fn still_there(session: &mut Session) -> Value {
    let found = session.call("find_clients", json!({"query": "peña"}));
    assert_eq!(found["items"][0]["name"], "Peña & Hijas", "{found}");
    session.call("verify_records", json!({}))
}

/// Settings of a server of the oldest PostgreSQL that is here, and of the newest, wherever they are found.
fn two_majors(scratch: &Scratch) -> Option<(Settings, Settings)> {
    let everywhere = Settings { bin_dir: None, ..scratch.settings.clone() };
    let mut found = wait(describe(&everywhere)).unwrap().found;
    found.sort_by_key(|(_, version)| major(version));
    let of = |dir: &Path| Settings { bin_dir: Some(dir.to_owned()), ..everywhere.clone() };
    match (found.first(), found.last()) {
        (Some((old, from)), Some((new, to))) if major(from) < major(to) => Some((of(old), of(new))),
        _ => {
            skip("needs two major versions of PostgreSQL, such as a second one on the PATH");
            None
        }
    }
}

#[test]
fn the_data_moves_to_the_newer_version_and_the_old_is_kept() {
    let mut scratch = Scratch::new("upgrade");
    let Some((old, new)) = two_majors(&scratch) else { return };
    scratch.settings = old.clone();
    books(&scratch);
    let major = |dir: &str| {
        fs::read_to_string(scratch.data().join(dir).join("PG_VERSION")).unwrap().trim().to_owned()
    };
    let from = major("postgres");

    let mut session = host(&old);
    is_up(&mut session);
    refused(&mut on(&new), &["is in use", "End the assistants"]);
    still_there(&mut session);
    drop(session);

    let (went_well, said) = run(&mut on(&new));
    assert!(went_well && said.contains("as they were written"), "{said}");
    let kept =
        fs::read_dir(scratch.data()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let kept: Vec<_> = kept.filter(|name| name.starts_with(&format!("postgres-{from}-20"))).collect();
    assert!(kept.len() == 1 && said.contains(&kept[0]), "{kept:?}: {said}");
    assert_eq!(major(&kept[0]), from);
    assert_ne!(major("postgres"), from);
    assert!(!scratch.data().join("upgrade").exists());
    assert!(scratch.is_down());

    let mut session = host(&new);
    assert_eq!(still_there(&mut session)["verified"], true);
    wait(async {
        let server = PrivateServer::start(&new).await.unwrap();
        assert_served_by(&connect(&server).await, "business_1").await;
    });
    drop(session);
    is_down(&scratch);
    refused(&mut on(&new), &["no newer one"]);
    let words = ["that is not here", "FACTURO_POSTGRES_BIN"];
    let told = host(&old).refuse("get_business", json!({}));
    words.iter().for_each(|word| assert!(told.contains(word), "{told}"));
}

#[test]
fn an_upgrade_that_dies_leaves_the_old_data_in_use() {
    let mut scratch = Scratch::new("dying");
    let Some((old, new)) = two_majors(&scratch) else { return };
    scratch.settings = old.clone();
    books(&scratch);
    is_down(&scratch);
    for begun in ["upgrade", "upgrade/postgres", "upgrade/books.backup"] {
        let mut dying = on(&new).arg("upgrade").spawn().unwrap();
        assert!(wait(comes_true(|| scratch.data().join(begun).exists())));
        kill(Pid::from_raw(dying.id().cast_signed()), Signal::SIGKILL).unwrap();
        dying.wait().unwrap();
        still_there(&mut host(&old));
        is_down(&scratch);
    }
    // what it left behind is in nobody's way
    assert!(run(&mut on(&new)).0);
    still_there(&mut host(&new));
    assert!(!scratch.data().join("upgrade").exists());
}

#[test]
fn an_upgraded_cluster_takes_its_place_once_the_old_one_has_left_it() {
    let mut scratch = Scratch::new("between");
    scratch.settings.linger = Duration::ZERO;
    books(&scratch);
    is_down(&scratch);
    let (cluster, upgraded) = (scratch.data().join("postgres"), scratch.data().join("postgres.upgraded"));
    fs::rename(&cluster, &upgraded).unwrap();
    still_there(&mut host(&scratch.settings));
    is_down(&scratch);
    assert!(cluster.exists() && !upgraded.exists());
    // one that never came so far is not taken
    fs::create_dir(&upgraded).unwrap();
    still_there(&mut host(&scratch.settings));
}

#[test]
fn where_there_is_nothing_to_do_it_says_so() {
    let scratch = Scratch::new("nothing");
    refused(&mut on(&scratch.settings), &["no data", scratch.data().to_str().unwrap()]);
    assert!(!scratch.data().exists());
    books(&scratch);
    refused(&mut on(&scratch.settings), &["no newer one", "FACTURO_POSTGRES_BIN"]);
    refused(
        facturo().env("DATABASE_URL", "postgresql://u@localhost/books"),
        &["DATABASE_URL", "did not set up"],
    );
}
