//! `facturo demo`: plays in both languages, checks itself, and leaves nothing behind.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::scratch::{FACTURO, Scratch};

/// The demo, with a directory of the test's own for what it throws away.
fn demo(scratch: &Scratch, language: &str) -> Command {
    let mut command = Command::new(FACTURO);
    command
        .args(["demo", "--lang", language])
        .env("TMPDIR", &scratch.root)
        // the books of nobody: the demo must not even look there
        .env("DATABASE_URL", "postgres://nobody@192.0.2.1/nothing")
        .env("FACTURO_BUSINESS", "77");
    command
}

fn is_empty(dir: &Path) -> bool {
    std::fs::read_dir(dir).unwrap().next().is_none()
}

fn plays(scratch: &Scratch, language: &str, lines: &[&str]) {
    let Output { status, stdout, stderr } = demo(scratch, language).output().unwrap();
    let (told, complained) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    assert!(status.success() && complained.is_empty(), "{told}\n{complained}");
    for line in lines {
        assert!(told.contains(line), "{line:?} is missing in\n{told}");
    }
    let wide: Vec<&str> = told.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(wide.is_empty(), "too wide: {wide:#?}");
    assert!(!told.contains("{}") && !told.contains('\x1b'), "{told}");
    assert!(is_empty(&scratch.root), "something is left in {}", scratch.root.display());
}

#[test]
fn plays_in_spanish() {
    let lines = [
        "cobrada         107  21.443,48 €",
        "pendiente       107  17.360,56 €",
        "anulada          53   7.714,80 €",
        "✗ email: \"jose francisco.lerma@example.com\" is not an e-mail address.",
        "solo quedan 1.461,20 € por cobrar",
        "todos correctos",
    ];
    plays(&Scratch::new("demo-es"), "es", &lines);
}

#[test]
fn plays_in_english() {
    let lines = [
        "paid            107  €21,443.48",
        "pending         107  €17,360.56",
        "cancelled        53   €7,714.80",
        "Brought in: 39 clients, 267 invoices, 107 payments and 53 cancellations",
        "all of them right",
    ];
    plays(&Scratch::new("demo-en"), "en", &lines);
}

#[test]
fn leaves_nothing_when_interrupted() {
    let scratch = Scratch::new("demo-interrupted");
    let mut running = demo(&scratch, "en").stdout(std::process::Stdio::null()).spawn().unwrap();
    let made = || !is_empty(&scratch.root);
    let limit = std::time::Instant::now() + Duration::from_secs(10);
    while !made() && std::time::Instant::now() < limit {
        std::thread::sleep(Duration::from_millis(5));
    }
    // in the middle of making the cluster, or just after
    std::thread::sleep(Duration::from_millis(500));
    kill(Pid::from_raw(running.id().cast_signed()), Signal::SIGINT).unwrap();
    assert_eq!(running.wait().unwrap().code(), Some(1));
    assert!(is_empty(&scratch.root), "something is left in {}", scratch.root.display());
}
