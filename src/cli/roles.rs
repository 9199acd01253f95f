//! `facturo roles`: the logins that facturo serves with, in the database that `DATABASE_URL` names.

use std::io::Write as _;

use clap::Subcommand;
use deadpool_postgres::Client;
use postgres_protocol::password::scram_sha_256;

use crate::{
    books::Books,
    config::{Config, Secret},
    database::roles::{self, Login, Rights},
    domain::ids::BusinessId,
    error::{Error, Result},
    repository,
};

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Make a login, and print the DATABASE_URL to serve with, unless its password is in FACTURO_ROLE_PASSWORD
    Add(Add),
    /// Take a login its business away, and remove it
    Remove { name: String },
}

#[derive(clap::Args)]
struct Add {
    name: String,
    /// The business that it sees; the first where it is not said
    #[arg(long, value_name = "ID", value_parser = clap::value_parser!(i64).range(1..))]
    business: Option<i64>,
    /// It may look and change nothing
    #[arg(long)]
    read_only: bool,
}

/// Migrates the database too where that is still to be done, so that this is the one command for a new one.
pub(super) async fn run(config: Config, args: Args) -> Result<()> {
    let Some(Secret(url)) = config.database_url.clone() else {
        return Err(Error::conflict(
            "The private server makes the roles that it needs by itself.",
            "Set DATABASE_URL to the owner's, to make some in another server.",
        ));
    };
    if args.command.is_some() {
        config.require_writable()?;
    }
    match args.command {
        None => list(&config).await,
        Some(Command::Add(add)) => add.run(config, &url).await,
        Some(Command::Remove { name }) => remove(&config, &name).await,
    }
}

impl Add {
    async fn run(self, config: Config, url: &str) -> Result<()> {
        let name = plain_name(self.name)?;
        let given = config.role_password.clone().map(|Secret(password)| password);
        let served = if self.business.is_some() { None } else { config.business };
        let books = Books::open(&Config { business: served, ..config }).await?;
        let mut client = books.client().await?;
        roles::require_owner(&**client, "facturo roles add").await?;
        let business = match self.business {
            Some(id) => existing(&client, id).await?,
            None => books.business,
        };
        let rights = if self.read_only { Rights::Read } else { Rights::Use };
        let login = Login { name, business: business.0, rights };
        let is_new = roles::find(&**client, Some(&login.name)).await?.is_none();
        let made = (is_new && given.is_none()).then(|| uuid::Uuid::new_v4().simple().to_string());
        // what the server is told, and might log, is no password
        let verifier = given.as_ref().or(made.as_ref()).map(|password| scram_sha_256(password.as_bytes()));
        roles::admit(&mut client, &login, verifier.as_deref()).await?;
        super::say(&format!("{}.", told(&login)));
        match made {
            Some(password) => tell(&with_login(url, &login.name, &password)),
            None if is_new => Ok(()),
            None => {
                super::say(match given {
                    Some(_) => {
                        "Its password is now that in FACTURO_ROLE_PASSWORD, for every database of the server."
                    }
                    None => "The role was there already and keeps its password.",
                });
                Ok(())
            }
        }
    }
}

async fn existing(client: &Client, id: i64) -> Result<BusinessId> {
    match repository::business::get(client, BusinessId(id)).await {
        Err(Error::NotFound { .. }) => Err(Error::invalid(
            "--business",
            format!("there is no business {id} in this database"),
            "the id of one that is there; where it is not said, the first",
        )),
        found => Ok(found?.id),
    }
}

async fn list(config: &Config) -> Result<()> {
    let books = Books::open(config).await?;
    let logins = roles::logins(&**books.client().await?).await?;
    if logins.is_empty() {
        super::say("There are no logins yet; `facturo roles add NAME` makes one.");
    }
    logins.iter().try_for_each(|login| tell(&told(login)))
}

async fn remove(config: &Config, name: &str) -> Result<()> {
    let books = Books::open(config).await?;
    let mut client = books.client().await?;
    roles::require_owner(&**client, "facturo roles remove").await?;
    let gone = roles::dismiss(&mut client, name).await?;
    super::say(&if gone {
        format!("{name} is removed.")
    } else {
        format!(
            "{name} sees nothing here any more. The role itself stays: others need it, or this user may not drop it."
        )
    });
    Ok(())
}

fn told(login: &Login) -> String {
    let may = match login.rights {
        Rights::Use => "reads and writes",
        Rights::Read => "reads",
    };
    format!("{} {may} business {}, and no other", login.name, login.business)
}

/// A name that needs quotes neither in SQL nor in a URL.
fn plain_name(name: String) -> Result<String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let fits = name.len() <= 63
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(plain)
        && !["pg_", "facturo_"].iter().any(|taken| name.starts_with(taken));
    if fits {
        return Ok(name);
    }
    let accepted = "small letters, digits and _, beginning with a letter, at most 63; not pg_ or facturo_";
    Err(Error::invalid("NAME", format!("{name:?} is no name for a login"), accepted))
}

/// The same URL with another user, and a password that needs no quotes.
fn with_login(url: &str, name: &str, password: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        // words such as host=… user=…, of which the last counts
        return format!("{} user={name} password={password}", url.trim());
    };
    let authority = rest.find(['/', '?']).unwrap_or(rest.len());
    let host = rest[..authority].rfind('@').map_or(0, |at| at + 1);
    format!("{scheme}://{name}:{password}@{}", &rest[host..])
}

/// To stdout, for whoever ran this, and into no log.
fn tell(line: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{line}").map_err(|error| Error::internal("writing to stdout", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_takes_another_login_and_keeps_the_rest() {
        for (owners, logins) in [
            (
                "postgresql://owner:s%40cret@db.example.com:5432/facturo?sslmode=require",
                "postgresql://ana:pw@db.example.com:5432/facturo?sslmode=require",
            ),
            ("host=db user=owner password=x", "host=db user=owner password=x user=ana password=pw"),
            ("postgres://localhost/facturo", "postgres://ana:pw@localhost/facturo"),
            (
                "postgresql://o@%2Frun%2Fpostgresql/f?application_name=a@b",
                "postgresql://ana:pw@%2Frun%2Fpostgresql/f?application_name=a@b",
            ),
        ] {
            let made = with_login(owners, "ana", "pw");
            assert_eq!(made, logins);
            let config: tokio_postgres::Config = made.parse().unwrap();
            assert_eq!((config.get_user(), config.get_password()), (Some("ana"), Some(b"pw".as_slice())));
        }
    }

    #[test]
    fn names_are_plain() {
        for name in ["ana", "ana_2", "a"] {
            assert!(plain_name(name.into()).is_ok(), "{name}");
        }
        for name in ["", "Ana", "2ana", "ana ruiz", "a\"b", "añá", "pg_ana", "facturo_app", &"a".repeat(64)]
        {
            assert!(plain_name(name.into()).is_err(), "{name}");
        }
    }
}
