//! How a connection is made: host after host, each with a limit of its own that covers the handshake and the
//! authentication too, so that a host that hangs does not keep the next one from being asked.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use deadpool_postgres::{ConfigConnectImpl, Connect};
use futures_util::future::BoxFuture;
use tokio::{task::JoinHandle, time::timeout};
use tokio_postgres::{Client, Config, Error, NoTls, SimpleQueryMessage, error::SqlState};

use super::{refusal::Overshadowed, url::Server};

/// What a host has in all, unless the URL sets `connect_timeout`.
const LIMIT: Duration = Duration::from_secs(8);
/// The same where others are left to ask.
const LIMIT_OF_SEVERAL: Duration = Duration::from_secs(3);
/// How long a remote host may leave what was sent unacknowledged, or probes unanswered.
const SILENCE: Duration = Duration::from_secs(30);
/// Limits that the server itself keeps for every statement of ours, and a mark that shows whether it has heard of them. A
/// statement that is not answered for longer than the first, we give up ourselves (`repository/sql.rs`).
const SERVER_OPTIONS: &str = "-c statement_timeout=10s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s -c facturo.asked=on";

/// What a read-only one asks for besides.
const READ_ONLY: &str = " -c default_transaction_read_only=on";

type Connected = Result<(Client, JoinHandle<()>), Error>;

pub(super) struct Connector {
    hosts: Vec<Config>,
    connect: Box<dyn Connect>,
    /// What the server is asked for.
    options: String,
    /// The host that answered last, which is asked first.
    last: AtomicUsize,
    /// A pooler stands before the server, such as pgbouncer: one that refuses [`SERVER_OPTIONS`], or keeps them to itself. Then
    /// its own limits hold.
    pooler: Arc<AtomicBool>,
    overshadowed: Arc<OnceLock<Overshadowed>>,
}

impl Connector {
    pub(super) fn to(server: &Server) -> crate::error::Result<Self> {
        let connect: Box<dyn Connect> = match &server.trust {
            Some(trust) => Box::new(ConfigConnectImpl { tls: trust.connector()? }),
            None => Box::new(ConfigConnectImpl { tls: NoTls }),
        };
        let limit = if server.hosts.len() > 1 { LIMIT_OF_SEVERAL } else { LIMIT };
        let hosts = server.hosts.iter().cloned().map(|config| limited(config, limit)).collect();
        let options = format!("{SERVER_OPTIONS}{}", if server.read_only { READ_ONLY } else { "" });
        let last = AtomicUsize::new(0);
        let (pooler, overshadowed) = (Arc::clone(&server.pooler), Arc::clone(&server.overshadowed));
        Ok(Self { hosts, connect, options, last, pooler, overshadowed })
    }

    /// How long all hosts may take together. The last one asked has what the others have left.
    pub(super) fn limit(&self) -> Duration {
        self.hosts.iter().map(limit_of).sum()
    }

    async fn any_host(&self) -> Connected {
        let (count, first) = (self.hosts.len(), self.last.load(Ordering::Relaxed));
        let order = (0..count).map(|at| (first + at) % count);
        for at in order.clone().take(count - 1) {
            let host = &self.hosts[at];
            match timeout(limit_of(host), self.host(host)).await {
                Ok(Ok(connected)) => {
                    self.last.store(at, Ordering::Relaxed);
                    return Ok(connected);
                }
                Ok(Err(error)) => tracing::debug!(at, cause = crate::error::causes(&error), "not this host"),
                Err(_) => tracing::debug!(at, "this host does not answer"),
            }
        }
        let at = (first + count - 1) % count;
        let connected = self.host(&self.hosts[at]).await?;
        self.last.store(at, Ordering::Relaxed);
        Ok(connected)
    }

    async fn host(&self, config: &Config) -> Connected {
        if self.pooler.load(Ordering::Relaxed) {
            return self.behind_pooler(config).await;
        }
        let mut asking = config.clone();
        asking.options(match config.get_options() {
            Some(own) => format!("{} {own}", self.options),
            None => self.options.clone(),
        });
        match self.connect.connect(&asking).await {
            Ok((client, task)) => {
                if !self.meet(&client).await? {
                    self.found_pooler();
                }
                Ok((client, task))
            }
            Err(error) if error.code() == Some(&SqlState::PROTOCOL_VIOLATION) => {
                self.found_pooler();
                self.behind_pooler(config).await
            }
            Err(error) => Err(error),
        }
    }

    async fn behind_pooler(&self, config: &Config) -> Connected {
        let (client, task) = self.connect.connect(config).await?;
        self.meet(&client).await?;
        Ok((client, task))
    }

    /// Answers whether the server knows of [`SERVER_OPTIONS`], and notes down whether somebody else's tables could stand before ours.
    async fn meet(&self, client: &Client) -> Result<bool, Error> {
        let messages = client.simple_query(include_str!("../../../sql/queries/connection/met.sql")).await?;
        let row = messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        let said = |column: usize| row.and_then(|row| row.get(column));
        if let (Some(role), Some(maker)) = (said(1), said(2)) {
            self.overshadowed.get_or_init(|| Overshadowed { role: role.to_owned(), maker: maker.to_owned() });
        }
        Ok(said(0) == Some("on"))
    }

    fn found_pooler(&self) {
        tracing::info!(
            "a pooler stands before the database: statements go unprepared, and its own limits hold"
        );
        self.pooler.store(true, Ordering::Relaxed);
    }
}

impl Connect for Connector {
    /// To whichever host will do; the pool's own configuration is none of them.
    fn connect(&self, _: &Config) -> BoxFuture<'_, Connected> {
        Box::pin(self.any_host())
    }
}

/// A host that went away without a word is noticed, where the URL has no limits of its own: in the middle of a statement and
/// while one is waited for. Nothing of it concerns Unix sockets.
fn limited(mut config: Config, limit: Duration) -> Config {
    config.application_name("facturo");
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(limit);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(SILENCE);
    }
    if config.get_keepalives_interval().is_none() && config.get_keepalives_retries().is_none() {
        config.keepalives_idle(SILENCE / 3).keepalives_interval(SILENCE / 3).keepalives_retries(2);
    }
    config
}

fn limit_of(host: &Config) -> Duration {
    host.get_connect_timeout().copied().unwrap_or(LIMIT)
}
