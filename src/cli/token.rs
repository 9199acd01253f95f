//! `facturo token`: to issue one, and to see what one allows.

use std::{
    fs,
    io::{self, IsTerminal as _, Read as _, Write as _},
    path::PathBuf,
};

use clap::{Args, Subcommand};
use serde::Serialize;
use time::{Duration, OffsetDateTime};

use super::{
    keys::{Place, failed},
    say,
};
use crate::{
    auth::caller::Callers,
    auth::{
        role::Role,
        scope::{Scope, Scopes},
        signing::SigningKey,
        token::{self, Claims, Expected},
    },
    clock,
    config::{Config, Secret},
    error::{Error, Result},
};

/// More than any token has, and little to read.
const INPUT_MAX: u64 = 16 << 10;

#[derive(Subcommand)]
pub(super) enum Token {
    /// Issue a token; it goes to stdout, and what it allows to stderr
    Issue(Issue),
    /// Say what a token allows, and whether it counts: that of FACTURO_TOKEN, or else of stdin
    Inspect,
}

#[derive(Args)]
pub(super) struct Issue {
    /// Who is to use it; the history names them so
    #[arg(long, value_name = "NAME")]
    subject: String,
    #[command(flatten)]
    allowed: Allowed,
    /// For how many days it counts
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(i64).range(1..=366))]
    days: i64,
    /// The id of the business that it is for; that of FACTURO_BUSINESS, or 1, where it is not said
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..))]
    business: Option<i64>,
    /// The key to sign with, where FACTURO_TOKEN_SECRET is not set; that of `facturo keys generate` where it is not said
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Allowed {
    #[arg(long, value_enum)]
    role: Option<Role>,
    /// What it allows, by names with spaces between
    #[arg(long, value_name = "SCOPES", value_parser = scopes)]
    scopes: Option<Scopes>,
}

/// What a token says beside what facturo reads of it.
#[derive(Serialize)]
struct Issued<'a> {
    aud: &'a str,
    iat: i64,
    #[serde(flatten)]
    claims: Claims,
}

pub(super) fn run(config: Config, token: Token) -> Result<()> {
    match token {
        Token::Issue(issue) => issue.run(&config),
        Token::Inspect => inspect(config),
    }
}

impl Issue {
    fn run(&self, config: &Config) -> Result<()> {
        let subject = token::subject(&self.subject).ok_or_else(|| {
            let accepted =
                "1 to 64 visible characters of ASCII without spaces, and not local, which is the owner";
            Error::invalid("--subject", format!("{:?} is no such name", self.subject), accepted)
        })?;
        let role = self.allowed.role.map(Role::scopes);
        let scopes = role
            .or(self.allowed.scopes)
            .ok_or_else(|| Error::invalid("--scopes", "is missing, and so is --role", "one of the two"))?;
        let key = match &config.token_secret {
            Some(Secret(secret)) => SigningKey::from_secret(secret.trim())?,
            None => self.signing_key(config)?,
        };
        let now = clock::now();
        let until = now + Duration::days(self.days);
        let expected = Expected::of(config.token_issuer.as_deref(), config.token_audience.as_deref());
        let token = key.sign(&Issued {
            aud: &expected.audience,
            iat: now.unix_timestamp(),
            claims: Claims {
                iss: expected.issuer,
                sub: subject.to_owned(),
                exp: until.unix_timestamp(),
                nbf: Some(now.unix_timestamp()),
                business: self.business.or(config.business).unwrap_or(1),
                scope: scopes.to_string(),
            },
        })?;
        writeln!(io::stdout(), "{token}").map_err(|error| Error::internal("stdout", error))?;
        self.explain(scopes, until);
        Ok(())
    }

    fn signing_key(&self, config: &Config) -> Result<SigningKey> {
        let path = match &self.key {
            Some(path) => path.clone(),
            None => Place::of(config, None)?.signing_key(),
        };
        match fs::read_to_string(&path) {
            Ok(pem) => SigningKey::from_pem(&pem),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::conflict(
                format!("There is no key at {}.", path.display()),
                "`facturo keys generate` makes one.",
            )),
            Err(error) => Err(failed("read", &path, &error)),
        }
    }

    fn explain(&self, scopes: Scopes, until: OffsetDateTime) {
        say(&format!("{} may {scopes}, up to {}.", self.subject, until.date()));
        say("It is a secret: it goes into FACTURO_TOKEN in the host's configuration, and nowhere else.");
    }
}

fn scopes(names: &str) -> std::result::Result<Scopes, String> {
    Scopes::parse(names).ok_or_else(|| format!("the scopes are {}", Scope::ALL.map(Scope::name).join(", ")))
}

fn inspect(mut config: Config) -> Result<()> {
    if config.token.is_none() {
        config.token = Some(Secret(from_stdin()?));
    }
    if config.jwks.is_none() && config.token_secret.is_none() {
        config.jwks = Some(Place::of(&config, None)?.jwks()).filter(|path| path.exists());
    }
    let caller = Callers::new(&config).current()?;
    writeln!(io::stdout(), "It counts: {caller}.").map_err(|error| Error::internal("stdout", error))
}

/// A token that is typed or piped in, so that it stands in no list of processes and in no shell's history.
fn from_stdin() -> Result<String> {
    let mut text = String::new();
    if io::stdin().is_terminal() {
        say("FACTURO_TOKEN is not set. Paste the token, and end with Ctrl-D:");
    }
    let read = io::stdin().take(INPUT_MAX).read_to_string(&mut text);
    read.map_err(|_| Error::invalid("stdin", "holds no text", "a token"))?;
    Ok(text)
}
