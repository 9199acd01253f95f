//! `facturo upgrade`: the private server's data moves to a newer major version of PostgreSQL, by a backup of the old server
//! that is restored into a new one beside it. The old data is kept.

use super::{
    backup::{self, Manifest, Restored},
    unfinished::Unfinished,
};
use crate::{
    clock,
    config::Config,
    database::{
        self, Database,
        private_server::{PrivateServer, Upgrade},
    },
    error::{Error, Result},
};

pub(super) async fn run(config: Config) -> Result<()> {
    if config.database_url.is_some() {
        return Err(Error::conflict(
            "DATABASE_URL names a server that facturo did not set up.",
            "Whoever runs it upgrades it. Unset DATABASE_URL to upgrade the private server.",
        ));
    }
    config.require_writable()?;
    let interrupted = super::interrupted()?;
    let (upgrade, old, new) = Upgrade::begin(&database::private_settings(&config)?).await?;
    let moved = tokio::select! {
        moved = move_books(&upgrade, old, new) => moved,
        () = interrupted => Err(Error::conflict("Interrupted.", "The data is as it was.")),
    };
    match moved {
        Ok(restored) => {
            let (from, to) = (upgrade.from, upgrade.to.clone());
            let kept = upgrade.finish(&clock::now().date().to_string()).await?;
            super::say(&format!("From PostgreSQL {from} to {}: {}.", to.version, restored.size()));
            restored.tell();
            super::say(&format!(
                "The old data is kept in {}; remove it when you miss nothing.",
                kept.display()
            ));
            Ok(())
        }
        Err(error) => {
            upgrade.give_up().await?;
            Err(error)
        }
    }
}

/// When it is done, nothing is connected to either server.
async fn move_books(upgrade: &Upgrade, old: PrivateServer, new: PrivateServer) -> Result<Restored> {
    let (old, new) = (Database::of(old)?, Database::of(new)?);
    let file = upgrade.settings.data_dir.join("books.backup");
    let unfinished = Unfinished::new(backup::FILE, &file, false)?;
    backup::write(&old, upgrade.settings.clone(), unfinished).await?;
    drop(old);
    backup::read(&new, upgrade.settings.clone(), &file, &Manifest::read(&file)?).await
}
