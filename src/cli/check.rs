//! `facturo check`: what would be used, in plain words. It looks, and changes nothing.

use std::io::Write as _;

use deadpool_postgres::Client;

use super::{closed, keys};
use crate::{
    auth::caller::{Caller, Callers},
    books,
    config::{Config, Secret},
    database::{
        self, Database,
        migrate::{self, Schema},
        private_server,
        roles::{self, Login, Rights, Role, Standing},
    },
    domain::{business::Business, ids::BusinessId},
    error::Result,
    repository,
};

/// Says what is found, line by line, and fails at the first thing that is wrong.
pub(super) async fn run(config: Config) -> Result<()> {
    tell(&format!("facturo {}", env!("CARGO_PKG_VERSION")));
    if let Some(jwks) = &config.jwks {
        keys::must_be_safe(jwks)?;
    }
    let caller = Callers::new(&config).current()?;
    tell(&format!("access: {caller}"));
    let is_there = match &config.database_url {
        Some(Secret(url)) => {
            tell(&format!("database: {}", url.parse::<database::pool::Server>()?.describe()));
            true
        }
        None => {
            let found = private_server::describe(&database::private_settings(&config)?).await?;
            tell(found.to_string().trim_end());
            closed::to_writing(&found.data_dir)?;
            found.usable()?
        }
    };
    if is_there {
        look(&config, &caller).await?;
    }
    tell("All is well.");
    Ok(())
}

async fn look(config: &Config, caller: &Caller) -> Result<()> {
    let mut database = Database::open(config).await?;
    let client = books::client(&database).await?;
    tell(&format!("server: PostgreSQL {}", migrate::server_version(&**client).await?));
    if database.has_pooler() {
        tell(
            "pooler: one stands before the server, such as pgbouncer; statements go unprepared, and its own limits hold",
        );
    }
    let role = roles::current(&**client).await?;
    // of the private server this is its owner, who serves nobody
    if !database.is_private() {
        tell_role(&client, &role, "`facturo roles add`").await?;
    }
    if !is_current(&client, &role).await? {
        return Ok(());
    }
    tell(if migrate::has_trigrams(&**client).await? {
        "search: forgives typos"
    } else {
        "search: by words only, since the extension pg_trgm is not there"
    });
    let business = business(config, caller, &client).await?;
    if database.is_private()
        && let Some(business) = &business
    {
        go_in(&mut database, &client, &books::private_login(business.id, config.read_only)).await?;
    }
    let told = match business {
        Some(Business { id, details, .. }) => {
            let name = details.legal_name.unwrap_or_else(|| "no name yet; update_business sets it".into());
            format!("{id} ({name})")
        }
        None if role.standing.owns() => "none yet; the first start makes it".into(),
        None => return Err(books::no_business(&role)),
    };
    tell(&format!("business: {told}"));
    Ok(())
}

/// Goes in as the login that serves from the private server, from which more is kept than from its owner.
async fn go_in(database: &mut Database, owner: &Client, login: &Login) -> Result<()> {
    match roles::find(&***owner, Some(&login.name)).await? {
        Some(role) => tell_role(owner, &role, "the next start").await?,
        None => tell(&format!("role: {}, which the next start makes", login.name)),
    }
    if roles::is_in_order(&***owner, login).await? {
        database.connect_as(&login.name)?;
        repository::business::get(&books::client(database).await?, BusinessId(login.business)).await?;
    }
    Ok(())
}

/// What the role may do, and what of its own may keep it from that.
async fn tell_role(client: &Client, role: &Role, mends: &str) -> Result<()> {
    tell(&format!("role: {}", described(role)));
    if !role.standing.owns()
        && let Some(names) = roles::settings(&***client, &role.name).await?
    {
        tell(&format!("settings: {} brings {names} along; {mends} takes that away", role.name));
    }
    Ok(())
}

/// Says how the schema stands. Fails where it is behind and this role may not change that.
async fn is_current(client: &Client, role: &Role) -> Result<bool> {
    let told = match migrate::inspect(&***client).await? {
        Schema::Current => {
            tell(&format!("schema: current, version {}", migrate::known_version()));
            return Ok(true);
        }
        Schema::Behind { .. } if !role.standing.owns() => return Err(books::behind(role)),
        Schema::Behind { applied: 0 } => "empty; the first start makes it".to_owned(),
        Schema::Behind { applied } => {
            let behind = match migrate::KNOWN - applied {
                1 => "1 migration".to_owned(),
                more => format!("{more} migrations"),
            };
            format!("{behind} behind; `facturo migrate` applies them, and so does the next start")
        }
    };
    tell(&format!("schema: {told}"));
    Ok(false)
}

/// What is kept from a role, which is what makes a mistake small.
fn described(role: &Role) -> String {
    let may = match role.standing {
        Standing::Superuser => "a superuser, from whom nothing is kept",
        Standing::Owner => "the owner, from whom nothing is kept",
        Standing::Excessive => {
            "more than it needs: it may change tables or what is append-only, make schemas, become another role, or get at the server's files"
        }
        Standing::Limited(Rights::Use) => {
            "least rights: it reads and writes, and changes nothing append-only"
        }
        Standing::Limited(Rights::Read) => "least rights: it reads, and changes nothing of the books",
        Standing::Stranger => "no rights here; `facturo roles add` gives them",
    };
    format!("{} ({may})", role.name)
}

/// The one that this process would serve.
async fn business(config: &Config, caller: &Caller, client: &Client) -> Result<Option<Business>> {
    let id = match config.business {
        Some(id) => Some(BusinessId(id)),
        None => repository::business::first(client).await?,
    };
    match id {
        Some(id) => {
            caller.must_see(id)?;
            repository::business::get(client, id).await.map(Some)
        }
        None => Ok(None),
    }
}

/// A reader that went away, such as `head`, is no reason to fail.
fn tell(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
