//! Tax that is not just VAT: what a client withholds, what a retailer is charged on top, and what is taken back.

use serde_json::{Value, json};

use super::Told;
use crate::{
    cli::demo::{
        show,
        stage::{Answer, Stage},
        words::{self, Said, fill},
    },
    error::Result,
};

/// Books come back: a corrective invoice of its own series, set off against what is still owed.
pub(super) async fn returned(stage: &mut Stage<'_>, told: &Told<'_>) -> Result<()> {
    let books = json!([{ "description": stage.say(&words::BOOKS), "quantity": -10, "unit_price": 18.5, "tax_rate": 4 }]);
    let reason = stage.say(&words::RETURNED_REASON);
    let arguments = json!({ "invoice_id": told.number, "reason": reason, "lines": books });
    let said = fill(stage.say(&words::RETURNED), &[&told.number]);
    let corrected = stage.ask(&said, "correct_invoice", arguments).await?;
    show::correction(stage, &corrected);
    stage.check(
        &corrected,
        &[
            ("/invoice/number", &format!("R-{}-0001", told.today.year())),
            ("/invoice/kind", &"corrective"),
            ("/invoice/corrects/number", &told.number),
            ("/invoice/corrects/method", &"difference"),
            ("/invoice/subtotal", &"-185.00"),
            ("/invoice/tax", &"-7.40"),
            ("/invoice/total", &"-192.40"),
            ("/invoice/status", &"paid"),
            ("/original/number", &told.number),
            ("/original/status", &"pending"),
            ("/original/total", &"2461.20"),
            ("/original/netted", &"192.40"),
            ("/original/outstanding", &"1268.80"),
            ("/original/corrected_by/0/total", &"-192.40"),
        ],
    )
}

/// A design for a company, which keeps 15 % back for Marta's income tax.
pub(super) async fn withheld(stage: &mut Stage<'_>, told: &mut Told<'_>) -> Result<()> {
    let theatre = json!({
        "name": "Teatro del Puerto, S.L.", "tax_id": "B99216582", "street": "Calle del Mar, 3", "postal_code": "46003",
        "city": "Valencia",
    });
    let client = new_client(stage, &words::THEATRE, theatre).await?;
    let arguments = json!({
        "client_id": client,
        "description": stage.say(&words::POSTER_DESIGN),
        "net_amount": 800,
        "withholding_rate": 15,
        "issue": true,
    });
    let invoice = stage.ask(stage.say(&words::WITHHELD), "create_invoice", arguments).await?;
    show::invoice(stage, &invoice);
    stage.check(
        &invoice,
        &[
            ("/number", &told.next_number()),
            ("/subtotal", &"800.00"),
            ("/tax", &"168.00"),
            ("/total", &"968.00"),
            ("/withholding_total", &"120.00"),
            ("/payable", &"848.00"),
            ("/outstanding", &"848.00"),
        ],
    )
}

/// Two rates, and on each the surcharge that a retailer of this regime bears.
pub(super) async fn surcharged(stage: &mut Stage<'_>, told: &mut Told<'_>) -> Result<()> {
    let stationer = json!({
        "name": "Rosa Ibáñez Gil", "tax_id": "87654321X", "street": "Calle Mayor, 8", "postal_code": "46800",
        "city": "Xàtiva", "surcharge": true,
    });
    let client = new_client(stage, &words::STATIONER, stationer).await?;
    let lines = json!([
        { "description": stage.say(&words::NOTEBOOKS), "quantity": 40, "unit_price": 4.5 },
        { "description": stage.say(&words::BOOKS), "quantity": 20, "unit_price": 12, "tax_rate": 4 },
    ]);
    let arguments = json!({ "client_id": client, "lines": lines, "issue": true });
    let invoice = stage.ask(stage.say(&words::SURCHARGED), "create_invoice", arguments).await?;
    show::invoice(stage, &invoice);
    stage.check(
        &invoice,
        &[
            ("/number", &told.next_number()),
            ("/tax_breakdown/0/rate", &"21"),
            ("/tax_breakdown/0/base", &"180.00"),
            ("/tax_breakdown/0/amount", &"37.80"),
            ("/tax_breakdown/0/surcharge_rate", &"5.2"),
            ("/tax_breakdown/0/surcharge", &"9.36"),
            ("/tax_breakdown/1/rate", &"4"),
            ("/tax_breakdown/1/base", &"240.00"),
            ("/tax_breakdown/1/amount", &"9.60"),
            ("/tax_breakdown/1/surcharge_rate", &"0.5"),
            ("/tax_breakdown/1/surcharge", &"1.20"),
            ("/tax", &"47.40"),
            ("/surcharge_total", &"10.56"),
            ("/total", &"477.96"),
        ],
    )
}

async fn new_client(stage: &mut Stage<'_>, said: &Said, arguments: Value) -> Result<i64> {
    let name = arguments["name"].clone();
    let client: Answer = stage.ask(stage.say(said), "create_client", arguments).await?;
    show::client(stage, &client);
    stage.check(&client, &[("/name", &name.as_str().unwrap_or_default())])?;
    client.id("/id")
}
