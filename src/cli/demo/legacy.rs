//! The books of the system that facturo replaces, brought in through the tools, in order of issue.

use std::{collections::HashMap, time::Instant};

use serde_json::{Value, json};

use super::{
    figures, show,
    stage::Stage,
    words::{self, fill},
};
use crate::error::{Error, Result};

const CLIENTS: &str = include_str!("../../../data/legacy/clients.csv");
const INVOICES: &str = include_str!("../../../data/legacy/invoices.csv");

/// The one whose e-mail address is none.
const NO_ADDRESS: &str = "jose francisco.lerma@example.com";

/// What facturo calls the clients that the other system called so.
pub(super) struct Clients(HashMap<&'static str, (&'static str, i64)>);

impl Clients {
    pub(super) fn named(&self, name: &str) -> Result<i64> {
        let found = self.0.values().find(|(known, _)| *known == name);
        found.map(|(_, id)| *id).ok_or_else(|| unreadable("a client's name"))
    }

    fn of(&self, legacy_id: &str) -> Result<i64> {
        self.0.get(legacy_id).map(|(_, id)| *id).ok_or_else(|| unreadable("a client's id"))
    }
}

/// Plain CSV: no quotes, and no commas in the values.
fn rows<const N: usize>(csv: &'static str) -> Result<Vec<[&'static str; N]>> {
    let cells = |line: &'static str| line.split(',').collect::<Vec<_>>().try_into();
    csv.lines().skip(1).map(cells).collect::<std::result::Result<_, _>>().map_err(|_| unreadable("a line"))
}

fn unreadable(what: &str) -> Error {
    Error::internal("reading the old books", what)
}

pub(super) async fn replay(stage: &mut Stage<'_>) -> Result<Clients> {
    stage.paper.title(stage.say(&words::OLD_BOOKS));
    stage.paper.paragraph(stage.say(&words::OLD_BOOKS_INTRODUCTION));
    let begun = Instant::now();
    let clients = bring_clients_in(stage).await?;
    let [invoices, payments, cancellations] = bring_invoices_in(stage, &clients).await?;
    let seconds = figures::seconds(stage.lang, begun.elapsed());
    let told = fill(
        stage.say(&words::BROUGHT_IN),
        &[&clients.0.len(), &invoices, &payments, &cancellations, &seconds],
    );
    stage.paper.blank();
    stage.paper.paragraph(&told);
    let said = stage.say(&words::HOW_DO_THEY_STAND);
    let summary = stage.ask(said, "summarize_invoices", json!({ "group_by": "status" })).await?;
    show::by_status(stage, &summary);
    stage.check(
        &summary,
        &[
            ("/items/0/key", &"cancelled"),
            ("/items/0/count", &53),
            ("/items/0/total", &"7714.80"),
            ("/items/0/outstanding", &"0.00"),
            ("/items/1/key", &"paid"),
            ("/items/1/count", &107),
            ("/items/1/total", &"21443.48"),
            ("/items/1/paid", &"21443.48"),
            ("/items/1/outstanding", &"0.00"),
            ("/items/2/key", &"pending"),
            ("/items/2/count", &107),
            ("/items/2/total", &"17360.56"),
            ("/items/2/tax", &"0.00"),
            ("/items/2/outstanding", &"17360.56"),
            ("/items/3", &"—"),
        ],
    )?;
    Ok(clients)
}

async fn bring_clients_in(stage: &mut Stage<'_>) -> Result<Clients> {
    let mut clients = HashMap::new();
    for [legacy_id, name, city, email] in rows(CLIENTS)? {
        let mut arguments = json!({ "name": name, "city": city, "email": email });
        if email == NO_ADDRESS {
            let said = fill(stage.say(&words::BAD_ADDRESS), &[&name, &city, &email]);
            let gloss = stage.say(&words::BAD_ADDRESS_GLOSS);
            let reasons = ["email: ", NO_ADDRESS, "without spaces"];
            stage.ask_in_vain(&said, "create_client", arguments, &reasons, gloss).await?;
            arguments = json!({ "name": name, "city": city });
        }
        let created = stage.quietly("create_client", arguments).await?;
        stage.check(&created, &[("/name", &name), ("/city", &city)])?;
        clients.insert(legacy_id, (name, created.id("/id")?));
    }
    Ok(Clients(clients))
}

/// Answers how many invoices, payments and cancellations there were.
async fn bring_invoices_in(stage: &mut Stage<'_>, clients: &Clients) -> Result<[usize; 3]> {
    let mut invoices: Vec<[&str; 6]> = rows(INVOICES)?;
    invoices.sort_by_key(|[_, _, _, issued_at, _, _]| *issued_at);
    let mut done = [invoices.len(), 0, 0];
    for [legacy_id, client_id, amount, issued_at, due_date, status] in invoices {
        let number = format!("LEGACY-{legacy_id:0>4}");
        let arguments = json!({
            "client_id": clients.of(client_id)?,
            "external_number": number,
            "description": stage.say(&words::OLD_LINE),
            "net_amount": amount,
            "tax_rate": "0",
            "issue_date": issued_at,
            "due_date": due_date,
        });
        let created = stage.quietly("create_invoice", arguments).await?;
        stage.check(&created, &[("/number", &number), ("/status", &"pending"), ("/total", &amount)])?;
        match status {
            "paid" => {
                let arguments = json!({ "invoice_id": number, "paid_on": due_date });
                let paid = stage.quietly("record_payment", arguments).await?;
                stage.check(&paid, &[("/payment/amount", &amount), ("/invoice/status", &"paid")])?;
                done[1] += 1;
            }
            "canceled" => {
                let arguments: Value =
                    json!({ "invoice_id": number, "reason": stage.say(&words::OLD_CANCELLATION) });
                let cancelled = stage.quietly("cancel_invoice", arguments).await?;
                stage.check(&cancelled, &[("/status", &"cancelled"), ("/outstanding", &"0.00")])?;
                done[2] += 1;
            }
            _ => {}
        }
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_plain() {
        assert_eq!(rows::<4>(CLIENTS).unwrap().len(), 39);
        assert_eq!(rows::<6>(INVOICES).unwrap().len(), 267);
        assert!(rows::<5>(CLIENTS).is_err());
    }
}
