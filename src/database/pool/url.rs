//! What `DATABASE_URL` says, in both forms that libpq knows: `postgresql://user:password@host/database?option=value` and
//! `host=… user=…`. Both are taken apart here, since tokio-postgres knows neither `sslmode=verify-full` nor `sslrootcert`; what
//! is left over it reads itself. No error quotes what was written, which may be a password in the wrong place.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    net::IpAddr,
    path::PathBuf,
    str::FromStr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use percent_encoding::percent_decode_str;
use tokio_postgres::{
    Config,
    config::{Host, SslMode, TargetSessionAttrs},
};

use super::{refusal::Overshadowed, tls::Trust};
use crate::error::{Error, Result};

/// The options that tokio-postgres reads, and reads as libpq does.
const PLAIN: &[&str] = &[
    "user",
    "password",
    "dbname",
    "options",
    "application_name",
    "connect_timeout",
    "tcp_user_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "target_session_attrs",
    "channel_binding",
    "sslnegotiation",
];
/// Those that are read here.
const OURS: &[&str] = &["host", "hostaddr", "port", "sslmode", "sslrootcert", "sslcert", "sslkey"];

type Options = BTreeMap<String, String>;

/// A PostgreSQL, on one host or on one of several.
#[derive(Debug, Clone)]
pub struct Server {
    /// How to connect to each host, in the order in which to try them.
    pub(super) hosts: Vec<Config>,
    /// Whom to trust, where TLS is spoken.
    pub(super) trust: Option<Trust>,
    /// A pooler was found to stand before it.
    pub(super) pooler: Arc<AtomicBool>,
    /// Somebody else's tables could be taken for facturo's.
    pub(super) overshadowed: Arc<OnceLock<Overshadowed>>,
    /// Has the server refuse whatever would write.
    pub read_only: bool,
}

/// Of a private server, which has one host: a socket.
impl From<Config> for Server {
    fn from(config: Config) -> Self {
        Self {
            hosts: vec![config],
            trust: None,
            pooler: Arc::default(),
            overshadowed: Arc::default(),
            read_only: false,
        }
    }
}

impl FromStr for Server {
    type Err = Error;

    /// Hosts that are not local must speak TLS unless `sslmode=disable` is written. Of several hosts, one that takes writes is
    /// wanted unless `target_session_attrs` says otherwise.
    fn from_str(url: &str) -> Result<Self> {
        let options = options(url.trim()).map_err(unreadable)?;
        let hosts = hosts(&options).map_err(unreadable)?;
        let trust = trust(&options, hosts.iter().all(is_local)).map_err(unreadable)?;
        let limited = |mut config: Config| {
            let over_tls = trust.is_some() && !matches!(config.get_hosts(), [Host::Unix(_)]);
            config.ssl_mode(if over_tls { SslMode::Require } else { SslMode::Disable });
            config
        };
        Ok(Self {
            hosts: hosts.into_iter().map(limited).collect(),
            trust,
            pooler: Arc::default(),
            overshadowed: Arc::default(),
            read_only: false,
        })
    }
}

impl Server {
    /// Whether connections lead to a pooler, as far as the ones made until now have shown. What is prepared on one may then be
    /// missing.
    pub fn has_pooler(&self) -> bool {
        self.pooler.load(Ordering::Relaxed)
    }

    /// # Errors
    /// When a connection has shown that tables and functions of somebody else may stand before facturo's.
    pub fn must_not_be_overshadowed(&self) -> Result<()> {
        self.overshadowed.get().map_or(Ok(()), |by| Err(by.told()))
    }

    /// Where it is, in words and without a password.
    pub fn describe(&self) -> String {
        let first = &self.hosts[0];
        let database = first.get_dbname().or(first.get_user()).unwrap_or_default();
        let place = |config: &Config| match (config.get_hosts(), config.get_hostaddrs()) {
            ([Host::Unix(path)], _) => path.display().to_string(),
            ([Host::Tcp(name)], _) => name.clone(),
            (_, addresses) => addresses.iter().map(ToString::to_string).collect(),
        };
        let places = self.hosts.iter().map(place).collect::<Vec<_>>().join(", ");
        let tls = match &self.trust {
            Some(trust) => format!("with TLS, {trust}"),
            None if self.hosts.iter().all(is_local) => "local, without TLS".to_owned(),
            None => "without TLS".to_owned(),
        };
        format!("{database} on {places} (DATABASE_URL, {tls})")
    }
}

fn unreadable(problem: Cow<'static, str>) -> Error {
    Error::unavailable(
        format!("DATABASE_URL cannot be read: {problem}."),
        "It looks like postgresql://user:password@host:5432/database?sslmode=verify-full.",
    )
}

type Parsed<T> = std::result::Result<T, Cow<'static, str>>;

fn options(text: &str) -> Parsed<Options> {
    let url = ["postgresql://", "postgres://"].iter().find_map(|scheme| text.strip_prefix(scheme));
    let options = match url {
        Some(rest) => of_url(rest)?,
        None => of_keywords(text)?,
    };
    if options.keys().all(|key| PLAIN.contains(&key.as_str()) || OURS.contains(&key.as_str())) {
        return Ok(options);
    }
    let known = [OURS, PLAIN].concat().join(", ");
    Err(format!("it holds an option that is not known; known are {known}").into())
}

/// `user:password@host:port,host:port/database?option=value&…`, without the scheme.
fn of_url(rest: &str) -> Parsed<Options> {
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    let (credentials, places) = authority.split_once('@').unwrap_or(("", authority));
    if [places, database, query].iter().any(|part| part.contains('@')) || database.contains('/') {
        return Err("in a user or a password, @ is written %40, / is %2F and ? is %3F".into());
    }
    let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
    let (hosts, ports): (Vec<_>, Vec<_>) = places.split(',').map(host_and_port).unzip();
    let (hosts, ports) = (hosts.join(","), ports.join(","));
    let named = [("user", user), ("password", password), ("host", &hosts), ("dbname", database)];
    let mut options = Options::new();
    for (key, value) in named.into_iter().filter(|(_, value)| !value.is_empty()) {
        options.insert(key.to_owned(), decoded(value)?);
    }
    if !hosts.is_empty() {
        options.insert("port".to_owned(), decoded(&ports)?);
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').ok_or("an option has no value")?;
        options.insert(decoded(key)?, decoded(value)?);
    }
    Ok(options)
}

/// An IPv6 address stands in brackets. What is no port is noticed later.
fn host_and_port(place: &str) -> (&str, &str) {
    let in_brackets = place.strip_prefix('[').and_then(|place| place.split_once(']'));
    match in_brackets {
        Some((address, port)) => (address, port.strip_prefix(':').unwrap_or(port)),
        None => place.split_once(':').unwrap_or((place, "")),
    }
}

fn decoded(text: &str) -> Parsed<String> {
    let text = percent_decode_str(text).decode_utf8().map_err(|_| "it is not UTF-8 once decoded")?;
    Ok(text.into_owned())
}

/// `key=value key='a value' …`, where a backslash takes the next character as it is.
fn of_keywords(text: &str) -> Parsed<Options> {
    let mut options = Options::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=').ok_or("it is neither a URL nor a list of key=value")?;
        let mut value = String::new();
        let after = after.trim_start();
        let quoted = after.strip_prefix('\'');
        let mut chars = quoted.unwrap_or(after).chars();
        loop {
            match chars.next() {
                Some('\\') => value.extend(chars.next()),
                Some('\'') if quoted.is_some() => break,
                Some(c) if quoted.is_none() && c.is_whitespace() => break,
                Some(c) => value.push(c),
                None if quoted.is_some() => return Err("a quoted value has no end".into()),
                None => break,
            }
        }
        options.insert(key.trim().to_owned(), value);
        rest = chars.as_str().trim_start();
    }
    Ok(options)
}

/// A configuration for each host.
fn hosts(options: &Options) -> Parsed<Vec<Config>> {
    let list =
        |key: &str| -> Vec<&str> { options.get(key).map(|v| v.split(',').collect()).unwrap_or_default() };
    let (names, addresses, ports) = (list("host"), list("hostaddr"), list("port"));
    let count = names.len().max(addresses.len());
    if count == 0 {
        return Err("it names no host".into());
    }
    for (what, one_may_do, given) in
        [("host", false, &names), ("hostaddr", false, &addresses), ("port", true, &ports)]
    {
        if !given.is_empty() && given.len() != count && !(one_may_do && given.len() == 1) {
            return Err(format!("of {what} there must be as many as of hosts, which are {count}").into());
        }
    }
    let base = base(options, count)?;
    let host = |at: usize| {
        let mut config = base.clone();
        if let Some(name) = names.get(at) {
            config.host(*name);
        }
        if let Some(address) = addresses.get(at) {
            // the connection would go to the address, and by the name it would need no TLS
            if matches!(config.get_hosts(), [Host::Unix(_)]) {
                return Err("a host that is the path of a socket has no hostaddr".into());
            }
            config.hostaddr(address.parse().map_err(|_| "hostaddr is no IP address")?);
        }
        let port = ports.get(at).or(ports.first()).filter(|port| !port.is_empty());
        let port = port.map_or(Ok(5432), |port| port.parse());
        config.port(port.map_err(|_| "a port is a number up to 65535")?);
        Ok(config)
    };
    (0..count).map(host).collect()
}

/// All that is the same for each host.
fn base(options: &Options, hosts: usize) -> Parsed<Config> {
    let quoted = |value: &str| value.replace('\\', "\\\\").replace('\'', "\\'");
    let mut text = String::new();
    for (key, value) in options.iter().filter(|(key, _)| PLAIN.contains(&key.as_str())) {
        let value = match (key.as_str(), value.as_str()) {
            // the nearest that there is: a primary takes writes
            ("target_session_attrs", "primary") => "read-write",
            (_, value) => value,
        };
        text += &format!("{key}='{}' ", quoted(value));
    }
    let mut config = Config::from_str(&text).map_err(|error| {
        // it names the option, never its value
        std::error::Error::source(&error).unwrap_or(&error).to_string()
    })?;
    if hosts > 1 && !options.contains_key("target_session_attrs") {
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    }
    Ok(config)
}

/// By name, and by address too where one is given, since that is where the connection then goes.
fn is_local(config: &Config) -> bool {
    let here = match config.get_hosts() {
        [Host::Tcp(name)] => matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1"),
        [Host::Unix(_)] => true,
        _ => false,
    };
    here && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

/// Whom to trust; nobody where there is to be no TLS.
fn trust(options: &Options, local: bool) -> Parsed<Option<Trust>> {
    let path = |key: &str| options.get(key).map(PathBuf::from);
    let identity = match (path("sslcert"), path("sslkey")) {
        (Some(certificate), Some(key)) => Some((certificate, key)),
        (None, None) => None,
        _ => return Err("sslcert and sslkey go together".into()),
    };
    let roots = path("sslrootcert");
    let own_roots = roots.clone().filter(|roots| roots.as_os_str() != "system");
    let trust =
        |any_name: bool| Some(Trust { roots: own_roots.clone(), any_name, identity: identity.clone() });
    match options.get("sslmode").map(String::as_str) {
        Some("disable") => Ok(None),
        // who names a certificate means TLS
        None | Some("prefer") if local && roots.is_none() && identity.is_none() => Ok(None),
        None | Some("prefer" | "require" | "verify-full") => Ok(trust(false)),
        // anybody can have a certificate for some name from one of the system's authorities
        Some("verify-ca") if own_roots.is_none() => {
            Err("sslmode=verify-ca goes with sslrootcert, the file of your own authority".into())
        }
        Some("verify-ca") => Ok(trust(true)),
        Some(_) => Err("sslmode is one of disable, prefer, require, verify-ca, verify-full".into()),
    }
}
