//! The pool: few connections, each wait bounded, TLS for every host that is not local.

mod connect;
mod libpq;
mod refusal;
mod tls;
mod url;

#[cfg(test)]
mod url_tests;

use std::time::Duration;

use deadpool_postgres::{
    Manager, ManagerConfig, Pool, QueueMode, RecyclingMethod, Runtime, Timeouts, WeakPool,
};
use tokio_postgres::Config;

use self::connect::Connector;
pub use self::{libpq::Environment, refusal::unreachable, url::Server};
use crate::error::{Error, Result};

/// Enough for group commit; a host that forgets to end its server does not exhaust PostgreSQL.
const CONNECTIONS: usize = 8;
/// A connection that was not used for so long is given back.
const IDLE: Duration = Duration::from_secs(60);
const WAIT: Duration = Duration::from_secs(8);

/// Makes the pool; connects to nothing yet.
pub fn build(server: &Server) -> Result<Pool> {
    let connector = Connector::to(server)?;
    let create = Some(connector.limit());
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    Pool::builder(Manager::from_connect(Config::new(), connector, recycling))
        .max_size(CONNECTIONS)
        .queue_mode(QueueMode::Lifo) // calls one after the other find a server process whose caches are warm
        .timeouts(Timeouts { wait: Some(WAIT), create, recycle: Some(WAIT) })
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|error| Error::internal("pool", error))
}

/// Gives back connections that nobody used for a while, for as long as somebody else has the pool.
pub async fn release_idle(pool: WeakPool) {
    let mut tick = tokio::time::interval(IDLE / 2);
    loop {
        tick.tick().await;
        let Some(pool) = pool.upgrade() else { return };
        pool.retain(|_, metrics| metrics.last_used() < IDLE);
    }
}
