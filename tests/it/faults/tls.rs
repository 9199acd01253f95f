//! Certificates made for the occasion, and a PostgreSQL that shows them and asks for them.

use std::path::PathBuf;

use deadpool_postgres::Pool;
use facturo::database::pool::{self, Server};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

use crate::support::cluster::Cluster;
use crate::support::session::facturo;
use crate::support::wait;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "an authority");
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate for a host or a user, and its key.
fn signed(by: &Authority, name: &str) -> (String, String) {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    let key = KeyPair::generate().unwrap();
    (params.signed_by(&key, by).unwrap().pem(), key.serialize_pem())
}

/// A server whose certificate is for `localhost`, which lets `ana` in with a certificate, and others without.
struct Bank {
    cluster: Cluster,
    ours: PathBuf,
    strangers: PathBuf,
    /// Files of a certificate and its key: one of our authority, one of the other.
    ana: (PathBuf, PathBuf),
    impostor: (PathBuf, PathBuf),
}

impl Bank {
    fn open() -> Self {
        let (authority, other) = (authority(), authority());
        let cluster = Cluster::new("");
        let pair = |name: &str, (certificate, key): (String, String)| {
            (cluster.write(&format!("{name}.crt"), &certificate), cluster.write(&format!("{name}.key"), &key))
        };
        let (certificate, key) = pair("server", signed(&authority, "localhost"));
        let ana = pair("ana", signed(&authority, "ana"));
        let impostor = pair("impostor", signed(&other, "ana"));
        let ours = cluster.write("ca.pem", &authority.pem());
        let strangers = cluster.write("other-ca.pem", &other.pem());
        cluster.write(
            "data/pg_hba.conf",
            "local all all trust\nhostssl all ana all cert\nhost all postgres all trust\n",
        );
        cluster.execute("CREATE USER ana");
        for (setting, file) in
            [("ssl_cert_file", &certificate), ("ssl_key_file", &key), ("ssl_ca_file", &ours)]
        {
            cluster.execute(&format!("ALTER SYSTEM SET {setting} = '{}'", file.display()));
        }
        let bank = Self { cluster, ours, strangers, ana, impostor };
        bank.speak_tls(true);
        bank
    }

    fn speak_tls(&self, on: bool) {
        self.set("ssl", if on { "on" } else { "off" });
    }

    fn set(&self, setting: &str, value: &str) {
        self.cluster.execute(&format!("ALTER SYSTEM SET {setting} = '{value}'"));
        self.cluster.execute("SELECT pg_reload_conf()");
        let now = format!(
            "DO $$ BEGIN WHILE current_setting('{setting}') <> '{value}' LOOP PERFORM pg_sleep(0.01); END LOOP; END $$"
        );
        self.cluster.execute(&now);
    }

    /// The URL of a host at the server's port, with the options of the others.
    fn url(&self, user: &str, host: &str, options: &str) -> String {
        format!("postgresql://{user}:swordfish@{host}:{}/postgres?{options}", self.cluster.port())
    }

    /// Connects as facturo does. Answers whether TLS is spoken, or what a person reads.
    fn connect(&self, user: &str, host: &str, options: &str) -> Result<bool, String> {
        let url = self.url(user, host, options);
        wait(async {
            let server: Server = url.parse().map_err(|error: facturo::error::Error| error.to_string())?;
            let pool: Pool = pool::build(&server).map_err(|error| error.to_string())?;
            let client = pool.get().await.map_err(|error| pool::unreachable(error).to_string())?;
            let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
            Ok(client.query_one(sql, &[]).await.unwrap().try_get(0).unwrap())
        })
    }

    #[track_caller]
    fn refuses(&self, user: &str, host: &str, options: &str, words: &[&str]) {
        let told = self.connect(user, host, options).unwrap_err();
        for word in words.iter().chain(&["DATABASE_URL"]) {
            assert!(told.contains(word), "{host}?{options} was refused without {word:?}: {told}");
        }
        assert!(!told.contains("swordfish"), "{told}");
    }
}

/// What libpq reads as a host that is not local, at an address that is.
const AWAY: &str = "hostaddr=127.0.0.1";

#[test]
fn certificates_are_checked_against_authority_and_name() {
    let bank = Bank::open();
    let (ours, strangers) = (bank.ours.display(), bank.strangers.display());
    for (host, options) in [
        ("localhost", format!("sslmode=verify-full&sslrootcert={ours}")),
        ("localhost", format!("sslmode=require&sslrootcert={ours}")),
        ("localhost", format!("sslrootcert={ours}")),
        ("127.0.0.1", format!("sslmode=verify-ca&sslrootcert={ours}")),
        ("books.example", format!("sslmode=verify-ca&sslrootcert={ours}&{AWAY}")),
    ] {
        assert_eq!(bank.connect("postgres", host, &options), Ok(true), "{host}?{options}");
    }
    assert_eq!(bank.connect("postgres", "localhost", ""), Ok(false), "a local host needs none");
    assert_eq!(bank.connect("postgres", "books.example", &format!("sslmode=disable&{AWAY}")), Ok(false));

    let authority: &[_] = &["not signed by an authority", "sslrootcert="];
    for (host, options) in [
        ("localhost", format!("sslmode=verify-full&sslrootcert={strangers}")),
        ("localhost", format!("sslmode=verify-ca&sslrootcert={strangers}")),
        ("localhost", "sslmode=verify-full&sslrootcert=system".to_owned()),
        ("books.example", AWAY.to_owned()),
    ] {
        bank.refuses("postgres", host, &options, authority);
    }
    let name: &[_] = &["for another host name", "verify-ca"];
    bank.refuses("postgres", "127.0.0.1", &format!("sslmode=verify-full&sslrootcert={ours}"), name);
    bank.refuses("postgres", "books.example", &format!("sslrootcert={ours}&{AWAY}"), name);
    bank.refuses("postgres", "localhost", "sslrootcert=/nowhere.pem", &["/nowhere.pem", "sslrootcert"]);
    let key = bank.ana.1.display();
    bank.refuses("postgres", "localhost", &format!("sslrootcert={key}"), &["no certificate", "sslrootcert"]);

    let output = facturo()
        .arg("check")
        .env("DATABASE_URL", bank.url("postgres", "localhost", &format!("sslrootcert={ours}")))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains(&format!("with TLS, trusting {ours}")) && said.contains("All is well"), "{said}");

    // what older servers speak is checked in its own way
    bank.set("ssl_max_protocol_version", "TLSv1.2");
    for mode in ["verify-full", "verify-ca"] {
        let options = |root| format!("sslmode={mode}&sslrootcert={root}");
        assert_eq!(bank.connect("postgres", "localhost", &options(&ours)), Ok(true), "{mode}");
        bank.refuses("postgres", "localhost", &options(&strangers), authority);
    }

    bank.speak_tls(false);
    let none: &[_] = &["does not speak TLS", "ssl=on", "sslmode=disable"];
    bank.refuses("postgres", "localhost", &format!("sslmode=verify-full&sslrootcert={ours}"), none);
    bank.refuses("postgres", "books.example", &format!("sslrootcert={ours}&{AWAY}"), none);
}

#[test]
fn a_server_that_asks_for_our_certificate_is_shown_it() {
    let bank = Bank::open();
    let root = format!("sslrootcert={}", bank.ours.display());
    let identity = |(certificate, key): &(PathBuf, PathBuf)| {
        format!("{root}&sslcert={}&sslkey={}", certificate.display(), key.display())
    };
    assert_eq!(bank.connect("ana", "localhost", &identity(&bank.ana)), Ok(true));
    bank.refuses("ana", "localhost", &root, &["valid client certificate", "sslcert"]);
    bank.refuses("ana", "localhost", &identity(&bank.impostor), &["TLS", "sslcert"]);
    let mixed = (bank.ana.0.clone(), bank.impostor.1.clone());
    bank.refuses("ana", "localhost", &identity(&mixed), &["does not go with", "sslkey"]);
    let no_key = (bank.ana.0.clone(), bank.ana.0.clone());
    bank.refuses("ana", "localhost", &identity(&no_key), &["no private key", "sslkey"]);
}
