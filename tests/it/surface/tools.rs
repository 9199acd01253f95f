//! Rules that every tool keeps, and a picture of the whole list.

use std::path::PathBuf;

use serde_json::Value;

use crate::support::database::Database;
use crate::support::session::{Era, Session, facturo};

/// Set to renew the snapshot, after a change that was meant.
const RENEW: &str = "FACTURO_RENEW_SNAPSHOTS";

fn tools() -> Vec<Value> {
    // the list needs no database
    Session::start(facturo().env("DATABASE_URL", "postgresql://nobody@localhost:1/none"), Era::Handshake)
        .tools()
}

fn text<'a>(tool: &'a Value, field: &str) -> &'a str {
    tool[field].as_str().unwrap_or_else(|| panic!("{} has no {field}", tool["name"]))
}

/// Calls `look` with each schema within a schema and the way to it.
fn walk(schema: &Value, path: &str, look: &mut impl FnMut(&str, &serde_json::Map<String, Value>)) {
    match schema {
        Value::Object(object) => {
            look(path, object);
            object.iter().for_each(|(name, inner)| walk(inner, &format!("{path}.{name}"), look));
        }
        Value::Array(items) => items.iter().for_each(|inner| walk(inner, path, look)),
        _ => {}
    }
}

#[test]
fn names_titles_descriptions_and_annotations_are_whole_and_short() {
    let tools = tools();
    assert!(tools.len() <= 40, "{} tools", tools.len());
    let names: Vec<_> = tools.iter().map(|tool| text(tool, "name")).collect();
    assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    for tool in &tools {
        let (name, description) = (text(tool, "name"), text(tool, "description"));
        assert!(
            (1..=40).contains(&name.len()) && name.bytes().all(|b| b == b'_' || b.is_ascii_lowercase()),
            "{name}"
        );
        assert!(!text(tool, "title").is_empty());
        assert!((20..=280).contains(&description.chars().count()), "{name}: {description}");
        let hints = &tool["annotations"];
        for hint in ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"] {
            assert!(hints[hint].is_boolean(), "{name} has no {hint}");
        }
        assert!(!(hints["readOnlyHint"] == true && hints["destructiveHint"] == true), "{name}");
        let reads =
            ["get_", "find_", "list_", "summarize_", "verify_"].iter().any(|verb| name.starts_with(verb));
        assert_eq!(hints["readOnlyHint"] == true, reads, "{name}");
        let takes_away = ["delete_", "cancel_", "reverse_"].iter().any(|verb| name.starts_with(verb));
        assert!(!takes_away || hints["destructiveHint"] == true, "{name} takes something away");
    }
}

#[test]
fn input_schemas_are_plain_objects_that_every_host_understands() {
    for tool in tools() {
        let (name, schema) = (text(&tool, "name"), &tool["inputSchema"]);
        assert_eq!(schema["type"], "object", "{name}");
        assert!(schema["properties"].is_object(), "{name}");
        for required in schema["required"].as_array().into_iter().flatten() {
            assert!(schema["properties"].get(required.as_str().unwrap()).is_some(), "{name}: {required}");
        }
        walk(schema, name, &mut |path, object| {
            for word in
                ["$ref", "$defs", "$schema", "oneOf", "anyOf", "allOf", "not", "default", "format", "title"]
            {
                assert!(!object.contains_key(word), "{path} has {word}");
            }
            if let Some(kind) = object.get("type").filter(|_| !path.ends_with(".properties")) {
                assert!(kind.is_string() && kind != "null", "{path} is of type {kind}");
            }
        });
    }
}

#[test]
fn output_schemas_are_objects_whose_first_field_is_the_summary() {
    for tool in tools() {
        let (name, schema) = (text(&tool, "name"), &tool["outputSchema"]);
        assert_eq!(schema["type"], "object", "{name}");
        let fields: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
        assert_eq!(fields[0], "summary", "{name}");
        assert!(schema["required"].as_array().unwrap().contains(&"summary".into()), "{name}");
        walk(schema, name, &mut |path, object| {
            for word in ["$ref", "$defs", "$schema", "format"] {
                assert!(!object.contains_key(word), "{path} has {word}");
            }
            if let Some(kind) = object.get("type").filter(|_| !path.ends_with(".properties")) {
                assert!(kind.is_string(), "{path} is of type {kind}");
            }
        });
    }
}

/// Four characters make about one token, of English and of JSON.
#[test]
fn what_a_model_reads_of_the_list_stays_below_ten_thousand_tokens() {
    let read = |tool: &Value| {
        let schema = tool["inputSchema"].to_string();
        text(tool, "name").len() + text(tool, "description").len() + schema.len()
    };
    let tokens = tools().iter().map(read).sum::<usize>() / 4;
    assert!(tokens < 10_000, "about {tokens} tokens");
}

#[test]
fn the_list_is_the_same_in_both_eras_and_whatever_the_database_holds() {
    let database = Database::new();
    for era in [Era::Handshake, Era::Stateless] {
        let mut session = Session::start(facturo().env("DATABASE_URL", database.url()), era);
        session.call("create_client", serde_json::json!({"name": "Ana"}));
        assert_eq!(session.tools(), tools(), "{era:?}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "tests have no config.rs")]
fn the_list_is_as_the_snapshot_shows_it() {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/snapshots/tools.json"));
    let found = serde_json::to_string_pretty(&tools()).unwrap() + "\n";
    if std::env::var_os(RENEW).is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let first = kept.lines().zip(found.lines()).find(|(kept, found)| kept != found);
    assert!(
        kept == found,
        "the list differs, first in {first:?}; if that is meant: {RENEW}=1 cargo nextest run snapshot"
    );
}
