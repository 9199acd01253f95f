//! One call: how it is written, and whether its answer is right.

use std::io::Write as _;

use serde_json::Value;

use crate::{Result, books::Shape};

/// What is asked of a tool. Writes carry the key that makes them safe to repeat.
#[derive(Clone, Copy, Debug)]
pub enum Ask {
    /// An argument that the tool does not have: the way through transport, dispatch and arguments, without the database.
    Refused,
    Business,
    Get {
        client: i64,
    },
    Create {
        client: i64,
        key: i64,
    },
    List {
        client: i64,
    },
    Pay {
        invoice: i64,
        key: i64,
    },
    Find,
    Summarize,
    Alerts,
    Issue {
        invoice: i64,
        key: i64,
    },
    /// A create as the other servers have it: one row.
    CreateRow {
        client: i64,
        cents: i64,
    },
}

impl Ask {
    /// Writes the whole request, as a line.
    pub fn write(self, id: u64, line: &mut Vec<u8>) {
        let request = format_args!(
            "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"tools/call\",\"params\":{{\"name\":"
        );
        let _ = line.write_fmt(request);
        let _ = match self {
            Self::Refused => write!(line, r#""get_client","arguments":{{"client":1}}"#),
            Self::Business => write!(line, r#""get_business","arguments":{{}}"#),
            Self::Get { client } => write!(line, r#""get_client","arguments":{{"client_id":{client}}}"#),
            Self::Create { client, key } => write!(
                line,
                r#""create_invoice","arguments":{{"client_id":{client},"lines":[{{"description":"Design hours","quantity":10,"unit_price":"45.50"}},{{"description":"Printing and delivery","quantity":5,"unit_price":"29.00"}}],"idempotency_key":"{key}"}}"#
            ),
            Self::List { client } => write!(
                line,
                r#""list_invoices","arguments":{{"client_id":{client},"status":"pending","limit":50}}"#
            ),
            Self::Pay { invoice, key } => write!(
                line,
                r#""record_payment","arguments":{{"invoice_id":{invoice},"idempotency_key":"{key}"}}"#
            ),
            Self::Find => write!(line, r#""find_clients","arguments":{{"query":"Feretria Hidlago"}}"#),
            Self::Summarize => write!(line, r#""summarize_invoices","arguments":{{"group_by":"month"}}"#),
            Self::Alerts => write!(line, r#""list_alerts","arguments":{{}}"#),
            Self::Issue { invoice, key } => write!(
                line,
                r#""issue_invoice","arguments":{{"invoice_id":{invoice},"idempotency_key":"{key}"}}"#
            ),
            Self::CreateRow { client, cents } => write!(
                line,
                r#""create_invoice","arguments":{{"client_id":{client},"amount":{}.{:02},"status":"pending","issued_at":"2025-06-01","due_date":"2025-07-01"}}"#,
                cents / 100,
                cents % 100
            ),
        };
        line.extend_from_slice(b"}}\n");
    }

    /// The same for another server.
    pub fn of_peer(self) -> Self {
        match self {
            Self::Create { client, key } => Self::CreateRow { client, cents: 100 + key % 900_000 },
            same => same,
        }
    }

    /// What the call named, by the names that scripts for pgbench know it by.
    pub fn named(self) -> Vec<(&'static str, i64)> {
        match self {
            Self::Get { client } | Self::List { client } => vec![("client", client)],
            Self::Create { client, key } => vec![("client", client), ("key", key)],
            Self::Pay { invoice, key } | Self::Issue { invoice, key } => {
                vec![("invoice", invoice), ("key", key)]
            }
            Self::Refused
            | Self::Business
            | Self::Find
            | Self::Summarize
            | Self::Alerts
            | Self::CreateRow { .. } => vec![],
        }
    }

    pub fn writes(self) -> bool {
        matches!(self, Self::Create { .. } | Self::Pay { .. } | Self::Issue { .. } | Self::CreateRow { .. })
    }

    /// Checks the whole line of an answer, and answers what the tool said.
    pub fn check(self, line: &[u8], shape: Shape) -> Result<Value> {
        let mut answer: Value = serde_json::from_slice(line)?;
        let mut result = answer["result"].take();
        let text =
            result["content"][0]["text"].as_str().ok_or_else(|| format!("no result: {answer}"))?.to_owned();
        if matches!(self, Self::Refused) {
            let refused = result["isError"] == true && text.contains("client_id");
            return if refused { Ok(Value::Null) } else { Err(format!("not refused: {text}").into()) };
        }
        if result["isError"] == true {
            return Err(format!("{self:?} was refused: {text}").into());
        }
        let said = result["structuredContent"].take();
        let copy = said.to_string();
        if copy != text {
            return Err(format!("{self:?}: the text is no copy of the structured content").into());
        }
        if self.is_right(&said, shape) {
            Ok(said)
        } else {
            Err(format!("{self:?} was answered wrongly: {said}").into())
        }
    }

    fn is_right(self, said: &Value, shape: Shape) -> bool {
        let items = || said["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        match self {
            Self::Refused | Self::CreateRow { .. } => false,
            Self::Business => said["id"] == 1,
            Self::Get { client } => {
                said["id"] == client
                    && said["email"] == format!("cliente{client}@example.com")
                    && said["totals"].is_array()
            }
            Self::Create { client, .. } => {
                said["client_id"] == client
                    && said["status"] == "draft"
                    && said["total"] == "726.00"
                    && said["lines"].as_array().is_some_and(|lines| lines.len() == 2)
                    && said["id"].as_i64().is_some_and(|id| id > shape.invoices)
            }
            Self::List { client } => {
                items().len() == 50
                    && items().iter().all(|it| it["client_id"] == client && it["status"] == "pending")
            }
            Self::Pay { invoice, .. } => {
                said["invoice"]["id"] == invoice
                    && said["invoice"]["status"] == "paid"
                    && said["payment"]["amount"] == "726.00"
            }
            Self::Find => items()
                .iter()
                .any(|it| it["name"].as_str().is_some_and(|name| name.starts_with("Ferreteria Hidalgo"))),
            Self::Summarize => items().len() >= 20,
            Self::Alerts => said["totals"].as_array().is_some_and(|totals| {
                totals.iter().any(|total| total["kind"] == "overdue" && total["count"] == 500)
            }),
            Self::Issue { invoice, .. } => {
                said["id"] == invoice
                    && said["status"] == "pending"
                    && said["number"].as_str().is_some_and(|number| number.starts_with("F-"))
            }
        }
    }
}
