//! Queries with letters that mean something to SQL, and cursors that nobody was given.

use facturo::domain::client::ClientDetails;
use facturo::domain::ids::{BusinessId, ClientId};
use facturo::error::Error;
use facturo::repository::page::PageRequest;
use facturo::repository::{client, invoice, payment};
use facturo::service::{self, Act};

use crate::support::transaction::with_transaction;

const BUSINESS: BusinessId = BusinessId(1);

async fn named(act: &Act<'_>, names: &[&str]) -> Vec<ClientId> {
    let mut ids = Vec::new();
    for name in names {
        let details = ClientDetails::named((*name).to_owned());
        ids.push(service::client::create(act, details).await.unwrap().id);
    }
    ids
}

async fn found(act: &Act<'_>, query: &str, forgiving: bool) -> Vec<ClientId> {
    let filter = client::Filter { query: Some(query.to_owned()), ..client::Filter::default() };
    let page = client::find(act.tx, BUSINESS, &filter, &PageRequest::default(), forgiving).await.unwrap();
    page.items.into_iter().map(|client| client.id).collect()
}

#[tokio::test]
async fn letters_that_mean_something_to_like_mean_themselves() {
    with_transaction(async |act| {
        let ids = named(act, &["50% off", "a_b", r"back\slash", "it's", "plain"]).await;
        for (query, at) in [("%", 0), ("0%", 0), ("_", 1), (r"\", 2), (r"k\s", 2), ("'", 3), ("';--", 5)] {
            let expected: Vec<_> = ids.get(at).copied().into_iter().collect();
            assert_eq!(found(act, query, false).await, expected, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn words_are_looked_for_first_and_likeness_only_where_none_is_found() {
    with_transaction(async |act| {
        let ids = named(act, &["Hernández", "Fernández", "Hermanos Díaz"]).await;
        assert_eq!(found(act, "hernandez", true).await, [ids[0]]);
        assert_eq!(found(act, "hernandes", false).await, []);
        let similar = found(act, "hernandes", true).await;
        assert_eq!(similar.first(), Some(&ids[0]), "the closest comes first");
    })
    .await;
}

#[tokio::test]
async fn a_cursor_that_nobody_was_given_is_refused_or_finds_nothing_new() {
    with_transaction(async |act| {
        named(act, &["Ana"]).await;
        for cursor in
            ["words~9223372036854775807", "words~-9223372036854775808", "similar~1000~9223372036854775807"]
        {
            let request = PageRequest { limit: None, cursor: Some(cursor.to_owned()) };
            let filter = client::Filter { query: Some("ana".to_owned()), ..client::Filter::default() };
            client::find(act.tx, BUSINESS, &filter, &request, true).await.unwrap();
        }
        for cursor in [
            "",
            "~",
            "words",
            "words~",
            "words~1e3",
            "words~9223372036854775808",
            "similar~1",
            "similar~-2147483648~0",
            "similar~1001~0",
            "\u{0}",
            "words~\u{0}",
        ] {
            let request = PageRequest { limit: None, cursor: Some(cursor.to_owned()) };
            match client::find(act.tx, BUSINESS, &client::Filter::default(), &request, true).await {
                Ok(_) => assert_eq!(cursor, ""),
                Err(error) => assert!(matches!(error, Error::Invalid { .. }), "{cursor}: {error}"),
            }
        }
        for cursor in
            ["newest~0001-01-01~1", "newest~9999-12-31~1", "newest~2026-01-01~-1", "newest~10000-01-01~1"]
        {
            let request = PageRequest { limit: None, cursor: Some(cursor.to_owned()) };
            let listed =
                invoice::list(act.tx, BUSINESS, &invoice::Filter::default(), invoice::Sort::Newest, &request)
                    .await;
            assert_eq!(listed.is_err(), cursor.contains("10000"), "{cursor}");
        }
        let total = PageRequest { limit: None, cursor: Some(format!("total~{}~1", "9".repeat(28))) };
        invoice::list(act.tx, BUSINESS, &invoice::Filter::default(), invoice::Sort::Total, &total)
            .await
            .unwrap();
        let paid = PageRequest { limit: Some(101), cursor: None };
        assert!(payment::list(act.tx, BUSINESS, &payment::Filter::default(), &paid).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn another_business_sees_nothing() {
    with_transaction(async |act| {
        let ids = named(act, &["Ana"]).await;
        let other = BusinessId(2);
        assert!(client::get(act.tx, other, ids[0]).await.is_err());
        let page = client::find(act.tx, other, &client::Filter::default(), &PageRequest::default(), true)
            .await
            .unwrap();
        assert!(page.items.is_empty());
    })
    .await;
}
