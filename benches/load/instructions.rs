//! Instructions that facturo executes for one call, by callgrind: they do not depend on the machine's mood.

use std::{fs, process::Command};

use crate::{
    Result,
    ask::Ask,
    books,
    measure::SHAPE,
    report::Table,
    server::{Server, root},
    subject::Subject,
    workload::{Draws, Workload},
};

const DATABASE: &str = "counted";
/// Two runs differ by so many calls, and the start falls out of the difference.
const CALLS: [usize; 2] = [10, 60];

pub fn measure(server: &Server) -> Result<Table> {
    let mut table = Table::new("Instructions for a call (callgrind)", &["call", "instructions"]);
    if Command::new("valgrind").arg("--version").output().is_err() {
        table.note("There is no valgrind here.");
        return Ok(table);
    }
    books::open(server, DATABASE, SHAPE)?;
    let calls = [
        ("an argument that the tool does not have (no database)", None),
        ("get_client", Some(Workload::Get)),
        ("create_invoice, a draft of 2 lines", Some(Workload::Create)),
        ("list_invoices, 50 rows", Some(Workload::List)),
    ];
    for (what, workload) in calls {
        let [few, many] = CALLS.map(|calls| count(server, workload, calls));
        let each = (many? - few?) / (CALLS[1] - CALLS[0]) as u64;
        table.row([what.to_owned(), format!("{}k", each / 1000)]);
    }
    books::close(server, DATABASE)?;
    Ok(table)
}

/// Instructions of a whole process that answers so many calls.
fn count(server: &Server, workload: Option<Workload>, calls: usize) -> Result<u64> {
    let log = root().join("callgrind.log");
    let mut facturo = server.facturo(DATABASE);
    let mut command = Command::new("valgrind");
    command
        .env_clear()
        .envs(facturo.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .env("PATH", "/usr/bin:/bin");
    command
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(format!("--log-file={}", log.display()));
    command.arg(facturo.arg("serve").get_program());
    let mut subject = Subject::spawn(&mut command)?;
    subject.initialize()?;
    let mut draws = Draws::new(workload.unwrap_or(Workload::Get), SHAPE, calls as u64, 0);
    for _ in 0..calls {
        let ask = match workload {
            Some(workload) => draws.draw(workload).ok_or("nothing left to call")?,
            None => Ask::Refused,
        };
        subject.call(ask, SHAPE)?;
    }
    subject.end()?;
    let log = fs::read_to_string(log)?;
    let collected = log.lines().rev().find_map(|line| line.split_once("Collected : "));
    Ok(collected.ok_or("callgrind says nothing")?.1.trim().parse()?)
}
