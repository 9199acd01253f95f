//! What tests stand on: a database for each, a host that speaks with the real binary, and the words it speaks in.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

pub(crate) mod cluster;
pub(crate) mod database;
pub(crate) mod host;
pub(crate) mod messages;
pub(crate) mod office;
pub(crate) mod pooler;
pub(crate) mod session;
pub(crate) mod transaction;

/// Runs a future to its end, from a test that is not async or from one that is.
pub(crate) fn wait<F: Future<Output: Send> + Send>(future: F) -> F::Output {
    let run = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future);
    std::thread::scope(|scope| scope.spawn(run).join().unwrap())
}

/// Says that a test is left out, and why: in a file too, which `make test` prints at its end.
#[expect(clippy::print_stderr, reason = "the test's own output")]
pub(crate) fn skip(needed: &str) {
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    eprintln!("skipped: {test} {needed}");
    let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("skipped");
    if let Ok(mut all) = File::options().append(true).create(true).open(all) {
        all.write_all(format!("  {test} {needed}\n").as_bytes()).unwrap();
    }
}
