//! The server as a child process, and a real MCP client that talks to it.

use std::{
    path::PathBuf,
    process::Stdio,
    time::{Duration, Instant},
};

use rmcp::{
    RoleClient, ServiceError, ServiceExt as _,
    model::{CallToolRequestParams, CallToolResult, ReadResourceRequestParams, ResourceContents},
    service::RunningService,
};
use serde_json::Value;
use tokio::process::{Child, Command};

use super::scratch::Scratch;
use crate::{
    config::Config,
    database,
    error::{Error, Result},
};

/// How long the server may take to end by itself; it takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the server logs where the person did not ask for more: faults, but neither that there is no database, which we
/// say ourselves, nor that we hung up.
const QUIET: &str = "error,facturo::cli=off,rmcp=off";

pub(super) struct Session {
    child: Child,
    client: RunningService<RoleClient, ()>,
    /// How long each call took, from the question to the answer.
    pub(super) times: Vec<Duration>,
}

/// What a tool answered: its structured content, or why it refused.
pub(super) enum Reply {
    Done(Value),
    Refused(String),
}

impl Session {
    pub(super) async fn start(config: &Config, scratch: &Scratch) -> Result<Self> {
        let mut child = command(config, scratch)?
            .spawn()
            .map_err(|error| Error::internal("starting facturo as a child", error))?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Error::internal("starting facturo as a child", "it has no pipes"));
        };
        let client =
            ().serve((stdout, stdin))
                .await
                .map_err(|error| Error::internal("opening the MCP session", error))?;
        Ok(Self { child, client, times: Vec::new() })
    }

    pub(super) async fn count_tools(&self) -> Result<usize> {
        Ok(self.client.list_all_tools().await.map_err(broken)?.len())
    }

    pub(super) async fn call(&mut self, tool: &'static str, arguments: Value) -> Result<Reply> {
        let Value::Object(arguments) = arguments else {
            return Err(Error::internal("the demonstration", "arguments are an object"));
        };
        let asked = Instant::now();
        let request = CallToolRequestParams::new(tool).with_arguments(arguments);
        let result = self.client.call_tool(request).await.map_err(broken)?;
        self.times.push(asked.elapsed());
        Ok(reply(result))
    }

    /// The JSON of a resource.
    pub(super) async fn read(&mut self, uri: &str) -> Result<Value> {
        let asked = Instant::now();
        let result = self.client.read_resource(ReadResourceRequestParams::new(uri)).await.map_err(broken)?;
        self.times.push(asked.elapsed());
        match result.contents.first() {
            Some(ResourceContents::TextResourceContents { text, .. }) => {
                serde_json::from_str(text).map_err(|error| Error::internal("reading a resource", error))
            }
            _ => Err(Error::internal("reading a resource", "it is no text")),
        }
    }

    /// Closes the session, which is how a host says goodbye, and waits for the server to go.
    pub(super) async fn end(mut self) {
        let _ = self.client.close_with_timeout(PATIENCE).await;
        drop(self.client);
        if tokio::time::timeout(PATIENCE, self.child.wait()).await.is_err() {
            let _ = self.child.kill().await;
        }
    }
}

fn command(config: &Config, scratch: &Scratch) -> Result<Command> {
    let executable = std::env::current_exe().map_err(|error| Error::internal("finding facturo", error))?;
    let mut command = Command::new(executable);
    command
        .arg("serve")
        .env_clear() // neither the books that the person keeps, nor who may see them
        .envs(config.search_path.as_ref().map(|path| ("PATH", path)))
        .envs(config.home.as_ref().map(|home| ("HOME", home)))
        .env("FACTURO_DATA_DIR", scratch.data_dir())
        .env("FACTURO_SCRATCH", "1")
        .env("FACTURO_LINGER", "0")
        .env("FACTURO_LOG", if config.log == "info" { QUIET } else { &config.log })
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // a Ctrl-C is ours to answer; the child ends when we close its input
        .process_group(0)
        .kill_on_drop(true);
    if let Some(dir) = config.postgres_bin.clone().or_else(|| own_postgres(config)) {
        command.env("FACTURO_POSTGRES_BIN", dir);
    }
    Ok(command)
}

/// The PostgreSQL that `make setup` may have put into the person's own data directory, where the child does not look.
fn own_postgres(config: &Config) -> Option<PathBuf> {
    let dir = database::private_settings(config).ok()?.data_dir.join("postgresql/bin");
    dir.join("postgres").is_file().then_some(dir)
}

fn reply(result: CallToolResult) -> Reply {
    if result.is_error == Some(true) {
        let texts = result.content.iter().filter_map(|block| block.as_text());
        return Reply::Refused(texts.map(|block| block.text.as_str()).collect::<Vec<_>>().join(" "));
    }
    Reply::Done(result.structured_content.unwrap_or_default())
}

fn broken(error: ServiceError) -> Error {
    Error::internal("the MCP session of the demonstration", error)
}
