//! Commits whose answer is lost on its way: nobody knows whether they happened, and they are done once all the same.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use serde_json::json;

use crate::endurance::{assert_gapless, assert_whole};
use crate::support::database::Database;
use crate::support::office::Office;
use crate::support::session::{Era, Session, facturo};

/// Stands between facturo and PostgreSQL, and cuts a connection off just when it is told of a commit.
struct Proxy {
    port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// Answers to commits that were kept back.
    lost: AtomicU32,
    /// Lets nobody through any more once an answer is lost.
    falls: AtomicBool,
}

impl State {
    fn is_down(&self) -> bool {
        self.falls.load(Ordering::Relaxed) && self.lost.load(Ordering::Relaxed) > 0
    }
}

impl Proxy {
    fn before(socket: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, state) = (listener.local_addr().unwrap().port(), Arc::new(State::default()));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if !shared.is_down() {
                    relay(client, &socket, &shared);
                }
            }
        });
        Self { port, state }
    }

    /// A server that reaches this database by the proxy alone.
    fn session(&self, database: &Database) -> Session {
        self.session_of(database, &mut facturo())
    }

    fn session_of(&self, database: &Database, command: &mut Command) -> Session {
        let name = database.value("SELECT current_database()");
        let url = format!("postgresql://postgres@127.0.0.1:{}/{name}", self.port);
        let mut session = Session::start(command.env("DATABASE_URL", url), Era::Handshake);
        session.call("get_business", json!({}));
        session
    }

    fn lost(&self) -> u32 {
        self.state.lost.load(Ordering::Relaxed)
    }
}

fn relay(mut client: TcpStream, socket: &Path, state: &Arc<State>) {
    let mut server = UnixStream::connect(socket).unwrap();
    let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Both);
    });
    let state = Arc::clone(state);
    std::thread::spawn(move || {
        let mut buffer = [0; 65_536];
        while let Ok(read @ 1..) = server.read(&mut buffer) {
            let told = &buffer[..read];
            // what the server writes when it has committed, and never otherwise in these tests
            if told.windows(7).any(|bytes| bytes == b"COMMIT\0") {
                state.lost.fetch_add(1, Ordering::Relaxed);
                break;
            }
            if state.is_down() || client.write_all(told).is_err() {
                break;
            }
        }
        let _ = client.shutdown(Shutdown::Both);
        let _ = server.shutdown(Shutdown::Both);
    });
}

#[test]
fn fifty_commits_whose_answers_are_lost_are_fifty_invoices() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let proxy = Proxy::before(office.database.socket());
    let mut session = proxy.session(&office.database);
    for n in 1..=50 {
        let mut new = json!({"client_id": client, "net_amount": n, "description": "x", "issue": true});
        if n % 2 == 0 {
            new["idempotency_key"] = json!(format!("key {n}"));
        }
        let made = session.call("create_invoice", new.clone());
        let kept = office.call("get_invoice", json!({"invoice_id": made["number"]}));
        assert_eq!(
            (&made["id"], &made["total"]),
            (&kept["id"], &kept["total"]),
            "the answer is of what was written"
        );
        if n % 2 == 0 {
            assert_eq!(session.call("create_invoice", new), made, "the same answer, letter by letter");
        }
    }
    assert_eq!(proxy.lost(), 50);
    assert_eq!(assert_gapless(&office.database), 50);
    assert_whole(&office.database);
}

#[test]
fn a_yes_whose_commit_was_not_answered_is_used_once_and_answered() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let proxy = Proxy::before(office.database.socket());
    let mut session = proxy.session_of(&office.database, facturo().env("FACTURO_CONFIRM", "ask"));
    for n in 1..=10 {
        let mut new = json!({"client_id": client, "net_amount": n, "description": "x", "issue": true});
        let preview = session.call("create_invoice", new.clone());
        new["confirmation_token"] = preview["confirmation_token"].clone();
        let made = session.call("create_invoice", new.clone());
        assert_eq!(made["total"], preview["preview"]["total"]);
        let told = session.refuse("create_invoice", new);
        assert!(told.contains("used already"), "{told}");
    }
    assert_eq!(proxy.lost(), 10);
    assert_eq!(assert_gapless(&office.database), 10);
    assert_whole(&office.database);
}

#[test]
fn a_commit_that_nobody_answers_for_is_said_to_be_in_doubt() {
    for (key, word) in [(None, "Look whether it is there"), (Some("k"), "the same idempotency_key")] {
        let mut office = Office::open();
        let client = office.client("Ana");
        let proxy = Proxy::before(office.database.socket());
        let mut session = proxy.session(&office.database);
        proxy.state.falls.store(true, Ordering::Relaxed);
        let mut new = json!({"client_id": client, "net_amount": 1, "description": "x", "issue": true});
        if let Some(key) = key {
            new["idempotency_key"] = json!(key);
        }
        let told = session.refuse("create_invoice", new.clone());
        assert!(told.contains(word) && told.contains("may have been done or not"), "{told}");
        assert!(!told.contains("half written"), "{told}");
        if key.is_some() {
            proxy.state.falls.store(false, Ordering::Relaxed);
            session.call("create_invoice", new);
        }
        assert_eq!(assert_gapless(&office.database), 1);
    }
}
