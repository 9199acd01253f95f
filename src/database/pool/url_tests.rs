use std::path::PathBuf;

use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

use super::{tls::Trust, url::Server};

fn read(url: &str) -> Server {
    url.parse().unwrap_or_else(|error| panic!("{url}: {error}"))
}

fn refused(url: &str) -> String {
    url.parse::<Server>().map(|server| panic!("{url}: {server:?}")).unwrap_err().to_string()
}

#[test]
fn only_local_hosts_may_do_without_tls_unasked() {
    for (url, tls) in [
        ("postgresql://u@localhost/db", false),
        ("postgresql:///db?host=/run/postgresql", false),
        ("postgresql://u:p@db.example.com/db", true),
        ("postgresql://u:p@db.example.com/db?sslmode=prefer", true),
        ("postgresql://u:p@127.0.0.1,db.example.com/db", true),
        ("postgresql://u:p@db.example.com/db?sslmode=disable", false),
        ("postgresql://u@localhost/db?hostaddr=127.0.0.1", false),
        ("postgresql://u@[::1]:5433/db", false),
        ("host=localhost hostaddr=::1 user=u", false),
        ("postgresql://u:p@localhost/db?hostaddr=203.0.113.7", true),
        ("host=localhost,localhost hostaddr=127.0.0.1,203.0.113.7 user=u", true),
        ("hostaddr=203.0.113.7 user=u", true),
        ("hostaddr=127.0.0.1 user=u", true),
        ("postgresql://u@localhost/db?sslmode=require", true),
        ("postgresql://u@localhost/db?sslmode=verify-full", true),
        ("postgresql://u@localhost/db?sslrootcert=ca.pem", true),
        ("host=localhost user=u sslcert=c.pem sslkey=k.pem", true),
    ] {
        let server = read(url);
        assert_eq!(server.trust.is_some(), tls, "{url}");
        let mode = if tls { SslMode::Require } else { SslMode::Disable };
        assert!(server.hosts.iter().all(|host| host.get_ssl_mode() == mode), "{url}");
    }
}

#[test]
fn a_socket_has_no_use_for_tls() {
    let server = read("postgresql://%2Frun%2Fpostgresql,db.example.com/db?sslmode=verify-full");
    let modes: Vec<_> = server.hosts.iter().map(|host| host.get_ssl_mode()).collect();
    assert_eq!(modes, [SslMode::Disable, SslMode::Require]);
}

#[test]
fn whom_to_trust_is_read_in_both_forms() {
    let ca = |any_name, identity| Trust { roots: Some("/etc/my ca.pem".into()), any_name, identity };
    let system = Trust { roots: None, any_name: false, identity: None };
    let identity = Some((PathBuf::from("c.pem"), PathBuf::from("k.pem")));
    for (options, keywords, expected) in [
        ("sslmode=verify-full&sslrootcert=/etc/my%20ca.pem", "sslrootcert='/etc/my ca.pem'", ca(false, None)),
        (
            "sslmode=verify%2Dca&sslrootcert=%2Fetc%2Fmy%20ca.pem",
            r"sslmode = verify-ca sslrootcert = /etc/my\ ca.pem",
            ca(true, None),
        ),
        (
            "sslrootcert=/etc/my%20ca.pem&sslcert=c.pem&sslkey=k.pem",
            "sslcert=c.pem sslkey='k.pem' sslmode=require sslrootcert='/etc/my ca.pem'",
            ca(false, identity),
        ),
        ("sslmode=verify-full&sslrootcert=system", "sslmode=verify-full", system),
    ] {
        let of_url = read(&format!("postgresql://u:p@db.example.com/db?{options}"));
        let of_keywords = read(&format!("host=db.example.com user=u password=p dbname=db {keywords}"));
        assert_eq!(of_url.trust, Some(expected), "{options}");
        assert_eq!((&of_keywords.trust, &of_keywords.hosts), (&of_url.trust, &of_url.hosts), "{keywords}");
    }
}

#[test]
fn what_does_not_go_together_is_refused() {
    for (options, word) in [
        ("sslmode=verify-ca", "sslrootcert"),
        ("sslmode=verify-ca&sslrootcert=system", "sslrootcert"),
        ("sslmode=strict", "verify-full"),
        ("sslcert=c.pem", "sslkey"),
        ("host=a,b&hostaddr=127.0.0.1", "as many"),
        ("host=a,b&port=1,2,3", "as many"),
        ("connect_timeout=soon", "connect_timeout"),
        ("schema=public", "sslrootcert"),
        ("application_name", "no value"),
    ] {
        let told = refused(&format!("postgresql://u@h/db?{options}"));
        assert!(told.contains(word) && told.contains("DATABASE_URL cannot be read"), "{options}: {told}");
    }
    assert!(refused("user=u dbname=db").contains("no host"));
    for url in [
        "host=/tmp hostaddr=192.0.2.2 user=u sslmode=verify-full",
        "host=/tmp hostaddr=127.0.0.1 user=u",
        "host=localhost,/tmp hostaddr=127.0.0.1,192.0.2.2 user=u",
        "postgresql://u@/db?host=/tmp&hostaddr=192.0.2.2",
        "postgresql://u@%2Ftmp/db?hostaddr=192.0.2.2&sslmode=verify-full",
    ] {
        assert!(refused(url).contains("the path of a socket has no hostaddr"), "{url}");
    }
}

#[test]
fn several_hosts_are_several_places_to_try_for_one_that_takes_writes() {
    let server = read("postgresql://u:p@a:1,[::2]:2,c/db?application_name=x");
    let places: Vec<_> =
        server.hosts.iter().map(|host| (host.get_hosts()[0].clone(), host.get_ports()[0])).collect();
    let tcp = |name: &str| Host::Tcp(name.into());
    assert_eq!(places, [(tcp("a"), 1), (tcp("::2"), 2), (tcp("c"), 5432)]);
    let wanted = |url: &str| read(url).hosts[0].get_target_session_attrs();
    assert_eq!(wanted("host=a,b user=u"), TargetSessionAttrs::ReadWrite);
    assert_eq!(wanted("host=a,b port=7 user=u target_session_attrs=any"), TargetSessionAttrs::Any);
    assert_eq!(wanted("host=a user=u"), TargetSessionAttrs::Any);
    assert_eq!(wanted("host=a user=u target_session_attrs=primary"), TargetSessionAttrs::ReadWrite);
}

#[test]
fn signs_of_all_kinds_stand_in_a_password_once_they_are_written_so() {
    for url in [
        "postgresql://u:p%40%2F%3F%23%25%27%5C%20:ñ@h/db",
        r"host=h user=u dbname=db password='p@/?#%\'\\ :ñ'",
    ] {
        let server = read(url);
        assert_eq!(server.hosts[0].get_password(), Some(r"p@/?#%'\ :ñ".as_bytes()), "{url}");
        assert_eq!(server.describe(), "db on h (DATABASE_URL, with TLS, trusting the system's authorities)");
    }
}

/// Whatever is written wrongly may be a piece of a password.
#[test]
fn no_error_and_no_description_holds_a_piece_of_a_password() {
    for url in [
        "mysql://u:secret@h/db",
        "postgresql://u:secret@h:port/db",
        "postgresql://u:secret@h/db?nope=secret",
        "postgresql://u:p@secret@h/db",
        "postgresql://u:p@secret/x@h/db",
        "postgresql://u:p/secret@h/db",
        "postgresql://u:p?secret@h/db",
        "postgresql://u:p?secret=x@h/db",
        "postgresql://u:p@x?secret=x@h/db",
        "postgresql://u:p%ffsecret@h/db",
        "postgresql://u:secret@h/db?sslmode=secret",
        "postgresql://u@h/db?password=a&secret=b",
        "postgresql://h/db?user=u&password=a@secret",
        "host=h user=u password=my secret",
        "host=h user=u password=my secret=x",
        "host=h user=u password='secret",
        "secret",
        "",
    ] {
        let told = refused(url);
        assert!(!told.contains("secret"), "{url}: {told}");
    }
}
