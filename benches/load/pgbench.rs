//! pgbench: runs scripts, and reads how long each transaction took.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use crate::{
    Result,
    floor::Script,
    measure::Sample,
    server::{Server, root},
};

/// Plays scripts, each as often of a hundred times as is said, for so long, of which the first fifth does not count; `first`
/// is the first invoice to be used up. Answers how many transactions there were in all, too.
pub fn run(
    server: &Server,
    database: &str,
    scripts: &[(&Script, u32)],
    connections: u32,
    time: Duration,
    first: i64,
) -> Result<(Sample, u64)> {
    let mut command = Command::new(program(server)?);
    command.env_clear().arg("-h").arg(server.socket_dir());
    command.args(["-U", &server.user, "-n", "-M", "prepared", "-j", "1"]);
    command.args(["-c", &connections.to_string(), "-T", &time.as_secs().to_string(), "-l"]);
    command.arg(format!("--log-prefix={}", root().join("pgbench").display()));
    for variable in [format!("first={first}"), format!("connections={connections}"), "turn=-1".to_owned()] {
        command.args(["-D", &variable]);
    }
    for (script, share) in scripts {
        command.arg("-f").arg(format!("{}@{share}", script.path.display()));
        for constant in &script.constants {
            command.args(["-D", constant]);
        }
    }
    let output = command.arg(database).output()?;
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let field = |name: &str| said.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let failed = field("number of failed transactions:").is_some_and(|text| !text.starts_with("0 "));
    if !output.status.success() || failed || said.contains("aborted") {
        return Err(format!("pgbench: {said}").into());
    }
    let done = field("number of transactions actually processed:").unwrap_or_default().parse()?;
    Ok((log(root())?, done))
}

/// Reads and removes the logs: latency in microseconds, and when each transaction ended. The first fifth does not count.
fn log(directory: &Path) -> Result<Sample> {
    let mut ended: Vec<(f64, u64)> = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("pgbench.")) {
            continue;
        }
        for line in fs::read_to_string(&path)?.lines() {
            let fields: Vec<&str> = line.split(' ').collect();
            let [_, _, latency, _, second, microsecond, ..] = fields.as_slice() else { continue };
            ended.push((second.parse::<f64>()? + microsecond.parse::<f64>()? / 1e6, latency.parse()?));
        }
        fs::remove_file(&path)?;
    }
    let seconds = |microseconds: u64| Duration::from_micros(microseconds).as_secs_f64();
    let begun = ended.iter().map(|(at, latency)| at - seconds(*latency)).fold(f64::INFINITY, f64::min);
    let over = ended.iter().map(|(at, _)| *at).fold(0.0, f64::max);
    // what takes long is not repeated often enough to leave some of it out
    let from = if ended.len() < 50 { begun } else { begun + (over - begun) / 5.0 };
    let counted = ended.iter().filter(|(at, _)| *at > from);
    let latencies: Vec<Duration> = counted.map(|(_, latency)| Duration::from_micros(*latency)).collect();
    let per_second = latencies.len() as f64 / (over - from);
    Sample::of(&latencies, per_second)
}

fn program(server: &Server) -> Result<PathBuf> {
    let path = server.programs.join("pgbench");
    if path.is_file() {
        return Ok(path);
    }
    Err(format!(
        "There is no pgbench beside the server in {}. On Debian and Ubuntu it comes with the package postgresql, on Fedora \
         with postgresql-contrib, with Homebrew beside the server.",
        server.programs.display()
    )
    .into())
}
