//! Each query in a file of its own, used once; and only SQL that runs behind a pooler and on a sharded database too.

use std::collections::BTreeMap;

use super::File;
use super::tokens::{Kind, Token, lex};

pub(super) fn includes(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut uses: BTreeMap<&str, usize> =
        files.iter().filter(|f| f.path.starts_with("sql/queries/")).map(|f| (f.path.as_str(), 0)).collect();
    for file in files.iter().filter(|f| f.path.starts_with("src/") && f.path.ends_with(".rs")) {
        let tokens = lex(&file.text);
        for (at, token) in tokens.iter().enumerate().filter(|(_, t)| t.word() == Some("include_str")) {
            let Some(target) = target(&file.path, &tokens[at + 1..]) else {
                complaints
                    .push(format!("{}:{}: include_str! of what is no plain path", file.path, token.line));
                continue;
            };
            if let Some(count) = uses.get_mut(target.as_str()) {
                *count += 1;
            } else if !files.iter().any(|f| f.path == target) {
                complaints.push(format!("{}:{}: {target} does not exist", file.path, token.line));
            }
        }
    }
    for (path, count) in uses.iter().filter(|(_, count)| **count != 1) {
        complaints.push(format!("{path}: included {count} times; one include_str! each"));
    }
    complaints
}

/// What `include_str!(…)` names, from the repo's root: a path from the file, or one after CARGO_MANIFEST_DIR.
fn target(file: &str, tokens: &[Token]) -> Option<String> {
    let ends = tokens.iter().position(|t| t.is(')'))?;
    if let Some(path) =
        tokens[..ends].iter().find_map(Token::text).filter(|path| *path != "CARGO_MANIFEST_DIR")
    {
        let mut parts: Vec<&str> = file.split('/').collect();
        parts.pop();
        for part in path.split('/') {
            match part {
                ".." => drop(parts.pop()),
                "." => {}
                name => parts.push(name),
            }
        }
        return Some(parts.join("/"));
    }
    let whole: Vec<&Token> = tokens.iter().skip(ends + 1).take(3).collect(); // `, "/path" )`
    let [comma, path, close] = whole.as_slice() else { return None };
    (comma.is(',') && close.is(')')).then(|| path.text()?.strip_prefix('/').map(str::to_owned))?
}

/// SQL in files, and in Rust's strings where one begins like a statement.
pub(super) fn portable(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files {
        if file.path.starts_with("sql/") && file.path.ends_with(".sql") {
            complaints.extend(faults(&file.text).into_iter().map(|fault| format!("{}: {fault}", file.path)));
        } else if file.path.starts_with("src/") && file.path.ends_with(".rs") {
            for (text, line) in lex(&file.text).iter().filter_map(|t| Some((t.text()?, t.line))) {
                if STATEMENTS.iter().any(|word| text.trim_start().starts_with(word)) {
                    complaints.extend(faults(text).into_iter().map(|f| format!("{}:{line}: {f}", file.path)));
                }
            }
        }
    }
    complaints
}

const STATEMENTS: &[&str] =
    &["ALTER ", "CREATE ", "DELETE ", "INSERT ", "SELECT ", "SET ", "UPDATE ", "WITH "];

const FORBIDDEN: &[(&str, &str)] = &[
    ("clock_timestamp", "a distributed engine refuses it in an UPDATE: the time is an argument"),
    ("deferrable", "distributed engines have no DEFERRABLE"),
    ("listen", "LISTEN is lost behind a pooler"),
    ("merge", "distributed engines have no MERGE of values: INSERT … ON CONFLICT"),
    ("offset", "lists go by keyset, not by OFFSET"),
    ("trigger", "distributed engines have no triggers"),
];

fn faults(sql: &str) -> Vec<&'static str> {
    let tokens = lex(&bare(&sql.to_lowercase()));
    let word = |at: usize| tokens.get(at).and_then(Token::word).unwrap_or_default();
    let mut faults = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| &tokens[at]);
        let begins = before.is_none_or(|t| t.is(';'));
        match &token.kind {
            Kind::Mark('*') => {
                let all = before.is_some_and(|t| {
                    matches!(t.word(), Some("select" | "distinct" | "all" | "returning"))
                        || t.is(',')
                        || t.is('.')
                });
                faults.extend(all.then_some("name the columns instead of *"));
            }
            Kind::Word(name) => {
                faults.extend(FORBIDDEN.iter().filter(|(word, _)| word == name).map(|(_, why)| *why));
                if name == "set" && begins && !matches!(word(at + 1), "local" | "transaction" | "constraints")
                {
                    faults.push("a session SET reaches the pooler's next client: SET LOCAL");
                }
                if name == "set_config" && !is_local(&tokens[at..]) {
                    faults.push("a session setting reaches the pooler's next client: set_config(…, true)");
                }
                let lock = name.starts_with("pg_advisory_") || name.starts_with("pg_try_advisory_");
                if lock && !name.contains("_xact_") {
                    faults.push("a session lock stays with the pooler: pg_advisory_xact_lock");
                }
            }
            _ => {}
        }
    }
    faults
}

fn is_local(call: &[Token]) -> bool {
    let end = call.iter().position(|t| t.is(')')).unwrap_or_default();
    end > 0 && call[end - 1].word() == Some("true")
}

/// SQL without `--` comments and without the contents of its strings; the rest is like enough to Rust for its lexer.
fn bare(sql: &str) -> String {
    let mut kept = String::new();
    let mut rest = sql;
    while let Some(at) = rest.find(['\'', '-']) {
        kept.push_str(&rest[..at]);
        rest = &rest[at..];
        let (whole, instead) = if let Some(string) = rest.strip_prefix('\'') {
            (string.find('\'').map_or(rest.len(), |end| end + 2), " x ")
        } else if rest.starts_with("--") {
            (rest.find('\n').unwrap_or(rest.len()), "")
        } else {
            (1, "-")
        };
        kept.push_str(instead);
        rest = &rest[whole..];
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complains_of_queries_unused_used_twice_or_missing() {
        let query = |name: &str| File::new(&format!("sql/queries/client/{name}.sql"), "SELECT 1");
        let code = File::new(
            "src/repository/client.rs",
            "const A: &str = include_str!(\"../../sql/queries/client/once.sql\");
             const B: &str = include_str!(\"../../sql/queries/client/twice.sql\");
             const C: &str = include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/sql/queries/client/twice.sql\"));
             const D: &str = include_str!(\"../../sql/queries/client/gone.sql\");
             const E: &str = include_str!($path);",
        );
        assert_eq!(
            includes(&[code, query("once"), query("twice"), query("unused")]),
            [
                "src/repository/client.rs:4: sql/queries/client/gone.sql does not exist",
                "src/repository/client.rs:5: include_str! of what is no plain path",
                "sql/queries/client/twice.sql: included 2 times; one include_str! each",
                "sql/queries/client/unused.sql: included 0 times; one include_str! each",
            ]
        );
    }

    #[test]
    fn complains_of_sql_that_is_not_portable() {
        for bad in [
            "SELECT * FROM client",
            "SELECT c.* FROM client c",
            "SELECT id, * FROM client",
            "DELETE FROM client RETURNING *",
            "SELECT id FROM client LIMIT 1 OFFSET 5",
            "SELECT 1; SET search_path TO x",
            "SET SESSION statement_timeout = 1",
            "SELECT set_config('a', 'b', false)",
            "SELECT pg_advisory_lock(1)",
            "SELECT pg_try_advisory_lock_shared(1)",
            "CREATE TRIGGER t BEFORE UPDATE ON client",
            "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES c DEFERRABLE",
            "SELECT '--'; LISTEN changes",
            "UPDATE client SET updated_at = clock_timestamp()",
            "MERGE INTO client USING new ON true WHEN MATCHED THEN DELETE",
        ] {
            assert_eq!(portable(&[File::new("sql/queries/a/b.sql", bad)]).len(), 1, "{bad}");
        }
        assert_eq!(
            portable(&[File::new("src/database/pool.rs", "const A: &str = \"SET jit = off\";")]).len(),
            1
        );
    }

    #[test]
    fn lets_portable_sql_be() {
        let good =
            "-- no trigger, SELECT *\nSELECT count(*), quantity * price FROM line WHERE note <> 'offset -- '' *' AND a - b > 0;
            UPDATE client SET name = $1; SET LOCAL lock_timeout = 5; SELECT set_config('a', 'b', true);
            SELECT pg_advisory_xact_lock(1); SELECT pg_try_advisory_xact_lock(1)";
        assert_eq!(faults(good), [""; 0]);
    }
}
