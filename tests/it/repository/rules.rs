//! Rules of the services at the edges of days, numbers and keys.

use facturo::domain::client::ClientDetails;
use facturo::domain::codes::Currency;
use facturo::domain::event::Actor;
use facturo::domain::ids::{BusinessId, ClientId};
use facturo::domain::line::{ContentInput, LineInput};
use facturo::domain::payment::Method;
use facturo::domain::series::{Kind, Series};
use facturo::domain::tax::category::Scheme;
use facturo::domain::tax::treatment::TreatmentInput;
use facturo::repository::{idempotency, series};
use facturo::service::invoice::{Issuing, NewInvoice};
use facturo::service::payment::Received;
use facturo::service::{self, Act};
use rust_decimal::Decimal;
use time::macros::date;
use time::{Date, Duration};

use crate::support::transaction::with_transaction;

fn work(client_id: ClientId, issuing: Issuing) -> NewInvoice {
    let line = LineInput {
        description: "Work".into(),
        quantity: Decimal::ONE,
        unit_price: Decimal::TEN,
        discount_percent: Decimal::ZERO,
        tax: TreatmentInput::default(),
    };
    NewInvoice {
        client_id,
        kind: Kind::Standard,
        series: None,
        content: ContentInput { lines: vec![line], ..ContentInput::default() },
        issue_date: None,
        operation_date: None,
        exchange_rate: None,
        due_date: None,
        currency: Currency::EUR,
        scheme: Scheme::Iva,
        notes: None,
        internal_notes: None,
        issuing,
    }
}

async fn ana(act: &Act<'_>) -> ClientId {
    let details = ClientDetails { private_person: true, ..ClientDetails::named("Ana".into()) };
    service::client::create(act, details).await.unwrap().id
}

fn on<'a>(act: &Act<'a>, today: Date) -> Act<'a> {
    Act { today, ..*act }
}

#[tokio::test]
async fn each_year_counts_from_one() {
    with_transaction(async |act| {
        let client = ana(act).await;
        for (today, number) in [
            (date!(2031 - 12 - 31), "F-2031-0001"),
            (date!(2032 - 01 - 01), "F-2032-0001"),
            (date!(2032 - 02 - 29), "F-2032-0002"),
        ] {
            let made = service::invoice::create(&on(act, today), work(client, Issuing::Now)).await.unwrap();
            assert_eq!(made.invoice.issued().unwrap().number, number);
        }
        let [series, ..] = Series::first_ones().unwrap();
        for (issue_date, expected) in [(date!(2032 - 02 - 29), 3), (date!(2032 - 12 - 31), 4)] {
            let number = series::next(act.tx, BusinessId(1), &series, issue_date).await.unwrap();
            assert_eq!(number, expected);
        }
    })
    .await;
}

#[tokio::test]
async fn a_number_grows_beyond_its_four_digits() {
    with_transaction(async |act| {
        let [series, ..] = Series::first_ones().unwrap();
        let (place, day) = ((2033, 9_998), date!(2033 - 06 - 01));
        assert!(series::claim_external(act.tx, BusinessId(1), &series, place, day).await.unwrap());
        let client = ana(act).await;
        for number in ["F-2033-9999", "F-2033-10000"] {
            let made = service::invoice::create(&on(act, day), work(client, Issuing::Now)).await.unwrap();
            assert_eq!(made.invoice.issued().unwrap().number, number);
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_due_today_is_overdue_tomorrow() {
    with_transaction(async |act| {
        let client = ana(act).await;
        let made = service::invoice::create(act, work(client, Issuing::Now)).await.unwrap().invoice;
        assert_eq!(made.days_overdue(made.due.date), None);
        assert_eq!(made.days_overdue(made.due.date + Duration::days(1)), Some(1));
    })
    .await;
}

#[tokio::test]
async fn a_payment_may_be_of_any_day_but_a_future_one() {
    with_transaction(async |act| {
        let client = ana(act).await;
        let made = service::invoice::create(act, work(client, Issuing::Now)).await.unwrap().invoice;
        let received = |days: i64| Received {
            amount: Some(Decimal::ONE),
            paid_on: Some(act.today + Duration::days(days)),
            method: Method::Cash,
            reference: None,
            reason: None,
        };
        for (days, taken) in [(-400, true), (0, true), (1, false)] {
            assert_eq!(
                service::payment::record(act, made.id, None, received(days)).await.is_ok(),
                taken,
                "{days}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_key_is_free_again_once_it_has_expired_and_purged_then() {
    with_transaction(async |act| {
        let actor = Actor::local();
        let key = idempotency::Key { business: BusinessId(1), actor: &actor, tool: "t", key: "k" };
        let keep = Duration::days(30);
        let claim = async |days: i64| {
            idempotency::claim(act.tx, key, b"hash", keep, act.now + Duration::days(days)).await.unwrap()
        };
        assert!(claim(0).await.is_none());
        idempotency::store_answer(act.tx, key, "answer", None).await.unwrap();
        assert_eq!(claim(30).await.unwrap().answer.as_deref(), Some("answer"));
        assert!(claim(31).await.is_none());
        assert_eq!(idempotency::purge(act.tx, BusinessId(1), act.now + Duration::days(60)).await.unwrap(), 0);
        assert_eq!(idempotency::purge(act.tx, BusinessId(1), act.now + Duration::days(62)).await.unwrap(), 1);
    })
    .await;
}
