//! Lines that cannot be read, lines that are too long, and readers that are too slow.

use std::io::Write;
use std::time::Duration;

use serde_json::{Value, json};

use super::host::{Host, Kind};
use crate::support::messages::{call, initialize, request, stateless};

#[test]
fn unreadable_lines_are_passed_over_and_told_without_their_content() {
    let mut host = Host::new(Kind::Pipe, Kind::Pipe);
    host.initialize();
    host.write("secreto, no JSON\n");
    host.write("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"secreto\n");
    host.write(b"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"secreto \xff\xfe\"}\n");
    host.write("\n  \r\n");
    host.write(call(3, "echo", json!({"text": "x"})));
    assert_eq!(host.read()["id"], 3);
    let end = host.close();
    end.assert_prompt_success();
    assert!(end.answers.is_empty());
    assert_eq!(end.log.matches("WARN").count(), 3, "{}", end.log);
    assert!(end.log.contains("not JSON") && end.log.contains("not UTF-8"), "{}", end.log);
    assert!(!end.log.contains("secreto"), "{}", end.log);
}

#[test]
fn many_unreadable_lines_do_not_fill_the_log() {
    let mut host = Host::new(Kind::Socket, Kind::Socket);
    host.initialize();
    host.write("x\n".repeat(5_000));
    let end = host.close();
    end.assert_prompt_success();
    assert_eq!(end.log.matches("WARN").count(), 8 + 9, "{}", end.log);
}

#[test]
fn json_that_is_no_message_is_answered_as_such() {
    let mut host = Host::new(Kind::Pipe, Kind::Pipe);
    host.initialize();
    host.write("{\"secreto\":1}\n");
    let answer = host.read();
    assert_eq!((&answer["error"]["code"], answer.get("id")), (&json!(-32600), None));
    host.write("{\"id\":4,\"method\":\"tools/list\",\"params\":{\"secreto\":1}}\n");
    let answer = host.read();
    assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(-32600), &json!(4)));
    host.write("{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"tools/call\",\"params\":{\"secreto\":1e400}}\n");
    let answer = host.read();
    assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(-32700), &json!(6)));
    host.write("{\"method\":\"$/setTrace\"}\n{\"jsonrpc\":\"2.0\",\"method\":\"notifications/custom\"}\n");
    host.write(request(5, "no/such/method", json!({})));
    let answer = host.read();
    assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(-32601), &json!(5)));
    let end = host.close();
    end.assert_prompt_success();
    assert!(!end.log.contains("secreto"), "{}", end.log);
}

/// Two answers with one id could not be told apart.
#[test]
fn an_id_that_waits_for_its_answer_is_not_taken_twice() {
    let mut host = Host::new(Kind::Pipe, Kind::Pipe);
    host.initialize();
    let sleep = call(7, "sleep", json!({"ms": 300}));
    host.write(format!("{sleep}{sleep}"));
    let refused = host.read();
    assert_eq!((&refused["error"]["code"], refused.get("id")), (&json!(-32600), None));
    let answer = host.read();
    assert_eq!((&answer["id"], answer.get("error")), (&json!(7), None));
    host.write(call(7, "echo", json!({"text": "x"})));
    assert_eq!(host.read()["id"], 7, "once it is answered, it is free");
    host.close().assert_prompt_success();
}

#[test]
fn a_last_line_without_a_newline_counts() {
    let mut host = Host::new(Kind::Pipe, Kind::Pipe);
    host.initialize();
    host.write(call(1, "echo", json!({"text": "x"})).trim_end());
    let end = host.close();
    end.assert_prompt_success();
    assert_eq!(end.ids(), [1]);
}

#[test]
fn a_message_before_the_session_is_ignored() {
    let mut host = Host::new(Kind::Pipe, Kind::Pipe);
    host.write(stateless(1, "server/discover", json!({})));
    host.write(format!(
        "{}\n",
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}})
    ));
    assert_eq!(host.read()["id"], 1);
    host.initialize();
    host.close().assert_prompt_success();
}

#[test]
fn a_line_of_17_mib_is_dropped_in_bounded_memory() {
    for kind in [Kind::Pipe, Kind::Socket] {
        let mut host = Host::new(kind, kind);
        host.initialize();
        let before = host.peak_memory();
        for id in [1, 2, 3] {
            host.write(call(id, "echo", json!({"text": "x".repeat(17 << 20)})));
        }
        host.write(call(4, "echo", json!({"text": "x"})));
        assert_eq!(host.read()["id"], 4);
        let grown = host.peak_memory() - before;
        assert!(grown < 40 << 10, "{grown} KiB");
        let end = host.close();
        end.assert_prompt_success();
        assert_eq!(end.log.matches("too long").count(), 3, "{}", end.log);
    }
}

#[test]
fn a_long_line_within_the_limit_is_answered_whole() {
    let mut host = Host::new(Kind::Socket, Kind::Socket);
    host.initialize();
    let text = "x".repeat(3 << 20);
    host.write(call(1, "echo", json!({"text": text})));
    assert_eq!(host.read()["result"]["content"][0]["text"].as_str().unwrap().len(), text.len());
    host.close().assert_prompt_success();
}

#[test]
fn a_slow_reader_gets_every_answer_once() {
    for kind in [Kind::Pipe, Kind::Socket] {
        let mut host = Host::new(kind, kind);
        host.initialize();
        // All written before the first is read: neither side may wait for the other.
        for id in 1..=4_000 {
            host.write(call(id, "big", json!({"bytes": 200})));
        }
        std::thread::sleep(Duration::from_millis(100));
        let end = host.close();
        assert_eq!(end.code, Some(0), "{}", end.log);
        assert_eq!(end.ids(), (1..=4_000).collect::<Vec<_>>());
    }
}

#[test]
fn a_reader_that_stands_still_does_not_cost_all_memory() {
    let mut host = Host::new(Kind::Pipe, Kind::Pipe);
    host.initialize();
    let mut input = host.input.take().unwrap();
    let writer = std::thread::spawn(move || {
        for id in 1..=4_000 {
            // Padded, so that the requests do not all fit into the pipe and the first read.
            let arguments = json!({"bytes": 20_000, "padding": "x".repeat(1_000)});
            input.write_all(call(id, "big", arguments).as_bytes()).unwrap();
        }
    });
    std::thread::sleep(Duration::from_millis(1_000));
    let peak = host.peak_memory();
    let end = host.end();
    writer.join().unwrap();
    assert!(peak < 64 << 10, "{peak} KiB");
    assert_eq!(end.ids(), (1..=4_000).collect::<Vec<_>>());
}

#[test]
fn everything_in_one_write() {
    let mut host = Host::new(Kind::Pipe, Kind::Pipe);
    let calls: String = (1..=100).map(|id| call(id, "echo", json!({"text": "x"}))).collect();
    host.write(initialize(0) + &calls);
    let end = host.close();
    end.assert_prompt_success();
    assert_eq!(end.ids(), (0..=100).collect::<Vec<_>>());
}

#[test]
fn a_flood_is_taken_in_as_it_is_answered() {
    for kind in [Kind::Pipe, Kind::Socket] {
        let mut host = Host::new(kind, kind);
        host.initialize();
        let calls: String = (1..=3_000).map(|id| call(id, "crowd", json!({}))).collect();
        host.write(calls);
        let end = host.close();
        assert_eq!(end.code, Some(0), "{}", end.log);
        assert_eq!(end.ids(), (1..=3_000).collect::<Vec<_>>());
        let together = |answer: &Value| answer["result"]["content"][0]["text"].as_str()?.parse().ok();
        let most: Option<usize> = end.answers.iter().filter_map(together).max();
        assert!(most > Some(100) && most <= Some(256), "{most:?} at once");
    }
}

#[test]
fn calls_that_wait_for_the_host_do_not_keep_it_from_answering() {
    let mut host = Host::new(Kind::Pipe, Kind::Pipe);
    host.initialize();
    host.write((1..=300).map(|id| call(id, "ask", json!({}))).collect::<String>());
    let questions: Vec<_> = (1..=300).map(|_| host.read()["id"].clone()).collect();
    for id in questions {
        host.write(format!("{}\n", json!({"jsonrpc": "2.0", "id": id, "result": {"roots": []}})));
    }
    let end = host.close();
    assert_eq!(end.ids(), (1..=300).collect::<Vec<_>>(), "{}", end.log);
}
