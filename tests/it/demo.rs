//! `facturo demo`: plays in both languages, checks itself, and leaves nothing behind.

use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::scratch::FACTURO;

/// A directory for what the demo throws away, with a path as short as people's are.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let dir = PathBuf::from(format!("/tmp/facturo-demo-test-{name}-{}", std::process::id()));
        std::fs::DirBuilder::new().mode(0o755).create(&dir).unwrap();
        Self(dir)
    }

    fn is_empty(&self) -> bool {
        std::fs::read_dir(&self.0).unwrap().next().is_none()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The demo, with a directory of the test's own for what it throws away.
fn demo(place: &Place, language: &str) -> Command {
    let mut command = Command::new(FACTURO);
    command
        .args(["demo", "--lang", language])
        .env("TMPDIR", &place.0)
        // the books of nobody: the demo must not even look there
        .env("DATABASE_URL", "postgres://nobody@192.0.2.1/nothing")
        .env("FACTURO_BUSINESS", "77");
    command
}

fn plays(place: &Place, language: &str, lines: &[&str]) {
    let Output { status, stdout, stderr } = demo(place, language).output().unwrap();
    let (told, complained) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    assert!(status.success() && complained.is_empty(), "{told}\n{complained}");
    for line in lines {
        assert!(told.contains(line), "{line:?} is missing in\n{told}");
    }
    let wide: Vec<&str> = told.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(wide.is_empty(), "too wide: {wide:#?}");
    assert!(!told.contains("{}") && !told.contains('\x1b'), "{told}");
    assert!(place.is_empty(), "something is left in {}", place.0.display());
}

#[test]
fn plays_in_spanish() {
    let lines = [
        "cobrada         107  21.443,48 €",
        "pendiente       107  17.360,56 €",
        "anulada          53   7.714,80 €",
        "✗ email: \"jose francisco.lerma@example.com\" is not an e-mail address.",
        "solo quedan 1.461,20 € por cobrar",
        "Ahora sí: emítela.",
        "? ¿Emitir la factura con el próximo número, ahora F-",
        "— Sí.",
        "Motivo: Devolución de 10 libros.",
        "retención de IRPF 15 %   −120,00 €",
        "a pagar    848,00 €",
        "recargo 5,2 %      9,36 €",
        "recargo 0,5 %      1,20 €",
        "€ en total − 120,00 € de IRPF retenido − 192,40 €",
        "Hora local (Europe/Madrid):",
        "7 registros de facturación encadenados, 6 facturas",
        "todos correctos",
    ];
    plays(&Place::new("es"), "es", &lines);
}

#[test]
fn plays_in_english() {
    let lines = [
        "paid            107  €21,443.48",
        "pending         107  €17,360.56",
        "cancelled        53   €7,714.80",
        "Brought in: 39 clients, 267 invoices, 107 payments and 53 cancellations",
        "✗ The invoice cannot be issued yet. Missing or wrong: street, postal_code",
        "10 books returned",
        "? Issue the invoice under the next number, now F-",
        "— Yes.",
        "-0001 (pending): €1,000.00 paid, €1,268.80 outstanding.",
        "income tax withheld 15%    −€120.00",
        "surcharge 5.2%       €9.36",
        "€22,030.02 in total − €120.00 of income tax withheld − €192.40",
        "7 registration records in one chain, 6 invoices",
        "all of them right",
    ];
    plays(&Place::new("en"), "en", &lines);
}

#[test]
fn leaves_nothing_when_interrupted() {
    let place = Place::new("int");
    let mut running = demo(&place, "en").stdout(std::process::Stdio::null()).spawn().unwrap();
    let made = || !place.is_empty();
    let limit = std::time::Instant::now() + Duration::from_secs(10);
    while !made() && std::time::Instant::now() < limit {
        std::thread::sleep(Duration::from_millis(5));
    }
    // in the middle of making the cluster, or just after
    std::thread::sleep(Duration::from_millis(500));
    kill(Pid::from_raw(running.id().cast_signed()), Signal::SIGINT).unwrap();
    assert_eq!(running.wait().unwrap().code(), Some(1));
    assert!(place.is_empty(), "something is left in {}", place.0.display());
}
