//! How facturo gets to its PostgreSQL: the one that `DATABASE_URL` names, or a private one of its own.

pub mod archive;
pub mod migrate;
pub mod pool;
pub mod private_server;
pub mod roles;

use std::path::Path;

use deadpool_postgres::{Client, Pool, PoolError};

use crate::{
    config::{Config, Secret},
    error::{Error, Result},
};
use archive::Programs;
use pool::Server;
use private_server::{PrivateServer, Settings};

pub struct Database {
    server: Server,
    pool: Pool,
    private: Option<PrivateServer>,
}

impl Database {
    /// Finds the database, and brings it up where it is ours. Connects as whoever `DATABASE_URL` names, or as the private server's
    /// superuser. Whether it can be used shows with the first client.
    pub async fn open(config: &Config) -> Result<Self> {
        match &config.database_url {
            Some(Secret(url)) => {
                let mut server: Server = url.parse()?;
                server.read_only = config.read_only;
                Self::on(server, None)
            }
            None => Self::of(PrivateServer::start(&private_settings(config)?).await?),
        }
    }

    /// The one of a private server that is up.
    pub fn of(private: PrivateServer) -> Result<Self> {
        Self::on(private.config().into(), Some(private))
    }

    fn on(server: Server, private: Option<PrivateServer>) -> Result<Self> {
        let pool = pool::build(&server)?;
        Ok(Self { server, pool, private })
    }

    /// Whether connections lead to a pooler, as far as the ones made until now have shown.
    pub fn has_pooler(&self) -> bool {
        self.server.has_pooler()
    }

    /// Takes a connection back after its work. One that is of no more use is closed, and so are the idle ones that are no younger
    /// than that work: they lead to the same server.
    pub fn give_back<T>(&self, client: Client, done: Result<T>) -> Result<T> {
        if done.as_ref().is_err_and(Error::ends_connection) {
            let metrics = Client::metrics(&client);
            let begun = metrics.recycled.unwrap_or(metrics.created);
            drop(Client::take(client));
            self.pool.retain(|_, other| other.created > begun);
        }
        done
    }

    pub fn is_private(&self) -> bool {
        self.private.is_some()
    }

    /// From here on, connects to the private server as this role.
    pub fn connect_as(&mut self, role: &str) -> Result<()> {
        if let Some(private) = &self.private {
            let mut config = private.config();
            config.user(role);
            self.server = config.into();
            self.pool = pool::build(&self.server)?;
        }
        Ok(())
    }

    /// Gives connections back that nobody uses, for as long as this value lives.
    pub fn release_idle(&self) {
        tokio::spawn(pool::release_idle(self.pool.weak()));
    }

    /// `pg_dump` and `pg_restore` for it: of the server's major version or newer, and of `major` or newer.
    ///
    /// # Errors
    /// `Unavailable` when there are none; `Conflict` behind a pooler, since what they set for their session would stay in one that
    /// others get next.
    pub async fn programs(&self, settings: Settings, client: &Client, major: u32) -> Result<Programs> {
        if self.has_pooler() {
            return Err(Error::conflict(
                "DATABASE_URL leads to a pooler, and pg_dump and pg_restore need a session of their own.",
                "Run this with the address of the database itself in DATABASE_URL.",
            ));
        }
        let version = migrate::server_version(&***client).await?;
        let major = major.max(private_server::major(&version).unwrap_or_default());
        Programs::find(settings, &self.server, major).await
    }

    /// A connection. A private server that went down is brought back for it.
    pub async fn client(&self) -> Result<Client> {
        let client = match (self.pool.get().await, &self.private) {
            (Err(PoolError::Backend(_)), Some(private)) => {
                private.ensure().await?;
                self.pool.get().await.map_err(pool::unreachable)
            }
            (client, _) => client.map_err(pool::unreachable),
        }?;
        self.server.must_not_be_overshadowed()?;
        Ok(client)
    }
}

/// What the private server is made of, by the configuration.
pub fn private_settings(config: &Config) -> Result<Settings> {
    let is_root = nix::unistd::Uid::effective().is_root();
    let data_dir = match &config.data_dir {
        Some(dir) => std::path::absolute(dir).map_err(|error| Error::internal("FACTURO_DATA_DIR", error))?,
        None => {
            let home = config.home.as_deref();
            private_server::default_data_dir(home, config.xdg_data_home.as_deref(), is_root)?
        }
    };
    let executable = std::env::current_exe().map_err(|error| Error::internal("finding facturo", error))?;
    let bin_dir = config.postgres_bin.as_deref().map(Path::to_path_buf);
    Ok(Settings {
        bin_dir,
        durable: config.durable,
        linger: config.linger,
        search_path: config.search_path.clone(),
        ..Settings::new(data_dir, executable)
    })
}
