//! The tables of the rounds: facturo against PostgreSQL itself, and against other servers.

use crate::{
    measure::{ALONE, Floors, MANY, Measured, Plan, Sample, Side},
    peers::{self, Peers},
    report::{Bar, Table, number},
    workload::Workload,
};

const P50: fn(&Sample) -> f64 = |sample| sample.p50;
const PER_SECOND: fn(&Sample) -> f64 = |sample| sample.per_second;

/// Each workload against the floor: alone by how long a call takes, among many by how many there are in a second.
pub fn with_floor(plan: &Plan, floors: &Floors, measured: &Measured) -> Table {
    let title = format!(
        "Against PostgreSQL itself (medians of {} rounds of {} s; a ratio is the median of each round's)",
        plan.rounds, plan.seconds
    );
    let columns = [
        "workload",
        "statements / round trips",
        "p50, ms",
        "floor",
        "ratio",
        "bar",
        "holds",
        "16: calls/s",
        "floor",
        "ratio",
        "bar",
        "holds",
    ];
    let mut table = Table::new(&title, &columns);
    for workload in &plan.workloads {
        let script = floors.tools.get(workload);
        let counts = script.map(|script| format!("{} / {}", script.statements.len(), script.round_trips));
        let (most, least) = workload.bars();
        let mut cells = vec![workload.title().to_owned(), counts.unwrap_or_default()];
        cells.extend(against(measured, (*workload, ALONE), Side::Floor, (P50, 2), most.map(Bar::AtMost)));
        let least = least.map(Bar::AtLeast);
        cells.extend(against(measured, (*workload, MANY), Side::Floor, (PER_SECOND, 0), least));
        table.row(cells);
    }
    let counter = against(measured, (Workload::Issue, MANY), Side::Counter, (PER_SECOND, 0), None);
    if floors.counter.is_some() {
        table.note(&format!(
            "The counter of one series alone, moved and committed over 8 connections, allows {} a second; issue_invoice reaches {} of it.",
            counter[1], counter[2]
        ));
    }
    table
}

/// Throughput against other servers, where there are any.
pub fn with_peers(plan: &Plan, peers: &Peers, measured: &Measured) -> Option<Table> {
    let titles = peers.titles();
    if titles.is_empty() {
        return None;
    }
    let columns = [
        "workload",
        "against",
        "1: calls/s",
        "theirs",
        "ratio",
        "bar",
        "holds",
        "16: calls/s",
        "theirs",
        "ratio",
        "bar",
        "holds",
    ];
    let title = "Against other servers (theirs write one row and keep no history)";
    let mut table = Table::new(title, &columns);
    for workload in plan.workloads.iter().copied().filter(|workload| peers::plays(*workload)) {
        for (peer, title) in titles.iter().enumerate() {
            let mut cells = vec![workload.title().to_owned(), (*title).to_owned()];
            for (in_flight, least) in [ALONE, MANY].into_iter().zip(workload.bars_against(peer)) {
                let least = least.map(Bar::AtLeast);
                let of = (workload, in_flight);
                cells.extend(against(measured, of, Side::Peer(peer), (PER_SECOND, 0), least));
            }
            table.row(cells);
        }
    }
    Some(table)
}

/// What facturo reaches, what the other does, their ratio, its bar, and whether it holds.
fn against(
    measured: &Measured,
    of: (Workload, usize),
    other: Side,
    (value, digits): (fn(&Sample) -> f64, usize),
    bar: Option<Bar>,
) -> [String; 5] {
    let ratio = measured.ratio(of, other, value);
    let [limit, holds] = bar.map(|bar| bar.cells(ratio)).unwrap_or_default();
    [
        number(measured.typical(of, Side::Facturo, value), digits),
        number(measured.typical(of, other, value), digits),
        number(ratio, 2),
        limit,
        holds,
    ]
}
