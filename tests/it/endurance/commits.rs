//! Commits whose answer is lost on its way: nobody knows whether they happened, and they are done once all the same.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;

use super::{assert_gapless, assert_whole};
use crate::support::office::Office;
use crate::support::session::{Era, Session, facturo};

/// Stands between facturo and PostgreSQL, and cuts a connection off just when it is told of a commit: every third time.
struct Proxy {
    port: u16,
    lost: Arc<AtomicU32>,
}

impl Proxy {
    fn before(socket: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, lost) = (listener.local_addr().unwrap().port(), Arc::new(AtomicU32::new(0)));
        let (commits, count) = (Arc::new(AtomicU32::new(0)), Arc::clone(&lost));
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                relay(client, &socket, &commits, &count);
            }
        });
        Self { port, lost }
    }
}

fn relay(mut client: TcpStream, socket: &Path, commits: &Arc<AtomicU32>, lost: &Arc<AtomicU32>) {
    let mut server = UnixStream::connect(socket).unwrap();
    let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Both);
    });
    let (commits, lost) = (Arc::clone(commits), Arc::clone(lost));
    std::thread::spawn(move || {
        let mut buffer = [0; 65_536];
        while let Ok(read @ 1..) = server.read(&mut buffer) {
            let told = &buffer[..read];
            // what the server writes when it has committed, and never otherwise in this test
            if told.windows(7).any(|bytes| bytes == b"COMMIT\0")
                && commits.fetch_add(1, Ordering::Relaxed) % 3 == 0
            {
                lost.fetch_add(1, Ordering::Relaxed);
                break;
            }
            if client.write_all(told).is_err() {
                break;
            }
        }
        let _ = client.shutdown(Shutdown::Both);
        let _ = server.shutdown(Shutdown::Both);
    });
}

#[test]
fn a_commit_whose_answer_is_lost_is_done_once_and_answered() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let proxy = Proxy::before(office.database.socket());
    let name = office.database.value("SELECT current_database()");
    let url = format!("postgresql://postgres@127.0.0.1:{}/{name}", proxy.port);
    let mut session = Session::start(facturo().env("DATABASE_URL", url), Era::Handshake);
    for n in 1..=60 {
        let mut new = json!({"client_id": client, "net_amount": n, "description": "x", "issue": true});
        if n % 2 == 0 {
            new["idempotency_key"] = json!(format!("key {n}"));
        }
        let made = session.call("create_invoice", new);
        let kept = office.call("get_invoice", json!({"invoice_id": made["number"]}));
        assert_eq!(
            (&made["id"], &made["total"]),
            (&kept["id"], &kept["total"]),
            "the answer is of what was written"
        );
    }
    assert!(proxy.lost.load(Ordering::Relaxed) >= 20, "answers were lost");
    assert_eq!(assert_gapless(&office.database), 60);
    assert_whole(&office.database);
}
