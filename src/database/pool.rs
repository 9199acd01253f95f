//! The pool: few connections, each wait bounded, TLS for every host that is not local.

use std::{
    net::IpAddr,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use deadpool_postgres::{
    ConfigConnectImpl, Connect, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime, Timeouts, WeakPool,
};
use futures_util::future::BoxFuture;
use tokio::task::JoinHandle;
use tokio_postgres::{
    Config, NoTls,
    config::{Host, SslMode},
    error::SqlState,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Error, Result};

/// Enough for group commit; a host that forgets to end its server does not exhaust PostgreSQL.
const CONNECTIONS: usize = 8;
/// A connection that was not used for so long is given back.
const IDLE: Duration = Duration::from_secs(60);
const WAIT: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(10);
/// How long a remote host may leave what was sent unacknowledged, or probes unanswered.
const SILENCE: Duration = Duration::from_secs(30);
/// Limits that the server itself keeps for every statement of ours.
const SERVER_LIMITS: &str =
    "-c statement_timeout=20s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s";

/// Reads `DATABASE_URL`. Hosts that are not local must speak TLS unless `sslmode=disable` is written.
pub fn parse_url(url: &str) -> Result<Config> {
    let mut config = Config::from_str(url).map_err(|error| {
        // the cause names the parameter, never its value, but the URL holds a password
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        Error::unavailable(
            format!(
                "DATABASE_URL cannot be read ({error}{}{cause}).",
                if cause.is_empty() { "" } else { ": " }
            ),
            "It looks like postgresql://user:password@host:5432/database?sslmode=require.",
        )
    })?;
    if !is_local(&config) && config.get_ssl_mode() == SslMode::Prefer {
        config.ssl_mode(SslMode::Require);
    }
    Ok(config)
}

/// Where a URL leads, in words and without its password.
pub fn describe(url: &str) -> Result<String> {
    let config = parse_url(url)?;
    let host = |host: &Host| match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    };
    let hosts = config.get_hosts().iter().map(host).collect::<Vec<_>>().join(", ");
    let tls = match config.get_ssl_mode() {
        SslMode::Require => "with TLS",
        SslMode::Disable => "without TLS",
        _ => "local",
    };
    let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
    Ok(format!("{database} on {hosts} (DATABASE_URL, {tls})"))
}

/// By name, and by address too where one is given, since that is where the connection then goes.
fn is_local(config: &Config) -> bool {
    let here = |host: &Host| match host {
        Host::Tcp(name) => matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1" | "[::1]"),
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    let hosts = config.get_hosts();
    !hosts.is_empty() && hosts.iter().all(here) && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

/// Makes the pool; connects to nothing yet.
pub fn build(mut config: Config) -> Result<Pool> {
    config.application_name("facturo").connect_timeout(CONNECT);
    notice_silence(&mut config);
    let connect: Box<dyn Connect> = match config.get_ssl_mode() {
        SslMode::Require => Box::new(ConfigConnectImpl { tls: tls()? }),
        _ => Box::new(ConfigConnectImpl { tls: NoTls }),
    };
    let connect = LimitedConnect { connect, refuses_options: AtomicBool::new(false) };
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    Pool::builder(Manager::from_connect(config, connect, recycling))
        .max_size(CONNECTIONS)
        .timeouts(Timeouts { wait: Some(WAIT), create: Some(CONNECT), recycle: Some(CONNECT) })
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|error| Error::internal("pool", error))
}

/// A host that went away without a word is noticed, where the URL has no limits of its own: in the middle of a statement and
/// while one is waited for. Nothing of it concerns Unix sockets.
fn notice_silence(config: &mut Config) {
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(SILENCE);
    }
    if config.get_keepalives_interval().is_none() && config.get_keepalives_retries().is_none() {
        config.keepalives_idle(SILENCE / 3).keepalives_interval(SILENCE / 3).keepalives_retries(2);
    }
}

/// Asks the server for [`SERVER_LIMITS`] with each connection. A pooler such as pgbouncer may refuse to be asked; then
/// its own limits hold.
struct LimitedConnect {
    connect: Box<dyn Connect>,
    refuses_options: AtomicBool,
}

type Connecting<'a> =
    BoxFuture<'a, std::result::Result<(tokio_postgres::Client, JoinHandle<()>), tokio_postgres::Error>>;

impl Connect for LimitedConnect {
    fn connect(&self, config: &Config) -> Connecting<'_> {
        let plain = config.clone();
        let mut limited = config.clone();
        limited.options(match config.get_options() {
            Some(own) => format!("{SERVER_LIMITS} {own}"),
            None => SERVER_LIMITS.to_owned(),
        });
        Box::pin(async move {
            if !self.refuses_options.load(Ordering::Relaxed) {
                match self.connect.connect(&limited).await {
                    Err(error) if error.code() == Some(&SqlState::PROTOCOL_VIOLATION) => {
                        tracing::info!("a pooler stands before the database and keeps its own limits");
                        self.refuses_options.store(true, Ordering::Relaxed);
                    }
                    done => return done,
                }
            }
            self.connect.connect(&plain).await
        })
    }
}

/// Certificates are checked against the system's roots, and the name against the certificate.
fn tls() -> Result<MakeRustlsConnect> {
    let mut roots = rustls::RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err(Error::unavailable(
            "This system has no root certificates, so the database's cannot be checked.",
            "Install the ca-certificates package.",
        ));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::internal("TLS", error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_local_hosts_may_do_without_tls_unasked() {
        for (url, mode) in [
            ("postgresql://u@localhost/db", SslMode::Prefer),
            ("postgresql:///db?host=/run/postgresql", SslMode::Prefer),
            ("postgresql://u:p@db.example.com/db", SslMode::Require),
            ("postgresql://u:p@127.0.0.1,db.example.com/db", SslMode::Require),
            ("postgresql://u:p@db.example.com/db?sslmode=disable", SslMode::Disable),
            ("postgresql://u@localhost/db?hostaddr=127.0.0.1", SslMode::Prefer),
            ("host=localhost hostaddr=::1 user=u", SslMode::Prefer),
            ("postgresql://u:p@localhost/db?hostaddr=203.0.113.7", SslMode::Require),
            ("host=localhost,localhost hostaddr=127.0.0.1,203.0.113.7 user=u", SslMode::Require),
            ("hostaddr=203.0.113.7 user=u", SslMode::Require),
            ("hostaddr=127.0.0.1 user=u", SslMode::Require),
        ] {
            assert_eq!(parse_url(url).unwrap().get_ssl_mode(), mode, "{url}");
        }
    }

    #[test]
    fn a_bad_url_is_refused_without_its_password() {
        for url in [
            "mysql://u:secret@h/db",
            "postgresql://u:secret@h:port/db",
            "postgresql://u:secret@h/db?nope=secret",
        ] {
            let message = parse_url(url).unwrap_err().to_string();
            assert!(!message.contains("secret"), "{message}");
        }
    }
}
