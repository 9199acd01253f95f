//! The floor: the statements that a tool runs, read from the files that the tool reads them from, through pgbench. Which
//! statements, in which order and with which values is recorded from real calls each time, so that the floor does what the
//! tool does, whatever becomes of the tool.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    Result,
    books::Shape,
    record::{Recorded, Recorder},
    server::{Server, root},
    wire::Wire,
    workload::{Draws, Workload},
};

/// What a script takes from the answers of its own statements: file, column, and what scripts call it.
const RETURNED: [(&str, &str, &str); 4] = [
    ("invoice/insert", "id", "invoice"),
    ("payment/insert", "id", "payment"),
    ("series/next", "last_number", "number"),
    ("record/lock_end", "last_place", "place"),
];
/// Texts up to this length may hold something that must not be there twice, such as a number.
const SHORT: usize = 120;
/// Digits of an id that a text does not hold by chance.
const UNMISTAKABLE: usize = 4;

/// A tool in pgbench's language.
pub struct Script {
    pub path: PathBuf,
    /// `name=value`, for each value that is the same in every call.
    pub constants: Vec<String>,
    /// The file and the text of each statement, in their order. What begins and ends the transaction is in no file.
    pub statements: Vec<(String, String)>,
    pub round_trips: u64,
    /// Rows that each table gains by one call.
    pub gains: BTreeMap<String, i64>,
}

/// Records two calls of a tool, and writes the script that does the same with other values.
pub fn script(
    server: &Server,
    wire: &Wire,
    database: &str,
    workload: Workload,
    shape: Shape,
) -> Result<Script> {
    let [one, other] = calls(server, wire, database, workload, shape)?;
    let files = query_files()?;
    let mut writer = Writer { workload, calls: [&one, &other], constants: Vec::new() };
    let mut statements = Vec::new();
    for (at, statement) in one.recorded.statements.iter().enumerate() {
        let file = files.get(&statement.sql);
        let types = match file {
            Some(_) => server.parameter_types(database, &statement.sql)?,
            None if statement.values.is_empty() => Vec::new(),
            None => return Err(format!("no file of sql/queries holds {:?}", statement.sql).into()),
        };
        let file = file.unwrap_or(&statement.sql).clone();
        let text = writer.statement(at, &file, &types)?;
        statements.push((file, text));
    }
    let path = write(workload.name(), &workload.draws(shape), &statements)?;
    let (round_trips, gains) = (one.recorded.round_trips, one.recorded.gained.clone());
    Ok(Script { path, constants: writer.constants, statements, round_trips, gains })
}

/// The part of an issue that no two can do at once: the counter of the series is moved, durably.
pub fn counter_of(issue: &Script, shape: Shape) -> Result<Script> {
    let moves = |file: &str| file == "series/next";
    if !issue.statements.iter().any(|(file, _)| moves(file)) {
        return Err("an issue no longer moves the counter by series/next".into());
    }
    let begins_or_ends = |file: &str| !file.contains('/');
    let of_part = |(file, _): &&(String, String)| moves(file) || begins_or_ends(file);
    let statements: Vec<_> = issue.statements.iter().filter(of_part).cloned().collect();
    let path = write("counter", &Workload::Issue.draws(shape), &statements)?;
    Ok(Script {
        path,
        constants: issue.constants.clone(),
        round_trips: statements.len() as u64,
        statements,
        gains: BTreeMap::new(),
    })
}

fn write(name: &str, draws: &str, statements: &[(String, String)]) -> Result<PathBuf> {
    let path = root().join(format!("{name}.sql"));
    let texts: String = statements.iter().map(|(_, text)| text.as_str()).collect();
    fs::write(&path, format!("{draws}{texts}"))?;
    Ok(path)
}

/// A call, and what is known of its values by the names that scripts use.
struct Call {
    recorded: Recorded,
    names: BTreeMap<&'static str, String>,
}

/// Two calls of a tool with different arguments, that ran the same statements and wrote as many rows.
fn calls(
    server: &Server,
    wire: &Wire,
    database: &str,
    workload: Workload,
    shape: Shape,
) -> Result<[Call; 2]> {
    let mut recorder = Recorder::begin(server, wire, database)?;
    let next = workload.uses_up(shape).map_or(0, |(first, _)| first);
    let mut draws = Draws::new(workload, shape, 7, next);
    let mut call = || -> Result<Call> {
        let ask = draws.draw(workload).ok_or("nothing left to call")?;
        let recorded = recorder.call(ask, shape)?;
        let names = names(server, database, &recorded)?;
        Ok(Call { recorded, names })
    };
    // the first calls open connections and prepare statements on each
    call()?;
    call()?;
    // what is remembered for a moment is read again now and then: those that did not are compared
    let mut calls: Vec<Call> = (0..4).map(|_| call()).collect::<Result<_>>()?;
    let fewest = calls.iter().map(|it| it.recorded.statements.len()).min();
    calls.retain(|it| Some(it.recorded.statements.len()) == fewest);
    recorder.end()?;
    let (Some(other), Some(one)) = (calls.pop(), calls.pop()) else {
        return Err("no two calls ran as many statements".into());
    };
    let texts = |call: &Call| -> Vec<String> {
        call.recorded.statements.iter().map(|statement| statement.sql.clone()).collect()
    };
    if texts(&one) != texts(&other) {
        return Err("two calls ran other statements".into());
    }
    if one.recorded.gained != other.recorded.gained {
        return Err("two calls wrote other rows".into());
    }
    Ok([one, other])
}

fn names(server: &Server, database: &str, recorded: &Recorded) -> Result<BTreeMap<&'static str, String>> {
    let mut names: BTreeMap<&'static str, String> =
        recorded.ask.named().into_iter().map(|(name, value)| (name, value.to_string())).collect();
    if !recorded.ask.writes() {
        return Ok(names);
    }
    let said = &recorded.said;
    let told = [
        ("invoice", &said["id"]),
        ("invoice", &said["invoice"]["id"]),
        ("payment", &said["payment"]["id"]),
        ("client", &said["client_id"]),
        ("client", &said["invoice"]["client_id"]),
    ];
    names.extend(told.into_iter().filter_map(|(name, id)| Some((name, id.as_i64()?.to_string()))));
    if let Some((_, number)) = said["number"].as_str().and_then(|number| number.rsplit_once('-')) {
        names.insert("number", number.to_owned());
        let place: i64 = server.value(database, "SELECT max(place) FROM registration_records")?.parse()?;
        names.insert("place", (place - 1).to_string());
        names.insert("next_place", place.to_string());
    }
    Ok(names)
}

/// The statements of the product: the name of its file for each text.
pub fn query_files() -> Result<BTreeMap<String, String>> {
    let queries = Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/queries");
    let mut files = BTreeMap::new();
    for room in fs::read_dir(&queries)? {
        for file in fs::read_dir(room?.path())? {
            let path = file?.path();
            let name = path.strip_prefix(&queries)?.with_extension("").display().to_string();
            files.insert(fs::read_to_string(&path)?.trim().to_owned(), name);
        }
    }
    Ok(files)
}

struct Writer<'a> {
    workload: Workload,
    calls: [&'a Call; 2],
    constants: Vec<String>,
}

impl Writer<'_> {
    /// The statement with each parameter's value in its place, or with what makes one.
    fn statement(&mut self, at: usize, file: &str, types: &[String]) -> Result<String> {
        let [statement, again] = self.calls.map(|call| &call.recorded.statements[at]);
        let mut expressions = Vec::new();
        for (place, (value, second)) in statement.values.iter().zip(&again.values).enumerate() {
            let kind = types.get(place).map_or("", String::as_str);
            let expression = self.expression(value.as_deref(), second.as_deref(), kind);
            expressions.push(expression.ok_or_else(|| {
                format!(
                    "${} of {file} is {value:?} in one call and {second:?} in the next, and benches/load/floor.rs does not say where it comes from",
                    place + 1
                )
            })?);
        }
        let mut text = with_parameters(&statement.sql, &expressions);
        if statement.planned_anew {
            return Ok(planned_anew(&text));
        }
        let returned: Vec<_> = RETURNED.iter().filter(|(from, _, _)| *from == file).collect();
        text.push_str(if returned.is_empty() { ";\n" } else { "\n\\gset\n" });
        for (_, column, name) in returned {
            if column != name {
                writeln!(text, "\\set {name} :{column}")?;
            }
            if *name == "place" {
                text.push_str("\\set next_place :place + 1\n");
            }
        }
        Ok(text)
    }

    /// What stands for a value that is this in one call and that in the other; none where nothing explains it.
    fn expression(&mut self, value: Option<&str>, second: Option<&str>, kind: &str) -> Option<String> {
        let Some(value) = value else { return Some("NULL".into()) };
        if Some(value) == second {
            return Some(self.constant(value));
        }
        let (second, [one, other]) = (second.unwrap_or_default(), self.calls);
        for (name, known) in &one.names {
            let known_again = other.names.get(name).map_or("", String::as_str);
            if value == known && second == known_again {
                return Some(format!(":{name}"));
            }
            if kind == "text"
                && value.len() <= SHORT
                && known.len() >= UNMISTAKABLE
                && value.replace(known, known_again) == second
            {
                let parts: Vec<String> =
                    value.split(known).map(|part| format!("'{}'", part.replace('\'', "''"))).collect();
                return Some(format!("({})", parts.join(&format!(" || :{name}::text || "))));
            }
        }
        // times, digests and long texts are as good in one call as in another; ids are not
        (!matches!(kind, "int8" | "int4")).then(|| self.constant(value))
    }

    fn constant(&mut self, value: &str) -> String {
        if value.is_empty() {
            return "''".into(); // pgbench takes no variable without a value
        }
        let name = format!("{}{}", self.workload.name(), self.constants.len());
        self.constants.push(format!("{name}={value}"));
        format!(":{name}")
    }
}

/// pgbench prepares all that it runs. Here it has one planned for its values, in one round trip with what asks for that.
fn planned_anew(statement: &str) -> String {
    format!(
        "\\startpipeline\nSET plan_cache_mode = force_custom_plan;\n{statement};\nSET plan_cache_mode = auto;\n\\endpipeline\n"
    )
}

/// The statement with an expression in the place of each `$1`.
fn with_parameters(sql: &str, expressions: &[String]) -> String {
    let mut written = String::new();
    let mut rest = sql;
    while let Some((before, after)) = rest.split_once('$') {
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number = after[..digits].parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        written.push_str(before);
        match number.and_then(|number| expressions.get(number)) {
            Some(expression) => written.push_str(expression),
            None => written.push_str(&format!("${}", &after[..digits])),
        }
        rest = &after[digits..];
    }
    written + rest
}
