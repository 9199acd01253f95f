//! Finding clients: by words in any spelling, by city, page by page.

use serde_json::json;

use crate::support::office::{NONE, Office, id};

fn filled() -> (Office, Vec<i64>) {
    let mut office = Office::open();
    let clients = [
        json!({"name": "Peñalver Álvarez, S.L.", "city": "Jaén", "email": "info@penalver.example.com"}),
        json!({"name": "Óptica Central", "city": "MÁLAGA", "tax_id": "B-12345674"}),
        json!({"name": "100% Algodón_SA", "city": "Madrid"}),
        json!({"name": "Straße & Söhne", "city": "Köln"}),
    ];
    let ids = clients.into_iter().map(|client| id(&office.call("create_client", client))).collect();
    (office, ids)
}

#[test]
fn case_and_accents_do_not_matter() {
    let (mut office, ids) = filled();
    for query in ["peñalver", "PENALVER", "alvarez penalver", "Jaen", "jaén", "INFO@penalver", "pen alv"] {
        assert_eq!(office.ids("find_clients", json!({"query": query})), [ids[0]], "{query}");
    }
    for query in ["optica", "málaga", "b12345674", "  Óptica   central "] {
        assert_eq!(office.ids("find_clients", json!({"query": query})), [ids[1]], "{query}");
    }
    assert_eq!(office.ids("find_clients", json!({"query": "sohne koln"})), [ids[3]]);
}

#[test]
fn typos_are_forgiven_and_nonsense_is_not_found() {
    let (mut office, ids) = filled();
    for query in ["peñalvre", "penalber", "alvares"] {
        assert_eq!(office.ids("find_clients", json!({"query": query}))[0], ids[0], "{query}");
    }
    assert_eq!(office.ids("find_clients", json!({"query": "optika sentral"}))[0], ids[1]);
    let none = office.call("find_clients", json!({"query": "zzzyyyxxx"}));
    assert_eq!((none["items"].as_array().unwrap().len(), &none["summary"]), (0, &json!("No clients found.")));
}

#[test]
fn wildcards_of_sql_are_letters_like_others() {
    let (mut office, ids) = filled();
    for query in ["100%", "algodon_sa", "%", "_"] {
        assert_eq!(office.ids("find_clients", json!({"query": query})), [ids[2]], "{query}");
    }
    for query in ["ó%a", "\\", "pe_alver"] {
        let found = office.ids("find_clients", json!({"query": query, "city": "Madrid"}));
        assert_eq!(found, NONE, "{query}");
    }
}

#[test]
fn a_city_narrows_what_is_found() {
    let (mut office, ids) = filled();
    assert_eq!(office.ids("find_clients", json!({"city": "malaga"})), [ids[1]]);
    assert_eq!(office.ids("find_clients", json!({"city": "Jaén", "query": "penalver"})), [ids[0]]);
    assert_eq!(office.ids("find_clients", json!({"city": "Jaén", "query": "optica"})), NONE);
}

#[test]
fn what_was_changed_is_found_by_its_new_words_only() {
    let (mut office, ids) = filled();
    office.call("update_client", json!({"client_id": ids[1], "name": "Gafas Ya", "tax_id": ""}));
    assert_eq!(office.ids("find_clients", json!({"query": "gafas"})), [ids[1]]);
    assert_eq!(office.ids("find_clients", json!({"query": "b12345674"})), NONE);
}

#[test]
fn pages_hold_every_client_once_while_others_come_and_go() {
    let mut office = Office::open();
    let clients: Vec<_> = (0..25).map(|n| office.client(&format!("Client {n}"))).collect();
    let first = office.call("find_clients", json!({"limit": 10}));
    let cursor = first["next_cursor"].clone();
    let added = office.client("Added meanwhile");
    office.call("delete_client", json!({"client_id": clients[9]}));
    office.call("archive_client", json!({"client_id": clients[12]}));
    let second = office.call("find_clients", json!({"limit": 10, "cursor": cursor}));
    let third = office.call("find_clients", json!({"limit": 10, "cursor": second["next_cursor"]}));
    assert!(third.get("next_cursor").is_none());

    let seen: Vec<i64> = [first, second, third]
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap().iter().map(id))
        .collect();
    let mut expected: Vec<_> = clients.iter().copied().filter(|id| *id != clients[12]).collect();
    expected.push(added);
    assert_eq!(seen, expected);
}

#[test]
fn similar_clients_come_page_by_page_too() {
    let mut office = Office::open();
    for n in 0..9 {
        office.client(&format!("Carpintería Hernández {n}"));
    }
    let all = office.pages("find_clients", json!({"query": "carpinteria ernandes"}), 4);
    let mut ids: Vec<_> = all.iter().map(id).collect();
    ids.sort_unstable();
    assert_eq!(ids, (1..=9).collect::<Vec<_>>());
}

#[test]
fn a_page_has_20_rows_unless_up_to_100_are_asked_for() {
    let mut office = Office::open();
    for n in 0..101 {
        office.client(&format!("Client {n}"));
    }
    for (arguments, rows) in [(json!({}), 20), (json!({"limit": 100}), 100), (json!({"limit": "7"}), 7)] {
        let page = office.call("find_clients", arguments);
        assert_eq!(page["items"].as_array().unwrap().len(), rows);
        assert!(page["next_cursor"].is_string());
    }
    for limit in [json!(0), json!(101), json!(-1), json!("many"), json!(2.5)] {
        office.refuses("find_clients", json!({"limit": limit}), &["limit", "1 to 100"]);
    }
}

#[test]
fn cursors_that_are_not_of_the_list_are_refused() {
    let mut office = Office::open();
    let page_of = |tool: &'static str, cursor: &'static str| (tool, json!({"cursor": cursor}));
    for (tool, arguments) in [
        page_of("find_clients", "garbage"),
        page_of("find_clients", "newest~2026-01-01~1"),
        page_of("find_clients", "words~x"),
        page_of("find_clients", "similar~99999999999~1"),
        page_of("list_invoices", "words~1"),
        page_of("list_invoices", "newest~2026-13-01~1"),
        page_of("list_invoices", "total~1~1"),
        page_of("list_payments", "newest~2026-01-01~1"),
        page_of("summarize_invoices", "city~1~EUR"),
    ] {
        office.refuses(tool, arguments, &["cursor", "next_cursor"]);
    }
}
