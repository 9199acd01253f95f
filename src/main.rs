//! The facturo program.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};
use facturo::database::private_server::{PrivateServer, Settings, supervise};
use facturo::error::{Error, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Starts the private PostgreSQL and watches over it. For facturo itself.
    #[command(hide = true)]
    Supervise(PrivateServerArgs),
    /// Holds the private PostgreSQL until the end of input. For tests.
    #[command(hide = true)]
    Hold(PrivateServerArgs),
}

#[derive(clap::Args)]
struct PrivateServerArgs {
    #[arg(long)]
    data_dir: PathBuf,
    #[arg(long)]
    bin_dir: Option<PathBuf>,
    #[arg(long)]
    not_durable: bool,
    #[arg(long, default_value_t = 30_000)]
    linger_ms: u64,
}

impl PrivateServerArgs {
    fn settings(self) -> Result<Settings> {
        let executable =
            std::env::current_exe().map_err(|error| Error::internal("finding facturo", error))?;
        Ok(Settings {
            bin_dir: self.bin_dir,
            durable: !self.not_durable,
            linger: Duration::from_millis(self.linger_ms),
            ..Settings::new(self.data_dir, executable)
        })
    }
}

fn main() -> Result<()> {
    match Cli::parse().command {
        // Before any runtime: it forks, and must be alone in its process.
        Command::Supervise(args) => supervise(&args.settings()?),
        Command::Hold(args) => hold(&args.settings()?),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn hold(settings: &Settings) -> Result<()> {
    let said = match PrivateServer::start(settings).await {
        Ok(server) => (format!("up {:?}\n", server.config().get_hosts()), Some(server)),
        Err(error) => (format!("{error}\n"), None),
    };
    let end = async {
        tokio::io::stdout().write_all(said.0.as_bytes()).await?;
        tokio::io::stdout().flush().await?;
        tokio::io::stdin().read_to_end(&mut Vec::new()).await
    };
    end.await.map(drop).map_err(|error| Error::internal("holding", error))
}
