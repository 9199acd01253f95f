//! An invoice from before facturo, one too many, and a draft for later.

use serde_json::{Value, json};

use super::Told;
use crate::{
    cli::demo::{
        show,
        stage::{Answer, Stage},
        words::{self, fill},
    },
    error::Result,
};

/// Written by hand some time ago, and overdue by now.
pub(super) async fn by_hand(stage: &mut Stage<'_>, told: &Told<'_>) -> Result<()> {
    let arguments = json!({
        "client_id": told.clients.named("Taylor Peláez")?,
        "external_number": "M-17",
        "description": stage.say(&words::POSTERS),
        "net_amount": 480,
        "issue_date": told.day(-45),
        "due_date": told.day(-15),
    });
    let invoice = stage.ask(stage.say(&words::BY_HAND), "create_invoice", arguments).await?;
    show::invoice(stage, &invoice);
    stage.check(
        &invoice,
        &[
            ("/number", &"M-17"),
            ("/external", &true),
            ("/status", &"pending"),
            ("/subtotal", &"480.00"),
            ("/tax", &"100.80"),
            ("/total", &"580.80"),
            ("/is_overdue", &true),
            ("/days_overdue", &15),
        ],
    )
}

async fn bookmarks(
    stage: &mut Stage<'_>,
    told: &mut Told<'_>,
    said: &str,
    due: Option<String>,
) -> Result<Answer> {
    let mut arguments = json!({
        "client_id": told.bookshop,
        "description": stage.say(&words::BOOKMARKS),
        "net_amount": "150",
        "issue": true,
    });
    if let (Value::Object(arguments), Some(due)) = (&mut arguments, &due) {
        arguments.insert("due_date".into(), json!(due));
    }
    let invoice = stage.ask(said, "create_invoice", arguments).await?;
    show::invoice_head(stage, &invoice);
    stage.check(
        &invoice,
        &[
            ("/number", &told.next_number()),
            ("/status", &"pending"),
            ("/due_date", &due.unwrap_or_else(|| told.day(30))),
            ("/tax", &"31.50"),
            ("/total", &"181.50"),
        ],
    )?;
    Ok(invoice)
}

/// Issued twice by mistake: the second is cancelled, and keeps its number.
pub(super) async fn twice(stage: &mut Stage<'_>, told: &mut Told<'_>) -> Result<()> {
    let due = told.day(5);
    let wanted = bookmarks(stage, told, stage.say(&words::ISSUE_AT_ONCE), Some(due)).await?;
    let unwanted = bookmarks(stage, told, stage.say(&words::ISSUE_TWICE), None).await?;
    let [wanted, number] = [wanted, unwanted].map(|invoice| invoice.text("/number"));
    let reason = fill(stage.say(&words::CANCEL_REASON), &[&wanted]);
    let said = fill(stage.say(&words::CANCEL), &[&number]);
    let arguments = json!({ "invoice_id": number, "reason": reason });
    let cancelled = stage.ask(&said, "cancel_invoice", arguments).await?;
    show::cancellation(stage, &cancelled);
    told.cancelled = (number.clone(), cancelled.text("/record_hash"));
    stage.check(
        &cancelled,
        &[
            ("/number", &number),
            ("/status", &"cancelled"),
            ("/cancel_reason", &reason),
            ("/outstanding", &"0.00"),
        ],
    )?;
    let arguments = json!({
        "client_id": told.clients.named("Erika Martin")?,
        "description": stage.say(&words::CARDS),
        "net_amount": 300,
    });
    let draft = stage.ask(stage.say(&words::LEAVE_DRAFT), "create_invoice", arguments).await?;
    show::invoice_head(stage, &draft);
    stage.check(&draft, &[("/status", &"draft"), ("/number", &"—"), ("/total", &"363.00")])
}
