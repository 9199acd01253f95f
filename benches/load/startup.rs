//! How long a person waits at the start, and what the process weighs.

use std::{fs, path::Path, process::Command};

use crate::{
    Result,
    ask::Ask,
    measure::{Measured, Plan, SHAPE},
    report::{Bar, Table, number},
    server::{FACTURO, Server, data_dir, remove, root},
    statistics::median,
    subject::Subject,
};

/// Starts on the private server that is up, and from nothing, and a table of them with memory and size.
pub fn measure(server: &Server, plan: &Plan, measured: &Measured) -> Result<Table> {
    let warm: Vec<_> = (0..plan.starts.0).map(|_| start(server, &data_dir())).collect::<Result<_>>()?;
    let cold = root().join("cold");
    let mut colds = Vec::new();
    for _ in 0..plan.starts.1 {
        remove(&cold)?;
        colds.push(start(server, &cold)?.1);
    }
    remove(&cold)?;
    let mut table = Table::new("Start, memory, size", &["what", "measured", "bar", "holds"]);
    let mut row = |what: &str, value: Option<f64>, unit: &str, most: f64| {
        let [limit, holds] = Bar::AtMost(most).cells(value);
        table.row([
            what.to_owned(),
            format!("{} {unit}", number(value, 1)),
            format!("{limit} {unit}"),
            holds,
        ]);
    };
    row("spawn → answer to initialize", median(warm.iter().map(|it| it.0).collect()), "ms", 5.0);
    row("spawn → first answer, private server up", median(warm.iter().map(|it| it.1).collect()), "ms", 25.0);
    row("spawn → first answer, nothing there yet", median(colds), "ms", 1200.0);
    let megabytes = |kilobytes: u64| kilobytes as f64 / 1024.0;
    row("resident, idle", median(measured.memory.iter().map(|it| megabytes(it.0)).collect()), "MB", 10.0);
    let peaks = measured.memory.iter().map(|it| megabytes(it.1));
    row("resident, most in a whole round", peaks.max_by(f64::total_cmp), "MB", 16.0);
    row("binary", Some(fs::metadata(FACTURO)?.len() as f64 / 1e6), "MB", 15.0);
    Ok(table)
}

/// Milliseconds from the spawn to the answer to initialize, and to the first answer of a tool.
fn start(server: &Server, data_dir: &Path) -> Result<(f64, f64)> {
    let mut command = Command::new(FACTURO);
    command.env_clear().env("FACTURO_DATA_DIR", data_dir).env("FACTURO_LINGER", "0");
    command.env("FACTURO_POSTGRES_BIN", &server.programs);
    let mut subject = Subject::spawn(&mut command)?;
    let initialized = subject.initialize()?;
    subject.call(Ask::Business, SHAPE)?;
    let first = subject.spawned.elapsed();
    subject.end()?;
    Ok((initialized.as_secs_f64() * 1e3, first.as_secs_f64() * 1e3))
}
