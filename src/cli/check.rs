//! `facturo check`: what would be used, in plain words. It looks, and changes nothing.

use std::io::Write as _;

use deadpool_postgres::Client;

use crate::{
    books,
    config::Config,
    database::{
        self, Database,
        migrate::{self, Schema},
        private_server,
    },
    domain::ids::BusinessId,
    error::Result,
    mcp::caller::{Caller, Callers},
    repository,
};

/// Says what is found, line by line, and fails at the first thing that is wrong.
pub(super) async fn run(config: Config) -> Result<()> {
    tell(&format!("facturo {}", env!("CARGO_PKG_VERSION")));
    let caller = Callers::new(&config).current()?;
    tell(&format!("access: {caller}"));
    let is_there = match &config.database_url {
        Some(url) => {
            tell(&format!("database: {}", url.parse::<database::pool::Server>()?.describe()));
            true
        }
        None => {
            let found = private_server::describe(&database::private_settings(&config)?).await?;
            tell(found.to_string().trim_end());
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
    let database = Database::open(config).await?;
    let client = books::client(&database).await?;
    tell(&format!("server: PostgreSQL {}", migrate::server_version(&**client).await?));
    if database.has_pooler() {
        tell(
            "pooler: one stands before the server, such as pgbouncer; statements go unprepared, and its own limits hold",
        );
    }
    match migrate::inspect(&**client).await? {
        Schema::Current => tell(&format!("schema: current, version {}", migrate::known_version())),
        Schema::Behind { applied: 0 } => {
            tell("schema: empty; the first start makes it");
            return Ok(());
        }
        Schema::Behind { applied } => {
            let behind = match migrate::KNOWN - applied {
                1 => "1 migration".to_owned(),
                more => format!("{more} migrations"),
            };
            tell(&format!(
                "schema: {behind} behind; `facturo migrate` applies them, and so does the next start"
            ));
            return Ok(());
        }
    }
    tell(if migrate::has_trigrams(&**client).await? {
        "search: forgives typos"
    } else {
        "search: by words only, since the extension pg_trgm is not there"
    });
    tell(&format!("business: {}", business(config, caller, &client).await?));
    Ok(())
}

/// The one that this process would serve.
async fn business(config: &Config, caller: &Caller, client: &Client) -> Result<String> {
    let id = match config.business {
        Some(id) => Some(BusinessId(id)),
        None => repository::business::first(client).await?,
    };
    let Some(id) = id else { return Ok("none yet; the first start makes it".into()) };
    caller.must_see(id)?;
    let business = repository::business::get(client, id).await?;
    let name = business.details.legal_name.as_deref().unwrap_or("no name yet; update_business sets it");
    Ok(format!("{id} ({name})"))
}

/// A reader that went away, such as `head`, is no reason to fail.
fn tell(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
