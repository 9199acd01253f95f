//! A server that speaks MCP over pipes, and load on it: one thread, answers kept as they come and checked once the clock
//! has stopped.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, Write as _},
    ops::Range,
    os::fd::AsFd as _,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use nix::poll::{PollFd, PollFlags, poll};
use serde_json::{Value, json};

use crate::{Result, ask::Ask, books::Shape, measure::Sample, server::root};

/// Whoever says nothing for so long is given up.
const PATIENCE: u16 = 60_000;
const CHUNK: usize = 64 * 1024;

pub struct Subject {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    next_id: u64,
    /// The lines that came in; kept between runs, so that its pages are there.
    received: Vec<u8>,
    pub spawned: Instant,
}

/// What a stretch of load came to.
struct Load {
    /// In the order of the answers.
    latencies: Vec<Duration>,
    wall: Duration,
    /// What was asked, and where in what was received its answer stands.
    answers: Vec<(Ask, Range<usize>)>,
}

impl Subject {
    pub fn spawn(command: &mut Command) -> Result<Self> {
        let log = File::options().create(true).append(true).open(root().join("facturo.log"))?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        let spawned = Instant::now();
        let mut child = command.spawn().map_err(|error| format!("{:?}: {error}", command.get_program()))?;
        let input = child.stdin.take();
        let output = BufReader::with_capacity(CHUNK, child.stdout.take().ok_or("no pipe")?);
        Ok(Self { child, input, output, next_id: 1, received: Vec::with_capacity(CHUNK), spawned })
    }

    /// Opens the session; answers how long it took from the spawn.
    pub fn initialize(&mut self) -> Result<Duration> {
        self.write(
            br#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"bench","version":"0"}}}
"#,
        )?;
        let line = self.answer()?.0;
        let took = self.spawned.elapsed();
        let answer: Value = serde_json::from_slice(&self.received[line])?;
        if answer["result"]["serverInfo"].is_null() {
            return Err(format!("no answer to initialize: {answer}").into());
        }
        self.write(b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n")?;
        Ok(took)
    }

    /// One call by itself.
    pub fn call(&mut self, ask: Ask, shape: Shape) -> Result<Value> {
        let mut request = Vec::new();
        ask.write(self.next_id, &mut request);
        self.next_id += 1;
        self.received.clear();
        self.write(&request)?;
        let line = self.answer()?.0;
        ask.check(&self.received[line], shape)
    }

    /// Keeps so many calls in flight for a while, after a fifth of it to warm up, and then has every answer checked. Answers
    /// how many writes there were in all, too.
    pub fn run(
        &mut self,
        mut draw: impl FnMut() -> Option<Ask>,
        in_flight: usize,
        time: Duration,
        check: impl Fn(Ask, &[u8]) -> Result<()>,
    ) -> Result<(Sample, u64)> {
        let mut writes = 0;
        let mut run = |time| -> Result<Load> {
            let load = self.load(&mut draw, in_flight, time)?;
            for (ask, line) in &load.answers {
                check(*ask, &self.received[line.clone()])?;
                writes += u64::from(ask.writes());
            }
            Ok(load)
        };
        run(time / 5)?;
        let load = run(time)?;
        let per_second = load.latencies.len() as f64 / load.wall.as_secs_f64();
        Ok((Sample::of(&load.latencies, per_second)?, writes))
    }

    fn load(
        &mut self,
        mut draw: impl FnMut() -> Option<Ask>,
        in_flight: usize,
        time: Duration,
    ) -> Result<Load> {
        let (first_id, mut sent, mut requests) = (self.next_id, Vec::new(), Vec::with_capacity(CHUNK));
        let mut load = Load { latencies: Vec::new(), wall: Duration::ZERO, answers: Vec::new() };
        self.received.clear();
        let begun = Instant::now();
        let (mut now, mut wanted, mut open) = (begun, in_flight, 0);
        loop {
            requests.clear();
            for ask in std::iter::from_fn(&mut draw).take(wanted) {
                ask.write(first_id + sent.len() as u64, &mut requests);
                sent.push((ask, now));
                open += 1;
            }
            if open == 0 {
                break;
            }
            self.write(&requests)?;
            wanted = 0;
            // all that is there at once, so that what is asked next leaves in one write
            while wanted == 0 || open > 0 && self.output.buffer().contains(&b'\n') {
                let (line, id) = self.answer()?;
                now = Instant::now();
                let (ask, asked) =
                    *sent.get(usize::try_from(id.wrapping_sub(first_id))?).ok_or("an answer to nothing")?;
                load.latencies.push(now - asked);
                load.answers.push((ask, line));
                open -= 1;
                wanted += 1;
            }
            if now - begun >= time {
                wanted = 0;
            }
        }
        load.wall = now - begun;
        self.next_id += sent.len() as u64;
        Ok(load)
    }

    /// Asks in one's own words; answers how long it took, and what was said.
    pub fn ask(&mut self, tool: &str, arguments: &Value) -> Result<(Duration, Value)> {
        let (id, params) = (self.next_id, json!({"name": tool, "arguments": arguments}));
        let request = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params});
        self.next_id += 1;
        self.received.clear();
        let asked = Instant::now();
        self.write(format!("{request}\n").as_bytes())?;
        let line = self.answer()?.0;
        let took = asked.elapsed();
        let mut answer: Value = serde_json::from_slice(&self.received[line])?;
        let said = answer["result"]["structuredContent"].take();
        if said.is_null() { Err(format!("{tool} {arguments}: {answer}").into()) } else { Ok((took, said)) }
    }

    /// Kilobytes: `VmRSS` is what it has now, `VmHWM` the most it had.
    pub fn memory(&self, name: &str) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        Ok(line.and_then(|line| line.split_whitespace().next()).unwrap_or_default().parse()?)
    }

    /// Ends as hosts end a session.
    pub fn end(mut self) -> Result<()> {
        self.input = None;
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(format!("it ended with {status}").into()) }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        Ok(self.input.as_mut().ok_or("it has ended")?.write_all(bytes)?)
    }

    /// The next line that answers something: where it stands in `received`, and its id.
    fn answer(&mut self) -> Result<(Range<usize>, u64)> {
        loop {
            if self.output.buffer().is_empty() {
                let ready =
                    poll(&mut [PollFd::new(self.output.get_ref().as_fd(), PollFlags::POLLIN)], PATIENCE)?;
                if ready == 0 {
                    return Err("no answer within a minute".into());
                }
            }
            let start = self.received.len();
            if self.output.read_until(b'\n', &mut self.received)? == 0 {
                return Err("it closed its output; target/bench/facturo.log may say why".into());
            }
            let line = start..self.received.len();
            if let Some(id) = id_of(&self.received[line.clone()]) {
                return Ok((line, id));
            }
        }
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The id of an answer, without parsing the rest: it stands at the front, or at the very end.
fn id_of(line: &[u8]) -> Option<u64> {
    const FIELD: &[u8] = b"\"id\":";
    let front = &line[..line.len().min(40)];
    let at = front.windows(FIELD.len()).position(|bytes| bytes == FIELD);
    let at = at.or_else(|| line.windows(FIELD.len()).rposition(|bytes| bytes == FIELD))?;
    let digits = line[at + FIELD.len()..].iter().take_while(|byte| byte.is_ascii_digit());
    let digits: Vec<u8> = digits.copied().collect();
    std::str::from_utf8(&digits).ok()?.parse().ok()
}
