//! One round: the processes that are held against one another, the runs of each, and whether these did what they said.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    Result,
    ask::Ask,
    books,
    floor::Script,
    measure::{DATABASE, Floors, SHAPE, Sample, Side, connections},
    peers::Peers,
    pgbench,
    record::{Rows, gained, rows},
    server::{ADMINISTRATION, Server},
    subject::Subject,
    workload::{Draws, Workload},
};

pub struct Round<'a> {
    server: &'a Server,
    floors: &'a Floors,
    time: Duration,
    subject: Subject,
    /// Kilobytes.
    idle: u64,
    peers: &'a Peers,
    /// The next invoice to be used up.
    next: BTreeMap<Workload, i64>,
    /// How often the counter of the series was moved without an issue.
    counted: u64,
}

impl<'a> Round<'a> {
    pub fn begin(server: &'a Server, floors: &'a Floors, peers: &'a Peers, time: Duration) -> Result<Self> {
        books::open(server, DATABASE, SHAPE)?;
        peers.open_books(server)?;
        server.rows(ADMINISTRATION, "CHECKPOINT")?;
        let mut subject = Subject::spawn(&mut server.facturo(DATABASE))?;
        subject.initialize()?;
        subject.call(Ask::Get { client: 1 }, SHAPE)?;
        std::thread::sleep(Duration::from_millis(500));
        let idle = subject.memory("VmRSS")?;
        Ok(Self { server, floors, time, subject, idle, peers, next: BTreeMap::new(), counted: 0 })
    }

    pub fn play(&mut self, workload: Workload, in_flight: usize, side: Side, seed: u64) -> Result<Sample> {
        match side {
            Side::Facturo => self.facturo(workload, in_flight, seed),
            Side::Floor => self.floor(workload, connections(in_flight)),
            Side::Counter => self.counter(connections(in_flight)),
            Side::Peer(peer) => self.peers.run(self.server, (peer, workload), in_flight, self.time, seed),
        }
    }

    /// Ends the process; answers its memory.
    pub fn end(self) -> Result<(u64, u64)> {
        let given = "SELECT last_number - last_external - (SELECT count(*) FROM invoices WHERE series = 'F' AND number IS NOT NULL)
                     FROM series_counters WHERE series = 'F'";
        if self.server.value(DATABASE, given)? != self.counted.to_string() {
            return Err("the numbers of series F have a gap".into());
        }
        let peak = self.subject.memory("VmHWM")?;
        self.subject.end()?;
        Ok((self.idle, peak))
    }

    fn facturo(&mut self, workload: Workload, in_flight: usize, seed: u64) -> Result<Sample> {
        let before = self.rows(workload)?;
        let mut draws = Draws::new(workload, SHAPE, seed, self.first(workload));
        let (sample, writes) = self.subject.run(
            || draws.draw(workload),
            in_flight,
            self.time,
            |ask, line| ask.check(line, SHAPE).map(drop),
        )?;
        self.next.insert(workload, draws.next);
        self.wrote(workload, &before, Some(writes))?;
        Ok(sample)
    }

    fn floor(&mut self, workload: Workload, connections: u32) -> Result<Sample> {
        let before = self.rows(workload)?;
        let script = |(part, share): (Workload, u32)| Some((self.floors.tools.get(&part)?, share));
        let scripts: Vec<(&Script, u32)> = workload.parts().into_iter().filter_map(script).collect();
        let first = self.first(workload);
        let (sample, done) = pgbench::run(self.server, DATABASE, &scripts, connections, self.time, first)?;
        // a mixed day has as many creates as it happened to draw
        self.wrote(workload, &before, (workload != Workload::Mixed).then_some(done))?;
        if workload.uses_up(SHAPE).is_some() {
            self.next.insert(workload, self.first_left(workload, first)?);
        }
        Ok(sample)
    }

    fn counter(&mut self, connections: u32) -> Result<Sample> {
        let script = self.floors.counter.as_ref().ok_or("no script")?;
        let (sample, done) =
            pgbench::run(self.server, DATABASE, &[(script, 100)], connections, self.time, 0)?;
        self.counted += done;
        Ok(sample)
    }

    fn first(&self, workload: Workload) -> i64 {
        let first = workload.uses_up(SHAPE).map_or(0, |(first, _)| first);
        self.next.get(&workload).copied().unwrap_or(first)
    }

    /// Connections get ahead of one another, so the last that was used up is asked for.
    fn first_left(&self, workload: Workload, first: i64) -> Result<i64> {
        let (_, last) = workload.uses_up(SHAPE).unwrap_or_default();
        let used = if workload == Workload::Issue { "status <> 'draft'" } else { "status = 'paid'" };
        let sql = format!(
            "SELECT coalesce(max(id), {first} - 1) + 1 FROM invoices WHERE {used} AND id BETWEEN {first} AND {last}"
        );
        Ok(self.server.value(DATABASE, &sql)?.parse()?)
    }

    fn rows(&self, workload: Workload) -> Result<Rows> {
        if workload.writes() { rows(self.server, DATABASE) } else { Ok(Rows::new()) }
    }

    /// Every call that was acknowledged must be there with all its rows, and nothing else.
    fn wrote(&self, workload: Workload, before: &Rows, calls: Option<u64>) -> Result<()> {
        let Some((part, _)) = workload.parts().into_iter().find(|(part, _)| part.writes()) else {
            return Ok(());
        };
        let gained = gained(before, &rows(self.server, DATABASE)?);
        let script = self.floors.tools.get(&part).ok_or("a workload without a script")?;
        let calls = match calls {
            Some(calls) => i64::try_from(calls)?,
            None => gained.get("invoices").copied().unwrap_or_default(),
        };
        let of_all = |(table, rows): (&String, &i64)| (table.clone(), rows * calls);
        let expected: Rows = script.gains.iter().map(of_all).filter(|(_, rows)| *rows != 0).collect();
        if gained == expected {
            Ok(())
        } else {
            Err(format!("{calls} calls should have written {expected:?}, and wrote {gained:?}").into())
        }
    }
}
