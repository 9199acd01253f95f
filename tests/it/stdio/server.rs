//! A tiny server to be talked to, in a process of its own: this test binary again, told to run the «test» below.
//!
//! libtest writes to stdout before it runs a test, so the child starts with /dev/null there and the stream to serve
//! on in the place of stderr; it moves that one to where it belongs, and its log to a file. From then on its three
//! streams are what a host would have given it.

use std::fs::File;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use nix::unistd::{dup2_stderr, dup2_stdout};
use rmcp::model::*;
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde_json::json;

const LOG: &str = "FACTURO_TEST_STDIO_LOG";

/// Grace for running calls after a signal.
pub(super) const GRACE: Duration = Duration::from_millis(1_000);

/// What the child logs to, instead of a file: the stream that is its stdout, as `2>&1` does.
pub(super) const SAME_AS_STDOUT: &str = "2>&1";

/// The child, but for its streams: stdin, and stdout in the place of stderr.
pub(super) fn command(log: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "stdio::server::child", "--ignored", "--nocapture", "--test-threads=1"]);
    command.stdout(std::process::Stdio::null()).env(LOG, log);
    command
}

#[test]
#[ignore = "the server that the other tests start"]
#[expect(
    clippy::disallowed_methods,
    reason = "nobody else reads this variable, and this is the child's main"
)]
fn child() {
    let Ok(log) = std::env::var(LOG) else { return };
    dup2_stdout(std::io::stderr()).unwrap();
    if log != SAME_AS_STDOUT {
        dup2_stderr(File::create(log).unwrap()).unwrap();
    }
    // A test that waits for something that never comes gets the end of the stream instead.
    std::thread::spawn(|| {
        std::thread::sleep(Duration::from_secs(30));
        std::process::exit(9);
    });
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).init();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let served = runtime.block_on(facturo::mcp::stdio::serve(Server, GRACE));
    runtime.shutdown_background();
    std::process::exit(served.is_err().into());
}

struct Server;

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().enable_tool_list_changed().build())
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(requested.clone())
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = json!(request.arguments);
        let number = |name: &str| arguments[name].as_u64().unwrap_or_default();
        let text = match request.name.as_ref() {
            "echo" => arguments["text"].as_str().unwrap_or_default().to_owned(),
            "big" => "x".repeat(number("bytes") as usize),
            "sleep" => {
                tokio::time::sleep(Duration::from_millis(number("ms"))).await;
                "slept".to_owned()
            }
            "crowd" => crowd().await.to_string(),
            "ask" => ask(&context).await,
            name => return Err(ErrorData::invalid_params(format!("no tool {name}"), None)),
        };
        Ok(CallToolResult::success(vec![ContentBlock::text(text)]).into())
    }
}

/// How many of these have been at it together, at the most.
async fn crowd() -> usize {
    static NOW: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    MOST.fetch_max(NOW.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(20)).await;
    NOW.fetch_sub(1, Ordering::Relaxed);
    MOST.load(Ordering::Relaxed)
}

/// Any request to the client will do.
#[expect(deprecated, reason = "the only one that needs no further feature of rmcp's")]
async fn ask(context: &RequestContext<RoleServer>) -> String {
    match context.peer.list_roots().await {
        Ok(roots) => format!("{} roots", roots.roots.len()),
        Err(_) => "no answer".to_owned(),
    }
}
