//! How PostgreSQL would run each statement over large books, whatever its values are. A large table that is read from end to
//! end is refused.

use crate::{Result, floor::query_files, report::Table, server::Server};

/// These read everything, since that is what they are for: sums over all, and the search for what does not agree.
const READS_ALL: [&str; 4] = ["report/summary", "event/miscounted", "payment/unbalanced", "document/missing"];
const LARGE: [&str; 3] = ["invoices", "invoice_lines", "events"];

/// A table of those that read a large table whole, and the names of those that should not.
pub fn look(server: &Server, database: &str) -> Result<(Table, Vec<String>)> {
    let mut table = Table::new("Plans over 1 M invoices", &["statement", "reads the whole of"]);
    let (mut looked_at, mut refused) = (0, Vec::new());
    for (sql, name) in query_files()?.into_iter().filter(|(sql, _)| has_plan(sql)) {
        let plan = plan(server, database, &sql).map_err(|error| format!("{name}: {error}"))?;
        looked_at += 1;
        for whole in LARGE.into_iter().filter(|table| reads_whole(&plan, table)) {
            if READS_ALL.contains(&name.as_str()) {
                table.row([name.clone(), format!("{whole}, as it is meant to")]);
            } else {
                table.row([name.clone(), format!("**{whole}**")]);
                refused.push(name.clone());
            }
        }
    }
    table.note(&format!(
        "{looked_at} statements explained; {} read a large table from end to end and should not.",
        refused.len()
    ));
    Ok((table, refused))
}

fn has_plan(sql: &str) -> bool {
    let first = sql.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("--"));
    let first = first.unwrap_or_default();
    ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].iter().any(|verb| first.starts_with(verb))
}

/// Line by line.
fn plan(server: &Server, database: &str, sql: &str) -> Result<Vec<String>> {
    let nulls = vec!["NULL"; server.parameter_types(database, sql)?.len()].join(", ");
    let values = if nulls.is_empty() { nulls } else { format!("({nulls})") };
    let explain = format!(
        "SET plan_cache_mode = force_generic_plan; PREPARE asked AS {sql}; EXPLAIN (COSTS off) EXECUTE asked{values}"
    );
    Ok(server.rows(database, &explain)?.concat())
}

fn reads_whole(plan: &[String], table: &str) -> bool {
    plan.iter()
        .filter_map(|line| line.split_once("Seq Scan on "))
        .any(|(_, scanned)| scanned.split_whitespace().next() == Some(table))
}
