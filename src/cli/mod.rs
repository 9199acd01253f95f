//! The command line: what each subcommand does, and how the process begins and ends.

mod backup;
mod check;
mod closed;
mod demo;
mod keys;
mod records;
mod roles;
mod stderr;
mod token;
mod unfinished;
mod upgrade;

use std::{path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::{
    books::Books,
    config::Config,
    database::{
        migrate,
        private_server::{self, Settings},
    },
    error::{Error, Result},
    mcp::{server::Facturo, stdio},
};

/// Running calls may take so long to finish once the process is asked to end; hosts kill it soon after.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(5);

/// Invoicing by conversation: an MCP server on stdin and stdout.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve MCP on stdin and stdout (what happens without a command)
    Serve,
    /// Say what would be used, and whether it works
    Check,
    /// Watch an assistant keep the books, on scratch data that is removed at the end
    Demo(demo::Args),
    /// Bring the database's schema up to date, and its roles (as the database's owner)
    Migrate,
    /// List, add and remove the logins that facturo serves with, each for one business (as the database's owner)
    Roles(roles::Args),
    /// Write the books into one file, and verify what is in it; they may be in use meanwhile
    Backup(backup::Backup),
    /// Bring the books of a backup into an empty database
    Restore(backup::Restore),
    /// Move the private server's data to a newer major version of PostgreSQL that is here, and keep the old data
    Upgrade,
    /// Registration records of the invoices (RD 1007/2023)
    #[command(subcommand)]
    Records(records::Records),
    /// Tokens: what an assistant may do
    #[command(subcommand)]
    Token(token::Token),
    /// Keys that tokens are signed and checked with
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Start the private PostgreSQL and watch over it (for facturo itself)
    #[command(hide = true)]
    Supervise(Supervise),
}

#[derive(clap::Args)]
struct Supervise {
    #[arg(long)]
    data_dir: PathBuf,
    #[arg(long)]
    bin_dir: PathBuf,
    #[arg(long)]
    not_durable: bool,
    #[arg(long)]
    linger_ms: u64,
}

impl Supervise {
    fn run(self) -> Result<()> {
        let executable =
            std::env::current_exe().map_err(|error| Error::internal("finding facturo", error))?;
        let settings = Settings {
            durable: !self.not_durable,
            linger: Duration::from_millis(self.linger_ms),
            ..Settings::new(self.data_dir, executable)
        };
        private_server::supervise(&settings, &self.bin_dir)
    }
}

/// The whole program.
pub fn run() -> ExitCode {
    let done = match Cli::parse().command.unwrap_or(Command::Serve) {
        // before any runtime: it forks, and must be alone in its process
        Command::Supervise(args) => args.run(),
        Command::Serve => with_runtime(serve),
        Command::Check => with_runtime(check::run),
        Command::Demo(args) => with_runtime(|config| demo::run(config, args)),
        Command::Migrate => with_runtime(bring_up_to_date),
        Command::Roles(args) => with_runtime(|config| roles::run(config, args)),
        Command::Backup(args) => with_runtime(|config| backup::run(config, args)),
        Command::Restore(args) => with_runtime(|config| backup::restore(config, args)),
        Command::Upgrade => with_runtime(upgrade::run),
        Command::Token(command) => configured().and_then(|config| token::run(config, command)),
        Command::Keys(command) => configured().and_then(|config| keys::run(&config, command)),
        Command::Records(command) => with_runtime(|config| records::run(config, command)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if std::error::Error::source(&error).is_some() {
                error.log("this command");
            }
            say(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// What the environment says, with the log that it wants.
fn configured() -> Result<Config> {
    let config = Config::from_env()?;
    log_to_stderr(&config.log)?;
    Ok(config)
}

/// One thread: what facturo does is waiting for PostgreSQL, and a call that never changes threads is quickest.
fn with_runtime<F: Future<Output = Result<()>>>(command: impl FnOnce(Config) -> F) -> Result<()> {
    let config = configured()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::internal("runtime", error))?;
    let done = runtime.block_on(command(config));
    // a thread may be left in read(2) on a terminal, which nothing can interrupt
    runtime.shutdown_background();
    done
}

async fn serve(config: Config) -> Result<()> {
    let facturo = Arc::new(Facturo::new(config));
    let opening = Arc::clone(&facturo);
    // the database comes up behind the answer to initialize
    tokio::spawn(async move {
        if let Err(error) = opening.books().await {
            error.log("opening the database; each call tries again");
        }
    });
    stdio::serve(facturo, SHUTDOWN_GRACE).await
}

async fn bring_up_to_date(config: Config) -> Result<()> {
    let is_private = config.database_url.is_none();
    let missing = Books::migrate(&config).await?;
    say(&format!("The schema is current, version {}.", migrate::known_version()));
    if is_private {
        return Ok(());
    }
    if missing.is_empty() {
        say(
            "The roles facturo_app and facturo_read hold what a login needs; `facturo roles add NAME` makes one.",
        );
    } else {
        say(&format!(
            "Roles for logins with few rights could not be made: this user may not create roles. The owner can serve all the \
             same. To have them, let a user who may run {} and migrate again.",
            missing.statements()
        ));
    }
    Ok(())
}

/// Logs go to stderr, by `FACTURO_LOG`: a level, or levels by target. What rmcp logs holds arguments at debug, and what was
/// asked for at warn, so it stays at error unless named.
fn log_to_stderr(levels: &str) -> Result<()> {
    let bad = || {
        let accepted = "error, warn, info, debug, trace, or targets such as facturo=debug";
        Error::invalid("FACTURO_LOG", format!("{levels:?} cannot be read"), accepted)
    };
    // what is no level would be taken for a target at trace
    if !levels.split(',').all(|part| part.contains('=') || part.trim().parse::<LevelFilter>().is_ok()) {
        return Err(bad());
    }
    let targets: Targets = levels.parse().map_err(|_| bad())?;
    let quiet = [("rmcp", LevelFilter::ERROR), ("tokio_postgres", LevelFilter::WARN)];
    let quiet = quiet.into_iter().filter(|(target, _)| !levels.contains(target));
    let targets = quiet.fold(targets, |targets, (target, level)| targets.with_target(target, level));
    let lines = tracing_subscriber::fmt::layer().with_writer(|| stderr::Stderr).with_ansi(false);
    // the usual one writes to stderr itself, whether anybody reads there or not
    std::panic::set_hook(Box::new(|panic| tracing::error!("{panic}")));
    tracing_subscriber::registry()
        .with(lines)
        .with(targets)
        .try_init()
        .map_err(|error| Error::internal("log", error))
}

/// Ctrl-C, or a terminal or a supervisor that wants the program to end.
fn interrupted() -> Result<impl Future<Output = ()>> {
    let watch = |kind| signal(kind).map_err(|error| Error::internal("watching for signals", error));
    let mut interrupt = watch(SignalKind::interrupt())?;
    let mut terminate = watch(SignalKind::terminate())?;
    let mut hangup = watch(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    })
}

#[expect(clippy::print_stderr, reason = "the end of a command that a person typed")]
fn say(line: &str) {
    eprintln!("{line}");
}
