//! What is played: which calls, drawn how, here and in pgbench.

use crate::{Result, ask::Ask, books::Shape, statistics::Random};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Workload {
    Get,
    Create,
    List,
    Mixed,
    Pay,
    Find,
    Summarize,
    Alerts,
    Issue,
}

impl Workload {
    pub const ALL: [Self; 9] = [
        Self::Get,
        Self::Create,
        Self::List,
        Self::Mixed,
        Self::Pay,
        Self::Issue,
        Self::Find,
        Self::Summarize,
        Self::Alerts,
    ];

    /// How the command line calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Create => "create",
            Self::List => "list",
            Self::Mixed => "mixed",
            Self::Pay => "pay",
            Self::Find => "find",
            Self::Summarize => "summarize",
            Self::Alerts => "alerts",
            Self::Issue => "issue",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Get => "get_client",
            Self::Create => "create_invoice, a draft of 2 lines",
            Self::List => "list_invoices, 50 of a client's pending",
            Self::Mixed => "mixed: 60 % get, 20 % list, 20 % create",
            Self::Pay => "record_payment",
            Self::Find => "find_clients, with typos",
            Self::Summarize => "summarize_invoices by month",
            Self::Alerts => "list_alerts",
            Self::Issue => "issue_invoice, one series",
        }
    }

    pub fn named(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name).ok_or_else(|| {
            format!("{name:?} is no workload: {}", Self::ALL.map(Self::name).join(", ")).into()
        })
    }

    /// The workloads that it is made of, and how many of a hundred calls each has.
    pub fn parts(self) -> Vec<(Self, u32)> {
        match self {
            Self::Mixed => vec![(Self::Get, 60), (Self::List, 20), (Self::Create, 20)],
            single => vec![(single, 100)],
        }
    }

    /// Most in p50 against pgbench's with 1 in flight, and least in throughput with 16 against pgbench's with 8
    /// connections.
    pub fn bars(self) -> (Option<f64>, Option<f64>) {
        match self {
            Self::Get => (Some(2.2), Some(0.75)),
            Self::Create => (Some(1.3), Some(0.80)),
            Self::List => (Some(1.7), Some(0.75)),
            Self::Mixed => (Some(1.8), Some(0.70)),
            Self::Issue => (None, Some(0.80)),
            Self::Pay | Self::Find | Self::Summarize | Self::Alerts => (None, None),
        }
    }

    /// Least in throughput against a peer (the first is the Python stack, the second bare rmcp), with 1 and 16 in flight.
    pub fn bars_against(self, peer: usize) -> [Option<f64>; 2] {
        match (self, peer) {
            (Self::Get, 0) => [Some(15.0), Some(40.0)],
            (Self::Get, 1) => [None, Some(3.0)],
            (Self::Create, 0) => [Some(5.0), Some(15.0)],
            (Self::Create, 1) => [None, Some(1.0)],
            (Self::List, 0) => [Some(10.0), Some(20.0)],
            (Self::List, 1) => [None, Some(2.0)],
            (Self::Mixed, 0) => [Some(10.0), Some(25.0)],
            (Self::Mixed, 1) => [None, Some(1.5)],
            _ => [None, None],
        }
    }

    pub fn writes(self) -> bool {
        matches!(self, Self::Create | Self::Mixed | Self::Pay | Self::Issue)
    }

    /// The invoices that it uses up, each once: first and last id.
    pub fn uses_up(self, shape: Shape) -> Option<(i64, i64)> {
        match self {
            Self::Issue => Some(shape.drafts()),
            Self::Pay => Some(shape.payable()),
            _ => None,
        }
    }

    /// The same draws in pgbench's language. `:first` is the first invoice to be used up, `:connections` how many take turns.
    pub fn draws(self, shape: Shape) -> String {
        let (heavy, clients) = (shape.heavy_clients(), shape.clients());
        let key = "\\set key random(1, 9223372036854775806)\n";
        match self {
            Self::Get => format!("\\set client random(1, {clients})\n"),
            Self::List => format!("\\set client random(1, {heavy})\n"),
            Self::Create => format!("\\set client random({}, {clients})\n{key}", heavy + 1),
            Self::Pay | Self::Issue => format!(
                "\\set turn :turn + 1\n\\set invoice :first + :turn * :connections + :client_id\n\
                 \\set client {heavy} + 1 + (:invoice - 1) % {}\n{key}",
                clients - heavy
            ),
            Self::Mixed | Self::Find | Self::Summarize | Self::Alerts => String::new(),
        }
    }
}

/// Draws one call after the other.
pub struct Draws {
    random: Random,
    shape: Shape,
    /// The next invoice to be used up.
    pub next: i64,
    last: i64,
}

impl Draws {
    /// `next` where the workload goes on using up invoices.
    pub fn new(workload: Workload, shape: Shape, seed: u64, next: i64) -> Self {
        let last = workload.uses_up(shape).map_or(0, |(_, last)| last);
        Self { random: Random::new(seed), shape, next, last }
    }

    /// None when there is nothing left to use up.
    pub fn draw(&mut self, workload: Workload) -> Option<Ask> {
        let (heavy, clients) = (self.shape.heavy_clients(), self.shape.clients());
        let key = (self.random.next() >> 1).cast_signed();
        Some(match workload {
            Workload::Get => Ask::Get { client: self.random.within(1, clients) },
            Workload::List => Ask::List { client: self.random.within(1, heavy) },
            Workload::Create => Ask::Create { client: self.random.within(heavy + 1, clients), key },
            Workload::Find => Ask::Find,
            Workload::Summarize => Ask::Summarize,
            Workload::Alerts => Ask::Alerts,
            Workload::Pay => Ask::Pay { invoice: self.take()?, key },
            Workload::Issue => Ask::Issue { invoice: self.take()?, key },
            Workload::Mixed => {
                let mut percent = self.random.within(1, 100);
                for (part, share) in Workload::Mixed.parts() {
                    percent -= i64::from(share);
                    if percent <= 0 {
                        return self.draw(part);
                    }
                }
                return None;
            }
        })
    }

    fn take(&mut self) -> Option<i64> {
        let taken = self.next;
        self.next += 1;
        (taken <= self.last).then_some(taken)
    }
}
