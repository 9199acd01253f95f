//! Every way a session ends. Hosts close stdin, send SIGTERM 2 s later and SIGKILL after that.

use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::json;

use super::host::{Host, Kind};
use super::server::GRACE;
use crate::support::messages::{call, initialize, request, stateless};

const KINDS: [Kind; 2] = [Kind::Pipe, Kind::Socket];

#[test]
fn input_ends_before_the_session() {
    for kind in KINDS {
        let end = Host::new(kind, kind).close();
        end.assert_prompt_success();
        assert!(end.answers.is_empty());
    }
    for opening in [stateless(1, "server/discover", json!({})), request(1, "ping", json!({}))] {
        let mut host = Host::new(Kind::Pipe, Kind::Pipe);
        host.write(opening);
        let end = host.close();
        end.assert_prompt_success();
        assert_eq!(end.ids(), [1]);
    }
}

#[test]
fn input_ends_right_after_the_opening() {
    let mut host = Host::new(Kind::Pipe, Kind::Pipe);
    host.write(initialize(0));
    let end = host.close();
    end.assert_prompt_success();
    assert_eq!(end.ids(), [0]);
}

#[test]
fn input_ends_with_calls_running() {
    for kind in KINDS {
        let mut host = Host::new(kind, kind);
        host.write(initialize(0));
        for id in 1..=3 {
            host.write(call(id, "sleep", json!({"ms": 300})));
        }
        let end = host.close();
        end.assert_prompt_success();
        assert_eq!(end.ids(), [0, 1, 2, 3]);
    }
}

/// Longer than rmcp itself would wait.
#[test]
fn input_ends_with_a_call_that_takes_six_seconds() {
    let mut host = Host::new(Kind::Pipe, Kind::Pipe);
    host.initialize();
    host.write(call(1, "sleep", json!({"ms": 6_000})));
    let end = host.close();
    assert_eq!(end.code, Some(0), "{}", end.log);
    assert_eq!(end.ids(), [1]);
}

#[test]
fn a_cancelled_call_does_not_hold_up_the_end() {
    let mut host = Host::new(Kind::Pipe, Kind::Pipe);
    host.initialize();
    host.write(call(1, "ask", json!({})));
    host.read();
    let params = json!({"requestId": 1});
    host.write(format!(
        "{}\n",
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params})
    ));
    let end = host.close();
    end.assert_prompt_success();
    assert!(end.ids().is_empty());
}

#[test]
fn a_question_to_the_client_does_not_hold_up_the_end() {
    let mut host = Host::new(Kind::Socket, Kind::Socket);
    host.initialize();
    host.write(call(1, "ask", json!({})));
    assert_eq!(host.read()["method"], "roots/list");
    let end = host.close();
    end.assert_prompt_success();
    assert_eq!(end.answers[0]["result"]["content"][0]["text"], "no answer");
}

#[test]
fn a_question_that_comes_too_late_fails() {
    let mut host = Host::new(Kind::Pipe, Kind::Pipe);
    host.write(initialize(0) + &call(1, "ask", json!({})) + &call(2, "sleep", json!({"ms": 100})));
    let end = host.close();
    end.assert_prompt_success();
    assert!(end.ids().ends_with(&[1, 2]), "{:?}", end.answers);
}

#[test]
fn an_open_subscription_gets_its_final_result() {
    for signal in [None, Some(Signal::SIGTERM)] {
        let mut host = Host::new(Kind::Pipe, Kind::Pipe);
        host.write(stateless(1, "server/discover", json!({})));
        host.read();
        host.write(stateless(
            2,
            "subscriptions/listen",
            json!({"notifications": {"toolsListChanged": true}}),
        ));
        assert_eq!(host.read()["method"], "notifications/subscriptions/acknowledged");
        let end = match signal {
            Some(signal) => {
                host.signal(signal);
                host.end()
            }
            None => host.close(),
        };
        end.assert_prompt_success();
        assert_eq!(end.ids(), [2], "{:?}", end.answers);
        assert_eq!(end.answers[0]["result"]["resultType"], "complete");
    }
}

#[test]
fn a_signal_ends_an_idle_server() {
    for kind in KINDS {
        for signal in [Signal::SIGTERM, Signal::SIGINT] {
            let mut host = Host::new(kind, kind);
            host.initialize();
            host.signal(signal);
            host.end().assert_prompt_success();
        }
    }
}

/// The thread that reads a terminal cannot be interrupted.
#[test]
fn a_signal_ends_a_server_on_a_terminal() {
    let terminal = nix::pty::openpty(None, None).unwrap();
    let mut host = Host::reading(terminal.slave.into());
    nix::unistd::write(&terminal.master, initialize(0).as_bytes()).unwrap();
    assert_eq!(host.read()["id"], 0);
    host.signal(Signal::SIGTERM);
    host.end().assert_prompt_success();
}

#[test]
fn a_signal_lets_a_running_call_be_answered() {
    for kind in KINDS {
        let mut host = Host::new(kind, kind);
        host.initialize();
        host.write(call(1, "sleep", json!({"ms": 500})) + &call(2, "echo", json!({"text": "x"})));
        assert_eq!(host.read()["id"], 2);
        host.signal(Signal::SIGTERM);
        std::thread::sleep(Duration::from_millis(100));
        host.write(call(3, "echo", json!({"text": "too late"})));
        let end = host.end();
        end.assert_prompt_success();
        assert_eq!(end.ids(), [1]);
    }
}

#[test]
fn a_signal_gives_up_a_call_after_the_grace() {
    let mut host = Host::new(Kind::Pipe, Kind::Pipe);
    host.initialize();
    host.write(call(1, "sleep", json!({"ms": 20_000})) + &call(2, "echo", json!({"text": "x"})));
    assert_eq!(host.read()["id"], 2);
    host.signal(Signal::SIGTERM);
    let end = host.end();
    assert_eq!(end.code, Some(0), "{}", end.log);
    assert!(end.took >= GRACE - Duration::from_millis(50) && end.took < 3 * GRACE, "{:?}", end.took);
    assert!(end.log.contains("given up"), "{}", end.log);
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let mut host = Host::new(Kind::Pipe, Kind::Pipe);
    host.initialize();
    host.write(call(1, "sleep", json!({"ms": 20_000})) + &call(2, "echo", json!({"text": "x"})));
    assert_eq!(host.read()["id"], 2);
    host.signal(Signal::SIGTERM);
    std::thread::sleep(Duration::from_millis(200));
    host.signal(Signal::SIGTERM);
    let end = host.end();
    assert_eq!(end.code, Some(0), "{}", end.log);
    assert!(end.took < GRACE / 2, "{:?}", end.took);
}

#[test]
fn a_signal_with_a_full_stdout_still_ends() {
    let mut host = Host::new(Kind::Pipe, Kind::Pipe);
    host.initialize();
    host.write(call(1, "big", json!({"bytes": 1_000_000})));
    std::thread::sleep(Duration::from_millis(200));
    host.signal(Signal::SIGTERM);
    let start = std::time::Instant::now();
    assert_eq!(host.child.wait().unwrap().code(), Some(0));
    assert!(start.elapsed() < 3 * GRACE);
}

#[test]
fn a_host_that_stops_reading_is_a_host_that_is_gone() {
    for kind in KINDS {
        let mut host = Host::new(kind, kind);
        host.initialize();
        let null = std::fs::File::open("/dev/null").unwrap();
        drop(std::mem::replace(&mut host.output, std::io::BufReader::new(null)));
        host.write(call(1, "echo", json!({"text": "x"})));
        let end = host.end();
        end.assert_prompt_success();
        assert!(end.log.contains("stdout cannot be written"), "{}", end.log);
    }
}

#[test]
fn a_first_message_that_is_not_mcp_is_refused_and_the_next_taken() {
    let mut host = Host::new(Kind::Pipe, Kind::Pipe);
    host.write(request(1, "tools/list", json!({})));
    assert_eq!(host.read()["error"]["code"], -32602);
    host.initialize();
    host.close().assert_prompt_success();
}
