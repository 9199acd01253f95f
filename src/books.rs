//! The books: an open database of the right schema, and the business that this process serves.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use deadpool_postgres::Client;
use rust_decimal::Decimal;
use time::{Date, OffsetDateTime};

use crate::{
    clock,
    config::Config,
    database::{
        Database,
        migrate::{self, Schema},
        roles::{self, Login, Missing, Rights, Role},
    },
    domain::{
        business::BusinessDetails,
        codes::{Country, Currency, Language, TimeZone},
        contact::Contact,
        ids::BusinessId,
        series::Series,
        tax::category::Scheme,
    },
    error::{Error, Result},
    repository,
};

/// How long another process's change of the time zone may go unnoticed by reads. Writes always read it.
const ZONE_AGE: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

pub struct Books {
    database: Database,
    pub business: BusinessId,
    /// Search forgives typos.
    pub trigrams: bool,
    /// The role of this process may write.
    writes: bool,
    zone: RwLock<Option<(TimeZone, Instant)>>,
}

impl Books {
    /// Brings the database up and makes what is missing, if that is ours to make: the owner of a database migrates it and makes the
    /// first business. The private server is then used by a role that owns nothing.
    pub async fn open(config: &Config) -> Result<Self> {
        let mut database = Database::open(config).await?;
        let (business, writes) = prepare(&mut database, config).await?;
        let client = client(&database).await?;
        if writes && repository::series::all(&client, business).await?.is_empty() {
            for series in Series::first_ones()? {
                repository::series::insert(&client, business, &series).await?;
            }
        }
        let trigrams = migrate::has_trigrams(&**client).await?;
        database.release_idle();
        Ok(Self { database, business, trigrams, writes, zone: RwLock::default() })
    }

    /// Migrates the database and makes what is missing, as its owner. Answers the groups of roles that could not be made.
    pub async fn migrate(config: &Config) -> Result<Missing> {
        config.require_writable()?;
        let database = Database::open(config).await?;
        let mut client = client(&database).await?;
        migrate::inspect(&**client).await?;
        roles::require_owner(&**client, "facturo migrate").await?;
        let missing = migrate::migrate(&mut client).await?;
        first_business(&client).await?;
        Ok(missing)
    }

    /// Forgets the answers of calls long past, now and every hour.
    pub async fn forget_old_answers(self: Arc<Self>) {
        if !self.writes {
            return;
        }
        let mut hours = tokio::time::interval(HOUR);
        loop {
            hours.tick().await;
            let until = Instant::now() + HOUR;
            let purge = async |client: &mut Client| {
                repository::idempotency::purge(client, self.business, clock::now()).await
            };
            if let Err(error) = self.over(until, purge).await {
                error.log("forgetting old answers");
            }
        }
    }

    pub async fn client(&self) -> Result<Client> {
        client(&self.database).await
    }

    /// Does something over a connection. One that broke, or over which time ran out, is not used again.
    pub async fn over<T>(
        &self,
        until: Instant,
        work: impl AsyncFnOnce(&mut Client) -> Result<T>,
    ) -> Result<T> {
        let mut client = in_time(until, self.client()).await?;
        let done = in_time(until, work(&mut client)).await;
        self.database.give_back(client, done)
    }

    /// Which day it is for the business.
    pub async fn today(&self, client: &Client, now: OffsetDateTime) -> Result<Date> {
        let known = self.zone.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((zone, read_at)) = known
            && read_at.elapsed() < ZONE_AGE
        {
            return Ok(clock::day(now, &zone));
        }
        let zone = repository::business::get(client, self.business).await?.details.time_zone;
        let today = clock::day(now, &zone);
        *self.zone.write().unwrap_or_else(PoisonError::into_inner) = Some((zone, Instant::now()));
        Ok(today)
    }

    /// To be called when something was changed here.
    pub fn forget_time_zone(&self) {
        *self.zone.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

async fn in_time<T>(until: Instant, work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout_at(until.into(), work).await.unwrap_or_else(|elapsed| {
        let next = "Nothing is half written; the same call may be tried again.";
        Err(Error::unavailable("The database did not get done in time.", next).because(elapsed))
    })
}

/// A connection, used as it has to be: behind a pooler, nothing is prepared.
pub async fn client(database: &Database) -> Result<Client> {
    let client = database.client().await?;
    if database.has_pooler() {
        repository::unprepared::want();
    }
    Ok(client)
}

/// Has the schema current and a business in it, as far as that is ours to do; and connects as whoever serves. Answers the business
/// that is served, and whether anything may be written.
async fn prepare(database: &mut Database, config: &Config) -> Result<(BusinessId, bool)> {
    let mut client = client(database).await?;
    let role = roles::current(&**client).await?;
    let owns = role.standing.owns() && (database.is_private() || !config.read_only);
    match migrate::inspect(&**client).await? {
        Schema::Behind { .. } if owns => drop(migrate::migrate(&mut client).await?),
        Schema::Behind { .. } => return Err(behind(&role)),
        Schema::Current => {}
    }
    if owns {
        first_business(&client).await?;
    }
    let business = served(&client, config.business, &role).await?;
    if database.is_private() {
        let login = private_login(business, config.read_only);
        roles::ensure(&mut client, &login).await?;
        database.connect_as(&login.name)?;
    }
    Ok((business, role.standing.writes() && !config.read_only))
}

/// The business that was asked for, or the first that this role sees.
async fn served(client: &Client, asked: Option<i64>, role: &Role) -> Result<BusinessId> {
    if let Some(id) = asked {
        return Ok(repository::business::get(client, BusinessId(id)).await?.id);
    }
    repository::business::first(client).await?.ok_or_else(|| no_business(role))
}

pub fn no_business(role: &Role) -> Error {
    Error::unavailable(
        format!("The role {} sees no business in this database.", role.name),
        format!("Run `facturo roles add {}` with the owner's DATABASE_URL.", role.name),
    )
}

/// The login that serves a business from the private server.
pub fn private_login(business: BusinessId, read_only: bool) -> Login {
    let (suffix, rights) = if read_only { ("_reader", Rights::Read) } else { ("", Rights::Use) };
    Login { name: format!("business_{business}{suffix}"), business: business.0, rights }
}

pub fn behind(role: &Role) -> Error {
    Error::unavailable(
        format!(
            "The database's schema is behind this facturo, and the role {} may not change it.",
            role.name
        ),
        "Have the owner run `facturo migrate` with this facturo.",
    )
}

/// Makes the first business where there is none, whoever else is doing so.
async fn first_business(client: &Client) -> Result<()> {
    if repository::business::first(client).await?.is_none() {
        repository::business::ensure_first(client, &undescribed()?, clock::now()).await?;
    }
    Ok(())
}

/// A business nobody has described yet: Spain's defaults.
fn undescribed() -> Result<BusinessDetails> {
    Ok(BusinessDetails {
        legal_name: None,
        tax_id: None,
        contact: Contact { country: Some(Country::parse("country", "ES")?), ..Contact::default() },
        iban: None,
        currency: Currency::EUR,
        time_zone: TimeZone::parse("time_zone", "Europe/Madrid")?,
        language: Language::parse("language", "es")?,
        retail: false,
        cash_accounting: false,
        payment_terms_days: 30,
        tax_scheme: Scheme::Iva,
        default_tax_rate: Decimal::from(21),
        default_withholding_rate: Decimal::ZERO,
    })
}
