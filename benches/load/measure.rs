//! What is measured, in rounds: in each, on a fresh copy of the books, every workload is played by facturo and by all that
//! it is held against right after one another, in random order.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fs,
    hash::{BuildHasher as _, RandomState},
    time::Duration,
};

use crate::{
    Result,
    books::{self, Shape},
    floor::{self, Script},
    peers::{self, Peers},
    round::Round,
    server::{Server, root},
    statistics::{Random, median},
    wire::Wire,
    workload::Workload,
};

pub const SHAPE: Shape = Shape { invoices: 100_000 };
pub const DATABASE: &str = "measured";
pub const ALONE: usize = 1;
pub const MANY: usize = 16;

/// Of the floor, for what facturo has in flight.
pub fn connections(in_flight: usize) -> u32 {
    if in_flight == ALONE { 1 } else { 8 }
}

pub struct Plan {
    pub rounds: usize,
    /// Of each run.
    pub seconds: u32,
    /// Starts whose median counts, warm and cold.
    pub starts: (usize, usize),
    pub workloads: Vec<Workload>,
}

impl Plan {
    pub fn new(quick: bool, rounds: Option<usize>, only: &[String]) -> Result<Self> {
        let named: Vec<Workload> = only.iter().map(|name| Workload::named(name)).collect::<Result<_>>()?;
        let (usual, seconds, starts) = if quick { (2, 1, (9, 1)) } else { (7, 2, (31, 3)) };
        Ok(Self {
            rounds: rounds.unwrap_or(usual),
            seconds,
            starts,
            workloads: if named.is_empty() { Workload::ALL.to_vec() } else { named },
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    Facturo,
    /// pgbench, with the statements of the tool.
    Floor,
    /// pgbench, with what no two issues can do at once.
    Counter,
    /// By its place among the peers.
    Peer(usize),
}

/// One run.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Milliseconds.
    pub p50: f64,
    pub per_second: f64,
}

impl Sample {
    pub fn of(latencies: &[Duration], per_second: f64) -> Result<Self> {
        let milliseconds = latencies.iter().map(|latency| latency.as_secs_f64() * 1e3).collect();
        Ok(Self { p50: median(milliseconds).ok_or("a run without a call")?, per_second })
    }
}

#[derive(Default)]
pub struct Measured {
    /// By workload and what was in flight, each round's.
    samples: BTreeMap<(Workload, usize, Side), Vec<Sample>>,
    /// Kilobytes of each round's process: when it had answered once, and at most.
    pub memory: Vec<(u64, u64)>,
}

impl Measured {
    /// The median over the rounds.
    pub fn typical(&self, of: (Workload, usize), side: Side, value: fn(&Sample) -> f64) -> Option<f64> {
        median(self.samples.get(&(of.0, of.1, side))?.iter().map(value).collect())
    }

    /// The median of the ratios that each round gives.
    pub fn ratio(&self, of: (Workload, usize), against: Side, value: fn(&Sample) -> f64) -> Option<f64> {
        let side = |side| self.samples.get(&(of.0, of.1, side));
        let pairs = side(Side::Facturo)?.iter().zip(side(against)?);
        median(pairs.map(|(facturo, other)| value(facturo) / value(other)).collect())
    }
}

/// What the tools do, in pgbench's language.
#[derive(Default)]
pub struct Floors {
    pub tools: BTreeMap<Workload, Script>,
    pub counter: Option<Script>,
}

/// Records what each tool does, on books of its own.
pub fn floors(server: &Server, plan: &Plan) -> Result<Floors> {
    let mut floors = Floors::default();
    books::open(server, DATABASE, SHAPE)?;
    let wire = Wire::before(server)?;
    for workload in plan.workloads.iter().flat_map(|workload| workload.parts()).map(|(part, _)| part) {
        if let Entry::Vacant(place) = floors.tools.entry(workload) {
            let script = floor::script(server, &wire, DATABASE, workload, SHAPE);
            place.insert(script.map_err(|error| format!("{}: {error}", workload.name()))?);
        }
    }
    if let Some(issue) = floors.tools.get(&Workload::Issue) {
        floors.counter = Some(floor::counter_of(issue, SHAPE)?);
    }
    Ok(floors)
}

pub fn rounds(server: &Server, plan: &Plan, floors: &Floors, peers: &Peers) -> Result<Measured> {
    let mut random = Random::new(RandomState::new().hash_one(0));
    let mut measured = Measured::default();
    fs::write(root().join("facturo.log"), "")?;
    for number in 1..=plan.rounds {
        eprintln!("round {number} of {}", plan.rounds);
        let mut round = Round::begin(server, floors, peers, Duration::from_secs(plan.seconds.into()))?;
        let mut turns: Vec<(Workload, usize)> =
            plan.workloads.iter().flat_map(|workload| [(*workload, ALONE), (*workload, MANY)]).collect();
        random.shuffle(&mut turns);
        for (workload, in_flight) in turns {
            let mut sides = sides(workload, in_flight, peers);
            random.shuffle(&mut sides);
            for side in sides {
                let sample = round.play(workload, in_flight, side, random.next()).map_err(|error| {
                    format!("{}, {in_flight} in flight, {side:?}: {error}", workload.name())
                })?;
                measured.samples.entry((workload, in_flight, side)).or_default().push(sample);
            }
        }
        measured.memory.push(round.end()?);
    }
    books::close(server, DATABASE)?;
    Ok(measured)
}

fn sides(workload: Workload, in_flight: usize, peers: &Peers) -> Vec<Side> {
    let mut sides = vec![Side::Facturo, Side::Floor];
    if workload == Workload::Issue && in_flight == MANY {
        sides.push(Side::Counter);
    }
    if peers::plays(workload) {
        sides.extend((0..peers.titles().len()).map(Side::Peer));
    }
    sides
}
