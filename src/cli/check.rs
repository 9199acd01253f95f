//! `facturo check`: what would be used, in plain words.

use std::io::Write as _;

use crate::{
    books::Books,
    config::Config,
    database::{self, private_server},
    error::Result,
    repository,
};

/// Says what is found, line by line, and fails at the first thing that is wrong.
pub(super) async fn run(config: Config) -> Result<()> {
    tell(&format!("facturo {}", env!("CARGO_PKG_VERSION")));
    match &config.database_url {
        Some(url) => tell(&format!("database: {}", database::pool::describe(url)?)),
        None => {
            let settings = database::private_settings(&config)?;
            tell(private_server::describe(&settings).await?.to_string().trim_end());
        }
    }
    let books = Books::open(&config).await?;
    let client = books.client().await?;
    tell(&format!("server: PostgreSQL {}", database::migrate::server_version(&**client).await?));
    tell(&format!("schema: current, version {}", database::migrate::known_version()));
    tell(if books.trigrams {
        "search: forgives typos"
    } else {
        "search: by words only, since the extension pg_trgm is not there and cannot be created"
    });
    let business = repository::business::get(&client, books.business).await?;
    let name = business.details.legal_name.as_deref().unwrap_or("no name yet; update_business sets it");
    tell(&format!("business: {} ({name})", business.id));
    tell("All is well.");
    Ok(())
}

/// A reader that went away, such as `head`, is no reason to fail.
fn tell(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
