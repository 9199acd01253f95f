//! Whole sessions over every kind of stream, in both eras of the protocol.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::Stdio;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use serde_json::json;

use super::host::{Host, Kind, scratch};
use super::server;
use crate::support::messages::{call, initialize, stateless};

fn hosts() -> Vec<(String, Host)> {
    let mut hosts = vec![("one socket".to_owned(), Host::one_socket())];
    for stdin in [Kind::Pipe, Kind::Socket] {
        for stdout in [Kind::Pipe, Kind::Socket] {
            hosts.push((format!("{stdin:?} to {stdout:?}"), Host::new(stdin, stdout)));
        }
    }
    hosts
}

#[test]
fn with_a_handshake() {
    for (name, mut host) in hosts() {
        host.initialize();
        for id in 1..=3 {
            host.write(call(id, "echo", json!({"text": name})));
            let answer = host.read();
            assert_eq!((&answer["id"], &answer["result"]["content"][0]["text"]), (&json!(id), &json!(name)));
        }
        host.close().assert_prompt_success();
    }
}

#[test]
fn without_a_handshake() {
    for (name, mut host) in hosts() {
        host.write(stateless(1, "server/discover", json!({})));
        let versions = &host.read()["result"]["supportedVersions"];
        assert!(versions.as_array().unwrap().contains(&json!("2026-07-28")), "{name}: {versions}");
        let params = json!({"name": "echo", "arguments": {"text": "hola"}});
        host.write(stateless(2, "tools/call", params));
        assert_eq!(host.read()["result"]["content"][0]["text"], "hola", "{name}");
        host.close().assert_prompt_success();
    }
}

#[test]
fn a_request_of_the_servers_is_answered() {
    let mut host = Host::new(Kind::Socket, Kind::Pipe);
    host.initialize();
    host.write(call(1, "ask", json!({})));
    let question = host.read();
    assert_eq!(question["method"], "roots/list");
    host.write(format!(
        "{}\n",
        json!({"jsonrpc": "2.0", "id": question["id"], "result": {"roots": [{"uri": "file:///"}]}})
    ));
    assert_eq!(host.read()["result"]["content"][0]["text"], "1 roots");
    host.close().assert_prompt_success();
}

#[test]
fn requests_from_a_file() {
    let path = scratch("requests");
    let requests: String = (1..=3).map(|id| call(id, "sleep", json!({"ms": 50}))).collect();
    std::fs::write(&path, initialize(0) + &requests).unwrap();
    let end = Host::reading(File::open(&path).unwrap().into()).end();
    std::fs::remove_file(&path).unwrap();
    end.assert_prompt_success();
    assert_eq!(end.ids(), [0, 1, 2, 3]);
}

#[test]
fn requests_from_nowhere() {
    let end = Host::reading(Stdio::null()).end();
    end.assert_prompt_success();
    assert!(end.answers.is_empty());
}

/// A named pipe whose writer comes and goes before the server looks at it.
#[test]
fn requests_from_a_named_pipe() {
    let path = scratch("fifo");
    nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let writer = std::thread::spawn({
        let path = path.clone();
        move || std::fs::write(path, initialize(0) + &call(1, "echo", json!({"text": "x"}))).unwrap()
    });
    let stdin = File::open(&path).unwrap();
    writer.join().unwrap();
    let end = Host::reading(stdin.into()).end();
    std::fs::remove_file(&path).unwrap();
    end.assert_prompt_success();
    assert_eq!(end.ids(), [0, 1]);
}

#[test]
fn answers_into_a_file() {
    let (requests, answers) = (scratch("requests"), scratch("answers"));
    let calls: String = (1..=500).map(|id| call(id, "echo", json!({"text": "x"}))).collect();
    std::fs::write(&requests, initialize(0) + &calls).unwrap();
    let log = scratch("log");
    let status = server::command(log.to_str().unwrap())
        .stdin(File::open(&requests).unwrap())
        .stderr(File::create(&answers).unwrap())
        .status()
        .unwrap();
    let written = std::fs::read_to_string(&answers).unwrap();
    for path in [requests, answers, log] {
        std::fs::remove_file(path).unwrap();
    }
    assert!(status.success());
    assert_eq!(written.lines().count(), 501);
}

/// stdin, stdout and stderr may share a description with each other and with other processes: it must stay as it
/// was. And with `2>&1` every log line must arrive, however full the stream is.
#[test]
fn no_stream_is_made_non_blocking() {
    for socket in [true, false] {
        let (ours, theirs): (OwnedFd, OwnedFd) = if socket {
            UnixStream::pair().map(|(a, b)| (a.into(), b.into())).unwrap()
        } else {
            std::io::pipe().map(|(a, b)| (a.into(), b.into())).unwrap()
        };
        let (mut to, stdin) = if socket {
            (File::from(ours.try_clone().unwrap()), theirs.try_clone().unwrap())
        } else {
            std::io::pipe().map(|(a, b)| (OwnedFd::from(b).into(), a.into())).unwrap()
        };
        let watched = [stdin.try_clone().unwrap(), theirs.try_clone().unwrap()];
        let mut child = server::command(server::SAME_AS_STDOUT).stdin(stdin).stderr(theirs).spawn().unwrap();
        to.write_all(initialize(0).as_bytes()).unwrap();
        let mut from = File::from(ours);
        assert!(from.read(&mut [0; 1]).unwrap() == 1, "no answer");
        for fd in &watched {
            let flags = OFlag::from_bits_retain(fcntl(fd.as_fd(), FcntlArg::F_GETFL).unwrap());
            assert!(!flags.contains(OFlag::O_NONBLOCK));
        }
        drop(watched);
        let _ = nix::sys::socket::shutdown(
            std::os::fd::AsRawFd::as_raw_fd(&to),
            nix::sys::socket::Shutdown::Write,
        );
        drop(to);
        from.read_to_end(&mut Vec::new()).unwrap();
        assert!(child.wait().unwrap().success());
    }
}
