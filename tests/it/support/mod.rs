//! What tests stand on: a database for each, a host that speaks with the real binary, and the words it speaks in.

pub(crate) mod cluster;
pub(crate) mod database;
pub(crate) mod host;
pub(crate) mod messages;
pub(crate) mod office;
pub(crate) mod session;
pub(crate) mod transaction;

/// Runs a future to its end, from a test that is not async or from one that is.
pub(crate) fn wait<F: Future<Output: Send> + Send>(future: F) -> F::Output {
    let run = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future);
    std::thread::scope(|scope| scope.spawn(run).join().unwrap())
}
