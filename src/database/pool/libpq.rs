//! The same server as PostgreSQL's own programs are told of it: by their environment, which other users cannot read as they
//! can a command line, and on the terms that facturo itself connects on.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;

use tokio_postgres::Config;
use tokio_postgres::config::{ChannelBinding, Host, TargetSessionAttrs};

use super::tls::Trust;
use super::url::Server;

pub type Environment = Vec<(&'static str, OsString)>;

/// Where systems keep the authorities that they trust. libpq knows the word `system` for them only from 16 on.
const AUTHORITIES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

impl Server {
    /// The variables for `libpq`. The password is among them.
    pub fn environment(&self) -> Environment {
        let first = &self.hosts[0];
        let attributes = match first.get_target_session_attrs() {
            TargetSessionAttrs::ReadWrite => "read-write",
            TargetSessionAttrs::ReadOnly => "read-only",
            _ => "",
        };
        let binding = if first.get_channel_binding() == ChannelBinding::Require { "require" } else { "" };
        let mut variables = vec![
            ("PGHOST", self.list(host)),
            ("PGHOSTADDR", self.list(|config| config.get_hostaddrs().first().map(ToString::to_string))),
            ("PGPORT", self.list(|config| config.get_ports().first().map(ToString::to_string))),
            ("PGUSER", first.get_user().unwrap_or_default().into()),
            ("PGPASSWORD", OsString::from_vec(first.get_password().unwrap_or_default().to_vec())),
            ("PGDATABASE", first.get_dbname().unwrap_or_default().into()),
            ("PGOPTIONS", first.get_options().unwrap_or_default().into()),
            ("PGTARGETSESSIONATTRS", attributes.into()),
            ("PGCHANNELBINDING", binding.into()),
            ("PGAPPNAME", "facturo".into()),
            ("PGCONNECT_TIMEOUT", "10".into()),
        ];
        match &self.trust {
            Some(trust) => variables.extend(tls(trust)),
            None => variables.push(("PGSSLMODE", "disable".into())),
        }
        variables.retain(|(_, value)| !value.is_empty());
        variables
    }

    /// A value for each host, or nothing where none has one.
    fn list<T: Into<OsString>>(&self, value: impl Fn(&Config) -> Option<T>) -> OsString {
        let values: Vec<OsString> =
            self.hosts.iter().map(|config| value(config).map(Into::into).unwrap_or_default()).collect();
        if values.iter().all(|value| value.is_empty()) { OsString::new() } else { values.join(",".as_ref()) }
    }
}

fn host(config: &Config) -> Option<OsString> {
    match config.get_hosts().first()? {
        Host::Tcp(name) => Some(name.into()),
        Host::Unix(path) => Some(path.clone().into_os_string()),
    }
}

fn tls(trust: &Trust) -> Environment {
    let system = || AUTHORITIES.into_iter().find(|file| Path::new(file).is_file()).unwrap_or("system").into();
    let roots = trust.roots.as_ref().map_or_else(system, |file| file.clone().into_os_string());
    let mode = if trust.any_name { "verify-ca" } else { "verify-full" };
    let mut variables = vec![("PGSSLMODE", mode.into()), ("PGSSLROOTCERT", roots)];
    if let Some((certificate, key)) = &trust.identity {
        variables.push(("PGSSLCERT", certificate.clone().into_os_string()));
        variables.push(("PGSSLKEY", key.clone().into_os_string()));
    }
    variables
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str, name: &str) -> Option<String> {
        let variables = url.parse::<Server>().unwrap().environment();
        let value = variables.into_iter().find(|(variable, _)| *variable == name)?.1;
        Some(value.into_string().unwrap())
    }

    #[test]
    fn a_remote_host_is_held_to_its_certificate_as_facturo_holds_it() {
        let url = "postgresql://ana:s%40crt@db.example.com:5433/books?channel_binding=require";
        for (name, value) in [
            ("PGHOST", "db.example.com"),
            ("PGPORT", "5433"),
            ("PGUSER", "ana"),
            ("PGDATABASE", "books"),
            ("PGPASSWORD", "s@crt"),
            ("PGSSLMODE", "verify-full"),
            ("PGCHANNELBINDING", "require"),
        ] {
            assert_eq!(of(url, name).as_deref(), Some(value), "{name}");
        }
        assert!(of(url, "PGSSLROOTCERT").is_some());
        let own = "postgresql://u@db.example.com/b?sslmode=verify-ca&sslrootcert=/ca.crt&sslcert=/a.crt&sslkey=/a.key";
        assert_eq!(of(own, "PGSSLMODE").unwrap(), "verify-ca");
        assert_eq!(
            (of(own, "PGSSLROOTCERT").unwrap(), of(own, "PGSSLKEY").unwrap()),
            ("/ca.crt".into(), "/a.key".into())
        );
        assert_eq!(of("postgresql://u@db.example.com/b?sslmode=disable", "PGSSLMODE").unwrap(), "disable");
    }

    #[test]
    fn several_hosts_stay_several() {
        let url = "postgresql://u@a.example.com:1,b.example.com:2/b";
        assert_eq!(of(url, "PGHOST").unwrap(), "a.example.com,b.example.com");
        assert_eq!(of(url, "PGPORT").unwrap(), "1,2");
        assert_eq!(
            (of(url, "PGHOSTADDR"), of(url, "PGTARGETSESSIONATTRS").unwrap()),
            (None, "read-write".into())
        );
        let local = "host=/run/postgresql user=u";
        assert_eq!(of(local, "PGHOST").unwrap(), "/run/postgresql");
        assert_eq!((of(local, "PGPASSWORD"), of(local, "PGSSLROOTCERT")), (None, None));
        assert_eq!(of("hostaddr=127.0.0.1 user=u", "PGHOST"), None);
    }
}
