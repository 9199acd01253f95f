//! What to tell when there is no connection to be had.

use std::{error::Error as _, io};

use deadpool_postgres::PoolError;
use rustls::CertificateError;

use crate::error::Error;

/// PostgreSQL looks into the schema of a role's own name first, and somebody made one who could put tables and functions there that
/// the role would run.
#[derive(Debug)]
pub struct Overshadowed {
    pub role: String,
    pub maker: String,
}

impl Overshadowed {
    pub fn told(&self) -> Error {
        let Self { role, maker } = self;
        Error::unavailable(
            format!(
                "The role {role} would look into the schema {role} before facturo's own, and that belongs to {maker}."
            ),
            "Ask whoever looks after the database why it is there, and have it dropped.",
        )
    }
}

pub fn unreachable(error: PoolError) -> Error {
    match error {
        PoolError::Backend(error) => {
            let (problem, next) = told(&error);
            Error::unavailable(problem, next).because(error)
        }
        PoolError::Timeout(_) => Error::unavailable(
            "The database did not answer in time.",
            "Try again; if it lasts, `facturo check` says what is used.",
        ),
        other => Error::internal("pool", other),
    }
}

fn told(error: &tokio_postgres::Error) -> (String, &'static str) {
    if let Some(db) = error.as_db_error() {
        // the server answered, and said no
        let next = match db.code().code() {
            _ if db.message().contains("client certificate") => {
                "Name one that it accepts: sslcert and sslkey in DATABASE_URL."
            }
            "53300" => "Close other connections there, or raise max_connections; then try again.",
            "57P03" => "It is starting or stopping: try again shortly.",
            _ => "Check DATABASE_URL; `facturo check` says what is used.",
        };
        return (format!("The database refused the connection: {}.", db.message()), next);
    }
    if let Some(error) = of_tls(error) {
        return untrusted(error);
    }
    if error.source().is_some_and(|source| source.to_string() == "server does not support TLS") {
        return (
            "The database does not speak TLS.".to_owned(),
            "Switch TLS on there (ssl=on); or write sslmode=disable in DATABASE_URL, where nobody else can listen on the way.",
        );
    }
    (
        "The database cannot be reached.".to_owned(),
        "Check that it is running and that DATABASE_URL is right; `facturo check` says what is used.",
    )
}

fn untrusted(error: &rustls::Error) -> (String, &'static str) {
    use CertificateError as Bad;
    let (problem, next) = match error {
        rustls::Error::InvalidCertificate(bad) => match bad {
            Bad::UnknownIssuer | Bad::BadSignature => (
                "is not signed by an authority that is trusted here",
                "Name the file of its authority: sslrootcert=/path/to/ca.pem in DATABASE_URL.",
            ),
            Bad::NotValidForName | Bad::NotValidForNameContext { .. } => (
                "is for another host name",
                "Write the host in DATABASE_URL as the certificate has it; or sslmode=verify-ca with an sslrootcert of your own.",
            ),
            Bad::Expired | Bad::ExpiredContext { .. } | Bad::NotValidYet | Bad::NotValidYetContext { .. } => {
                ("is not valid today", "Renew the certificate there, or set this computer's clock right.")
            }
            _ => (
                "cannot be used",
                "Give the server another one; the log on stderr says what is wrong with it.",
            ),
        },
        rustls::Error::AlertReceived(alert) => {
            return (
                format!("The database broke TLS off ({alert:?})."),
                "It may want another client certificate: sslcert and sslkey in DATABASE_URL.",
            );
        }
        _ => {
            return (
                format!("TLS with the database failed ({error})."),
                "`facturo check` says what is used.",
            );
        }
    };
    (format!("The database's certificate {problem}."), next)
}

/// What rustls says, which comes inside of what reading or writing says.
fn of_tls(error: &tokio_postgres::Error) -> Option<&rustls::Error> {
    error.source()?.downcast_ref::<io::Error>()?.get_ref()?.downcast_ref()
}
