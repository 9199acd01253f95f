//! Who may know whom, in this crate and outside it.

use super::File;
use super::paths::{Mention, mentions};
use super::tokens::lex;

/// Each room of src/, and the rooms that it may name. `mcp` and `cli` come last: only `cli` knows `mcp`, and only
/// `main` knows `cli`.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("clock", &["domain", "error"]),
    ("config", &["error"]),
    ("domain", &["error"]),
    ("repository", &["domain", "error"]),
    ("service", &["domain", "repository", "error"]),
    ("render", &["domain"]),
    ("auth", &["clock", "config", "domain", "error"]),
    ("database", &["config", "error"]),
    ("books", &["clock", "config", "database", "domain", "error", "repository"]),
    (
        "mcp",
        &[
            "auth",
            "books",
            "clock",
            "config",
            "database",
            "domain",
            "error",
            "render",
            "repository",
            "service",
        ],
    ),
    (
        "cli",
        &[
            "auth",
            "books",
            "clock",
            "config",
            "database",
            "domain",
            "error",
            "mcp",
            "render",
            "repository",
            "service",
        ],
    ),
    ("main", &["cli", "config", "error"]),
];

/// The modules on the way to a file, from the crate's root: `src/domain/money.rs` is `[domain, money]`.
fn modules(path: &str) -> Vec<&str> {
    let inner = path.strip_prefix("src/").unwrap_or(path);
    let inner = inner.strip_suffix("/mod.rs").or_else(|| inner.strip_suffix(".rs")).unwrap_or(inner);
    inner.split('/').collect()
}

/// The room of this crate that a path leads to, if it is one.
fn room<'m>(mention: &'m Mention, file: &[&'m str]) -> Option<&'m str> {
    let rest = match mention.first() {
        "crate" | "facturo" => &mention.segments[1..],
        "super" => {
            let up = mention.segments.iter().take_while(|s| *s == "super").count();
            if up < file.len() + mention.depth {
                return Some(file[0]);
            }
            &mention.segments[up..]
        }
        _ => return None,
    };
    rest.first().map(String::as_str)
}

pub(super) fn rooms(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|f| f.path != "src/lib.rs") {
        let modules = modules(&file.path);
        let Some((_, known)) = MAY_KNOW.iter().find(|(room, _)| *room == modules[0]) else {
            complaints.push(format!("{}: a new room: say in MAY_KNOW whom it may know", file.path));
            continue;
        };
        for mention in mentions(&file.text) {
            if let Some(room) = room(&mention, &modules)
                && room != modules[0]
                && !known.contains(&room)
            {
                let written = mention.segments.join("::");
                complaints.push(format!(
                    "{}:{}: {} may not know {room}: {written}",
                    file.path, mention.line, modules[0]
                ));
            }
        }
    }
    complaints
}

/// What is looked for, as crate or as two neighbours in a path; where alone it may stand; and why.
const CRATES: &[(&str, &[&str])] = &[("rmcp", &["src/mcp/", "src/cli/demo"])];
const CLOCKS: &[(&str, &str)] = &[
    ("Local", "now"),
    ("OffsetDateTime", "now_local"),
    ("OffsetDateTime", "now_utc"),
    ("SystemTime", "now"),
    ("Timestamp", "now"),
    ("Utc", "now"),
    ("Zoned", "now"),
];
const ENVIRONMENT: &[&str] =
    &["home_dir", "remove_var", "set_var", "temp_dir", "var", "var_os", "vars", "vars_os"];
/// The domain is pure: it waits for nothing and knows no database and no protocol.
const NOT_IN_DOMAIN: &[&str] =
    &["async", "await", "deadpool_postgres", "postgres_types", "schemars", "tokio", "tokio_postgres"];

pub(super) fn outside(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files {
        let in_domain = file.path.starts_with("src/domain");
        for mention in mentions(&file.text) {
            let mut complain = |why: &str| {
                complaints.push(format!(
                    "{}:{}: {why}: {}",
                    file.path,
                    mention.line,
                    mention.segments.join("::")
                ));
            };
            for (name, allowed) in CRATES {
                if mention.first() == *name && !allowed.iter().any(|prefix| file.path.starts_with(prefix)) {
                    complain(&format!("only {} may know {name}", allowed.join(" and ")));
                }
            }
            if file.path != "src/clock.rs" && CLOCKS.iter().any(|pair| mention.has_pair(*pair)) {
                complain("only src/clock.rs reads the clock");
            }
            if file.path != "src/config.rs" && ENVIRONMENT.iter().any(|read| mention.has_pair(("env", read)))
            {
                complain("only src/config.rs reads the environment");
            }
            if in_domain && mention.segments.iter().any(|s| NOT_IN_DOMAIN.contains(&s.as_str())) {
                complain("the domain is pure");
            }
        }
    }
    complaints
}

/// Repositories and services are handed a transaction. Their own tests, at a file's end, open the one they roll back.
pub(super) fn transactions(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|f| ["repository", "service"].contains(&modules(&f.path)[0])) {
        let code = file.text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        for three in lex(code).windows(3) {
            let called = three[0].is('.') && three[2].is('(');
            if called
                && matches!(
                    three[1].word(),
                    Some("transaction" | "build_transaction" | "commit" | "rollback")
                )
            {
                complaints
                    .push(format!("{}:{}: only mcp opens and ends transactions", file.path, three[1].line));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rooms_of(path: &str, text: &str) -> usize {
        rooms(&[File::new(path, text)]).len()
    }

    #[test]
    fn complains_of_rooms_that_may_not_be_known() {
        assert_eq!(rooms_of("src/domain/money.rs", "use crate::repository::client;"), 1);
        assert_eq!(rooms_of("src/domain/money.rs", "use crate::{error::Error, service};"), 1);
        assert_eq!(rooms_of("src/domain/money.rs", "fn f() { super::super::config::load() }"), 1);
        assert_eq!(rooms_of("src/domain/mod.rs", "use super::config;"), 1);
        assert_eq!(rooms_of("src/repository/page.rs", "#[cfg(test)] mod t { use crate::service::x; }"), 1);
        assert_eq!(rooms_of("src/service/invoice.rs", "type T = Vec<crate::mcp::View>;"), 1);
        assert_eq!(rooms_of("src/render/mod.rs", "use crate::error::Error;"), 1);
        assert_eq!(rooms_of("src/auth/token.rs", "use crate::repository::sql;"), 1);
        assert_eq!(rooms_of("src/database/pool.rs", "use crate::repository;"), 1);
        assert_eq!(rooms_of("src/mcp/server.rs", "use crate::cli;"), 1);
        assert_eq!(rooms_of("src/main.rs", "use facturo::mcp;"), 1);
        assert_eq!(rooms_of("src/error.rs", "use crate::Anything;"), 1);
        assert_eq!(rooms_of("src/helpers.rs", ""), 1);
    }

    #[test]
    fn lets_be_what_may_be() {
        assert_eq!(
            rooms_of("src/domain/money.rs", "// crate::mcp\nuse super::tax; use crate::error::Result;"),
            0
        );
        assert_eq!(
            rooms_of("src/domain/money.rs", "mod tests { use super::super::tax; pub(crate) fn f() {} }"),
            0
        );
        assert_eq!(rooms_of("src/service/client.rs", "use crate::{domain::client, repository};"), 0);
        assert_eq!(rooms_of("src/cli.rs", "use crate::mcp; use crate::database::pool;"), 0);
        assert_eq!(rooms_of("src/main.rs", "fn main() { facturo::cli::run() }"), 0);
    }

    #[test]
    fn complains_of_crates_clock_and_environment_elsewhere() {
        let of = |path: &str, text: &str| outside(&[File::new(path, text)]).len();
        assert_eq!(of("src/service/mod.rs", "use rmcp::model;"), 1);
        assert_eq!(of("src/service/mod.rs", "fn f(_: ::rmcp::Peer) {}"), 1);
        assert_eq!(of("src/mcp/server.rs", "use rmcp::model;"), 0);
        assert_eq!(
            of("src/service/mod.rs", "use time::OffsetDateTime; fn f() { OffsetDateTime::now_utc(); }"),
            1
        );
        assert_eq!(of("src/mcp/server.rs", "fn f() { std::time::SystemTime::now() }"), 1);
        assert_eq!(of("src/clock.rs", "fn f() { jiff::Zoned::now() }"), 0);
        assert_eq!(of("src/database/pool.rs", "use std::env; fn f() { env::var(\"X\") }"), 1);
        assert_eq!(of("src/database/pool.rs", "use std::env::{args, var_os};"), 1);
        assert_eq!(
            of("src/database/pool.rs", "fn f() { std::env::current_exe(); env!(\"CARGO_PKG_VERSION\"); }"),
            0
        );
        assert_eq!(of("src/domain/client.rs", "async fn f() {}"), 1);
        assert_eq!(of("src/domain/client.rs", "use tokio_postgres::Row;"), 1);
    }

    #[test]
    fn complains_of_transactions_opened_below() {
        let of = |path: &str, text: &str| transactions(&[File::new(path, text)]).len();
        assert_eq!(of("src/service/invoice.rs", "fn f() { client.transaction().await }"), 1);
        assert_eq!(of("src/repository/invoice.rs", "fn f() { tx.commit() }"), 1);
        assert_eq!(
            of("src/repository/invoice.rs", "#[cfg(test)]\nmod tests { fn f() { c.transaction() } }"),
            0
        );
        assert_eq!(of("src/mcp/write.rs", "fn f() { client.transaction() }"), 0);
    }
}
