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
    database::{Database, migrate},
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
    zone: RwLock<Option<(TimeZone, Instant)>>,
}

impl Books {
    /// Brings the database up, migrates it, and makes the first business where there is none.
    pub async fn open(config: &Config) -> Result<Self> {
        let database = Database::open(config).await?;
        let mut client = client(&database).await?;
        migrate::migrate(&mut client).await?;
        let trigrams = migrate::has_trigrams(&**client).await?;
        let first = first_business(&client).await?;
        let business = match config.business {
            Some(id) => repository::business::get(&client, BusinessId(id)).await?.id,
            None => first,
        };
        if repository::series::all(&client, business).await?.is_empty() {
            for series in Series::first_ones()? {
                repository::series::insert(&client, business, &series).await?;
            }
        }
        Ok(Self { database, business, trigrams, zone: RwLock::default() })
    }

    /// Forgets the answers of calls long past, now and every hour.
    pub async fn forget_old_answers(self: Arc<Self>) {
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

/// The business with the lowest id, which is made where there is none, whoever else is doing so.
async fn first_business(client: &Client) -> Result<BusinessId> {
    if let Some(id) = repository::business::first(client).await? {
        return Ok(id);
    }
    repository::business::ensure_first(client, &undescribed()?, clock::now()).await?;
    Ok(BusinessId(1))
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
