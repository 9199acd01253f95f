//! The ruler: the release binary under load over pipes, interleaved with PostgreSQL doing the very same statements through
//! pgbench. `docs/performance.md` says how it measures and what the bars are.

#![allow(clippy::disallowed_types, reason = "ratios and times, no money")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the tables are what it is for")]

mod ask;
mod books;
mod compare;
mod floor;
mod instructions;
mod measure;
mod peers;
mod pgbench;
mod plans;
mod record;
mod report;
mod round;
mod scale;
mod server;
mod startup;
mod statistics;
mod subject;
mod wire;
mod workload;

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Measures facturo against PostgreSQL itself.
#[derive(Parser)]
struct Options {
    /// Two minutes: fewer and shorter rounds.
    #[arg(long)]
    quick: bool,
    /// How the cost of calls grows with the books, and no more.
    #[arg(long)]
    scale: bool,
    /// The directory of other servers to stand in the same table.
    #[arg(long)]
    peers: Option<PathBuf>,
    /// Rounds, instead of what the length would have.
    #[arg(long)]
    rounds: Option<usize>,
    /// Only these workloads, such as get,create.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Replace the tables of a document, between its two marks, by these.
    #[arg(long)]
    into: Option<PathBuf>,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<()> {
    let plan = measure::Plan::new(options.quick, options.rounds, &options.only)?;
    let peers = options.peers.as_deref().map_or_else(|| Ok(peers::Peers::none()), peers::Peers::of)?;
    let server = server::Server::start(&books::schema()?)?;
    let mut tables = vec![report::machine(&server)?];
    let mut refused = Vec::new();
    if !options.scale {
        let floors = measure::floors(&server, &plan)?;
        let measured = measure::rounds(&server, &plan, &floors, &peers)?;
        tables.push(compare::with_floor(&plan, &floors, &measured));
        tables.extend(compare::with_peers(&plan, &peers, &measured));
        tables.push(startup::measure(&server, &plan, &measured)?);
        tables.push(instructions::measure(&server)?);
    }
    if options.scale || !options.quick && options.only.is_empty() {
        let (grown, badly_planned) = scale::measure(&server, &plan)?;
        tables.extend(grown);
        refused = badly_planned;
    }
    report::print(&tables, options.into.as_deref())?;
    if refused.is_empty() { Ok(()) } else { Err(format!("plans refused: {}", refused.join(", ")).into()) }
}
