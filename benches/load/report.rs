//! The tables, as Markdown.

use std::{fmt::Write as _, fs, path::Path};

use crate::{Result, server::Server};

pub struct Table {
    title: String,
    rows: Vec<Vec<String>>,
    notes: Vec<String>,
}

impl Table {
    pub fn new(title: &str, columns: &[&str]) -> Self {
        Self {
            title: title.to_owned(),
            rows: vec![columns.iter().map(ToString::to_string).collect()],
            notes: vec![],
        }
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub fn note(&mut self, note: &str) {
        self.notes.push(note.to_owned());
    }

    fn markdown(&self) -> String {
        let width =
            |at: usize| self.rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max();
        let mut text = format!("### {}\n\n", self.title);
        for (number, row) in self.rows.iter().enumerate().filter(|_| self.rows.len() > 1) {
            let cells: Vec<String> = row
                .iter()
                .enumerate()
                .map(|(at, cell)| format!("{cell:<0$}", width(at).unwrap_or_default()))
                .collect();
            let _ = writeln!(text, "| {} |", cells.join(" | "));
            if number == 0 {
                let rules: Vec<String> = cells.iter().map(|cell| "-".repeat(cell.chars().count())).collect();
                let _ = writeln!(text, "| {} |", rules.join(" | "));
            }
        }
        for note in &self.notes {
            let _ = writeln!(text, "{}{note}", if self.rows.len() > 1 { "\n" } else { "" });
        }
        text
    }
}

/// A limit that is held to.
#[derive(Clone, Copy)]
pub enum Bar {
    AtMost(f64),
    AtLeast(f64),
}

impl Bar {
    /// The limit, and whether it holds.
    pub fn cells(self, value: Option<f64>) -> [String; 2] {
        let (limit, holds) = match self {
            Self::AtMost(most) => (format!("≤ {most}"), value.is_some_and(|value| value <= most)),
            Self::AtLeast(least) => (format!("≥ {least}"), value.is_some_and(|value| value >= least)),
        };
        [limit, if holds { "yes" } else { "**no**" }.to_owned()]
    }
}

pub fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.digits$}"))
}

/// What it was measured on.
pub fn machine(server: &Server) -> Result<Table> {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| Some(line.strip_prefix("model name")?.split_once(": ")?.1));
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kilobytes: f64 = memory.split_whitespace().nth(1).unwrap_or_default().parse().unwrap_or_default();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut table = Table::new("The machine", &[]);
    table.note(&format!(
        "{} × {}, {:.0} GB, Linux {}; PostgreSQL {}, fsync and synchronous_commit on.",
        std::thread::available_parallelism()?,
        model.unwrap_or("processor"),
        kilobytes / 1024.0 / 1024.0,
        kernel.trim(),
        server.version,
    ));
    Ok(table)
}

const MARKS: [&str; 2] = ["<!-- measured -->\n", "<!-- end of what was measured -->\n"];

/// Prints the tables, and puts them into a document between its marks where one is named.
pub fn print(tables: &[Table], into: Option<&Path>) -> Result<()> {
    let text = tables.iter().map(Table::markdown).collect::<Vec<_>>().join("\n");
    println!("{text}");
    let Some(path) = into else { return Ok(()) };
    let document = fs::read_to_string(path)?;
    let parts =
        document.split_once(MARKS[0]).and_then(|(before, rest)| Some((before, rest.split_once(MARKS[1])?.1)));
    let (before, after) = parts.ok_or_else(|| format!("{} has no marks for the tables", path.display()))?;
    Ok(fs::write(path, format!("{before}{}\n{text}\n{}{after}", MARKS[0], MARKS[1]))?)
}
