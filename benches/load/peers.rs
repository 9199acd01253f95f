//! Other servers that a person might run instead, over one table each of clients and invoices, under the same load. They are
//! not part of this repository: `scripts/bench-peers.sh` says what it expects of the directory that holds them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use serde_json::Value;

use crate::{
    Result,
    ask::Ask,
    books,
    measure::{SHAPE, Sample},
    server::{ADMINISTRATION, Server, root},
    subject::Subject,
    workload::{Draws, Workload},
};

/// The name of the database that the peers expect.
const DATABASE: &str = "bench";

/// One of them, and what it is started with.
pub struct Peer {
    pub title: &'static str,
    program: PathBuf,
    argument: Option<PathBuf>,
    environment: &'static [(&'static str, &'static str)],
}

pub struct Peers {
    all: Vec<Peer>,
    /// Statements that make their tables anew, and fill them.
    books: String,
}

impl Peers {
    /// None without a directory.
    pub fn none() -> Self {
        Self { all: Vec::new(), books: String::new() }
    }

    pub fn of(directory: &Path) -> Result<Self> {
        let (directory, installed) = (fs::canonicalize(directory)?, root().join("peers"));
        let peer = |name: &str| Some(directory.join("peers").join(name));
        let all = vec![
            Peer {
                title: "Python, FastMCP and asyncpg",
                program: installed.join("python/bin/python"),
                argument: peer("p1_fastmcp.py"),
                environment: &[("FASTMCP_CHECK_FOR_UPDATES", "off")],
            },
            Peer {
                title: "bare rmcp, as its documentation shows",
                program: installed.join("rust/release/p5_rmcp"),
                argument: None,
                environment: &[
                    ("RT", "multi:2"),
                    ("STDIO", "blocking"),
                    ("POOL", "8"),
                    ("ROUTER", "rebuild"),
                ],
            },
            Peer {
                title: "TypeScript SDK and pg",
                program: installed.join("node/node"),
                argument: peer("p3_ts_sdk.mjs"),
                environment: &[],
            },
        ];
        let sql = directory.join("sql");
        let books = fs::read_to_string(sql.join("schema.sql"))? + &fs::read_to_string(sql.join("load.sql"))?;
        let is_comment = |line: &&str| line.starts_with("--");
        let books: String = books.split_inclusive('\n').filter(|line| !is_comment(line)).collect();
        Ok(Self { all, books })
    }

    pub fn titles(&self) -> Vec<&'static str> {
        self.all.iter().map(|peer| peer.title).collect()
    }

    /// Makes their books anew.
    pub fn open_books(&self, server: &Server) -> Result<()> {
        if self.all.is_empty() {
            return Ok(());
        }
        books::close(server, DATABASE)?;
        server.rows(ADMINISTRATION, &format!("CREATE DATABASE {DATABASE}"))?;
        for statement in self.books.split_inclusive(';') {
            server.rows(DATABASE, statement)?;
        }
        Ok(())
    }

    /// Starts one of them, has it play a workload, and sees that every invoice that was acknowledged is there.
    pub fn run(
        &self,
        server: &Server,
        (peer, workload): (usize, Workload),
        in_flight: usize,
        time: Duration,
        seed: u64,
    ) -> Result<Sample> {
        let count =
            || -> Result<u64> { Ok(server.value(DATABASE, "SELECT count(*) FROM invoices")?.parse()?) };
        let before = count()?;
        let mut subject = self.all.get(peer).ok_or("no such peer")?.start(server)?;
        let mut draws = Draws::new(workload, SHAPE, seed, 0);
        let draw = || draws.draw(workload).map(Ask::of_peer);
        let (sample, created) = subject.run(draw, in_flight, time, check)?;
        let added = count()? - before;
        if added != created {
            return Err(format!("{created} invoices were acknowledged, and {added} are there").into());
        }
        Ok(sample)
    }
}

impl Peer {
    fn start(&self, server: &Server) -> Result<Subject> {
        let (socket, port) = (server.socket_dir(), "5432");
        let mut command = Command::new(&self.program);
        command.args(&self.argument).env_clear().env("PATH", "/usr/bin:/bin");
        let url = format!("postgresql://postgres@/{DATABASE}?host={}&port={port}", socket.display());
        command.env("DATABASE_URL", url).env("BENCH_SOCK", socket).env("BENCH_PGPORT", port);
        command.env("NODE_ROOT", root().join("peers/node")).envs(self.environment.iter().copied());
        let mut subject = Subject::spawn(&mut command)?;
        subject.initialize()?;
        Ok(subject)
    }
}

/// The workloads that they have tools for.
pub fn plays(workload: Workload) -> bool {
    matches!(workload, Workload::Get | Workload::Create | Workload::List | Workload::Mixed)
}

fn check(ask: Ask, line: &[u8]) -> Result<()> {
    let answer: Value = serde_json::from_slice(line)?;
    let result = &answer["result"];
    let text = result["content"][0]["text"].as_str().unwrap_or_default();
    let mut said = result["structuredContent"].clone();
    if said.is_null() {
        said = serde_json::from_str(text).unwrap_or_default();
    }
    if !said["result"].is_null() {
        said = said["result"].take();
    }
    let right = match ask {
        Ask::Get { client } => said["id"] == client && said["email"] == format!("client{client}@example.com"),
        Ask::CreateRow { client, .. } => {
            said["client_id"] == client && said["id"].as_i64() > Some(SHAPE.invoices)
        }
        Ask::List { client } => said.as_array().is_some_and(|rows| {
            rows.len() == 50
                && rows.iter().all(|row| row["client_id"] == client && row["status"] == "pending")
        }),
        _ => false,
    };
    let sound = right && result["isError"] != true;
    if sound { Ok(()) } else { Err(format!("{ask:?} was answered wrongly: {answer}").into()) }
}
