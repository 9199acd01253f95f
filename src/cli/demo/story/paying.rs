//! Money that comes in, in parts; too much of it; and some that the bank takes back.

use serde_json::json;

use super::Told;
use crate::{
    cli::demo::{
        show,
        stage::Stage,
        words::{self, fill},
    },
    error::Result,
};

pub(super) async fn in_parts(stage: &mut Stage<'_>, told: &Told<'_>) -> Result<()> {
    let arguments = json!({ "invoice_id": told.number, "amount": 1000 });
    let part = stage.ask(stage.say(&words::PART), "record_payment", arguments).await?;
    show::payment(stage, &part);
    stage.check(
        &part,
        &[
            ("/payment/amount", &"1000.00"),
            ("/payment/paid_on", &told.day(0)),
            ("/payment/method", &"transfer"),
            ("/invoice/number", &told.number),
            ("/invoice/status", &"pending"),
            ("/invoice/is_partially_paid", &true),
            ("/invoice/paid", &"1000.00"),
            ("/invoice/outstanding", &"1461.20"),
        ],
    )?;
    let arguments = json!({ "invoice_id": told.number, "amount": 2000 });
    let gloss = fill(stage.say(&words::TOO_MUCH_GLOSS), &[&told.number, &stage.money("1461.20")]);
    let reasons = ["amount: 2000.00", "1461.20 EUR", &told.number];
    stage.ask_in_vain(stage.say(&words::TOO_MUCH), "record_payment", arguments, &reasons, &gloss).await
}

/// The rest comes in, and goes back.
pub(super) async fn bounced(stage: &mut Stage<'_>, told: &Told<'_>) -> Result<()> {
    let arguments = json!({ "invoice_id": told.number, "method": "direct_debit" });
    let rest = stage.ask(stage.say(&words::THE_REST), "record_payment", arguments).await?;
    show::payment(stage, &rest);
    stage.check(
        &rest,
        &[
            ("/payment/amount", &"1461.20"),
            ("/payment/method", &"direct_debit"),
            ("/invoice/status", &"paid"),
            ("/invoice/paid", &"2461.20"),
            ("/invoice/outstanding", &"0.00"),
        ],
    )?;
    let id = rest.id("/payment/id")?;
    let arguments = json!({ "payment_id": id, "reason": stage.say(&words::BOUNCED_REASON) });
    let reversed = stage.ask(stage.say(&words::BOUNCED), "reverse_payment", arguments).await?;
    show::payment(stage, &reversed);
    stage.check(
        &reversed,
        &[
            ("/payment/amount", &"-1461.20"),
            ("/payment/reverses", &id),
            ("/invoice/status", &"pending"),
            ("/invoice/paid", &"1000.00"),
            ("/invoice/outstanding", &"1461.20"),
            ("/invoice/payments/2/amount", &"-1461.20"),
        ],
    )
}
