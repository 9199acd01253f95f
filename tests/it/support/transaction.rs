//! An act in a transaction that is rolled back, over a database that holds business 1, described, and nothing else.

use facturo::clock;
use facturo::domain::event::Actor;
use facturo::domain::ids::BusinessId;
use facturo::repository;
use facturo::service::Act;

use super::database;
use super::office::DESCRIBED;

/// Runs a test as one act; whatever it does leaves no trace.
pub(crate) async fn with_transaction(test: impl AsyncFnOnce(&Act<'_>)) {
    let mut client = database::common().await;
    let tx = client.transaction().await.unwrap();
    tx.batch_execute(DESCRIBED).await.unwrap();
    let business = repository::business::get(&tx, BusinessId(1)).await.unwrap();
    let now = clock::now();
    let today = clock::day(now, &business.details.time_zone);
    test(&Act { tx: &tx, business: &business, actor: &Actor::local(), today, now, clock: clock::now_in })
        .await;
    tx.rollback().await.unwrap();
}
