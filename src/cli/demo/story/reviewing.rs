//! Looking at it all: what is urgent, what happened, and what it comes to.

use serde_json::json;

use super::Told;
use crate::{
    cli::demo::{
        show,
        stage::Stage,
        words::{self, fill},
    },
    domain::date,
    error::Result,
};

/// What the old books and the conversation have left unpaid: 17360.56 and 580.80.
pub(super) async fn urgent(stage: &mut Stage<'_>, told: &Told<'_>) -> Result<()> {
    let arguments = json!({ "days_ahead": 7, "limit": 1 });
    let alerts = stage.ask(stage.say(&words::WHAT_IS_URGENT), "list_alerts", arguments).await?;
    show::alerts(stage, &alerts);
    let oldest = date::parse("due_date", OLDEST_DUE)?;
    stage.check(
        &alerts,
        &[
            ("/totals/0/kind", &"due_soon"),
            ("/totals/0/count", &1),
            ("/totals/0/amount", &"181.50"),
            ("/totals/1/kind", &"overdue"),
            ("/totals/1/count", &108),
            ("/totals/1/amount", &"17941.36"),
            ("/totals/2/kind", &"unissued_draft"),
            ("/totals/2/count", &1),
            ("/totals/2/amount", &"363.00"),
            ("/overdue/0/due_date", &OLDEST_DUE),
            ("/overdue/0/days", &(told.today - oldest).whole_days()),
            ("/due_soon/0/amount", &"181.50"),
            ("/due_soon/0/days", &5),
            ("/due_soon/0/client_email", &"hola@mareaalta.example"),
            ("/unissued_drafts/0/amount", &"363.00"),
        ],
    )
}

/// Of the oldest unpaid invoice of the old books.
const OLDEST_DUE: &str = "2022-02-04";

pub(super) async fn history(stage: &mut Stage<'_>, told: &Told<'_>) -> Result<()> {
    let said = fill(stage.say(&words::HISTORY), &[&told.number]);
    let history = stage.ask(&said, "get_invoice_history", json!({ "invoice_id": told.number })).await?;
    show::history(stage, &history, &told.zone);
    stage.check(
        &history,
        &[
            ("/items/0/action", &"corrected"),
            ("/items/0/changes/netted/after", &"192.40"),
            ("/items/1/action", &"payment_reversed"),
            ("/items/1/changes/paid/before", &"2461.20"),
            ("/items/1/changes/paid/after", &"1000.00"),
            ("/items/2/action", &"payment_recorded"),
            ("/items/2/changes/status/after", &"paid"),
            ("/items/3/action", &"payment_recorded"),
            ("/items/3/changes/paid/after", &"1000.00"),
            ("/items/4/action", &"issued"),
            ("/items/4/changes/number/after", &told.number),
            ("/items/5/action", &"updated"),
            ("/items/5/changes/total/before", &"2268.80"),
            ("/items/5/changes/total/after", &"2461.20"),
            ("/items/6/action", &"created"),
            ("/items/6/changes/total/after", &"2268.80"),
            ("/items/7", &"—"),
        ],
    )
}

pub(super) async fn standing(stage: &mut Stage<'_>, told: &Told<'_>) -> Result<()> {
    let arguments = json!({ "client_id": told.bookshop });
    let client = stage.ask(stage.say(&words::CLIENT_TOTALS), "get_client", arguments).await?;
    show::client_totals(stage, &client);
    stage.check(
        &client,
        &[
            ("/totals/0/invoiced", &"2450.30"),
            ("/totals/0/paid", &"1000.00"),
            ("/totals/0/outstanding", &"1450.30"),
            ("/totals/0/overdue", &"0.00"),
        ],
    )?;
    let arguments = json!({ "status": "partially_paid" });
    let part_paid = stage.ask(stage.say(&words::PART_PAID), "list_invoices", arguments).await?;
    for invoice in part_paid.each("/items") {
        show::standing(stage, &invoice);
    }
    stage.check(
        &part_paid,
        &[
            ("/items/0/number", &told.number),
            ("/items/0/client_name", &"Librería Marea Alta, S.L."),
            ("/items/0/outstanding", &"1268.80"),
            ("/items/1", &"—"),
        ],
    )
}

/// 45 days back is always another month; what was cancelled or is a draft does not count.
pub(super) async fn sums(stage: &mut Stage<'_>, told: &Told<'_>) -> Result<()> {
    let (then, now) = (told.day(-45), told.day(0));
    let arguments = json!({ "group_by": "month", "issued_from": then });
    let months = stage.ask(stage.say(&words::BY_MONTH), "summarize_invoices", arguments).await?;
    show::by_month(stage, &months);
    stage.check(
        &months,
        &[
            ("/items/0/key", &then.get(..7).unwrap_or_default()),
            ("/items/0/count", &1),
            ("/items/0/subtotal", &"480.00"),
            ("/items/0/total", &"580.80"),
            ("/items/0/outstanding", &"580.80"),
            ("/items/1/key", &now.get(..7).unwrap_or_default()),
            ("/items/1/count", &5),
            ("/items/1/subtotal", &"3375.00"),
            ("/items/1/tax", &"521.26"),
            ("/items/1/total", &"3896.26"),
            ("/items/1/withholding_total", &"120.00"),
            ("/items/1/netted", &"0.00"),
            ("/items/1/paid", &"1000.00"),
            ("/items/1/outstanding", &"2776.26"),
            ("/items/2", &"—"),
        ],
    )?;
    let arguments = json!({ "group_by": "client", "limit": 5 });
    let clients = stage.ask(stage.say(&words::BY_CLIENT), "summarize_invoices", arguments).await?;
    show::by_client(stage, &clients);
    stage.check(
        &clients,
        &[
            ("/items/0/label", &"Christopher Vicens"),
            ("/items/0/total", &"3069.45"),
            ("/items/1/label", &"Ezequiel Sarabia"),
            ("/items/1/total", &"2771.75"),
            ("/items/2/label", &"Taylor Peláez"),
            ("/items/2/total", &"2658.05"),
            ("/items/3/label", &"Ciríaco Hernández"),
            ("/items/3/total", &"2546.74"),
            ("/items/4/label", &"Librería Marea Alta, S.L."),
            ("/items/4/total", &"2450.30"),
            ("/items/5", &"—"),
        ],
    )
}

/// Six invoices and one cancellation, each registered after the one before it; what came from the old books is not ours.
pub(super) async fn verified(stage: &mut Stage<'_>, told: &Told<'_>) -> Result<()> {
    let verified = stage.ask(stage.say(&words::VERIFY), "verify_records", json!({})).await?;
    show::verification(stage, &verified, &told.cancelled);
    stage.check(
        &verified,
        &[("/verified", &true), ("/records", &7), ("/documents", &6), ("/findings/0", &"—")],
    )
}

/// What cannot be undone, a resource, and the books as the conversation leaves them.
pub(super) async fn last(stage: &mut Stage<'_>, told: &Told<'_>) -> Result<()> {
    let arguments = json!({ "client_id": told.clients.named("Tammy Cruz")? });
    let reasons = ["5 issued invoices", "archive_client"];
    let (said, gloss) = (stage.say(&words::DELETE), stage.say(&words::DELETE_GLOSS));
    stage.ask_in_vain(said, "delete_client", arguments, &reasons, gloss).await?;
    let said = fill(stage.say(&words::RESOURCE), &[&told.number]);
    let uri = format!("facturo://invoices/{}", told.first);
    let invoice = stage.open_resource(&said, &uri).await?;
    show::invoice(stage, &invoice);
    show::standing(stage, &invoice);
    stage.check(
        &invoice,
        &[
            ("/number", &told.number),
            ("/total", &"2461.20"),
            ("/paid", &"1000.00"),
            ("/netted", &"192.40"),
            ("/outstanding", &"1268.80"),
            ("/seller/street", &"Calle Cuba, 25"),
            ("/buyer/street", &"Calle Ancha, 12"),
        ],
    )?;
    let arguments = json!({ "group_by": "status" });
    let summary = stage.ask(stage.say(&words::IN_THE_END), "summarize_invoices", arguments).await?;
    show::by_status(stage, &summary);
    stage.check(
        &summary,
        &[
            ("/items/0/key", &"cancelled"),
            ("/items/0/count", &54),
            ("/items/0/total", &"7896.30"),
            ("/items/1/key", &"draft"),
            ("/items/1/count", &1),
            ("/items/1/total", &"363.00"),
            ("/items/2/key", &"paid"),
            ("/items/2/count", &108),
            ("/items/2/total", &"21251.08"),
            ("/items/2/withholding_total", &"0.00"),
            ("/items/2/paid", &"21443.48"),
            ("/items/2/netted", &"-192.40"),
            ("/items/2/outstanding", &"0.00"),
            ("/items/3/key", &"pending"),
            ("/items/3/count", &112),
            ("/items/3/total", &"22030.02"),
            ("/items/3/withholding_total", &"120.00"),
            ("/items/3/netted", &"192.40"),
            ("/items/3/paid", &"1000.00"),
            ("/items/3/outstanding", &"20717.62"),
            ("/items/4", &"—"),
        ],
    )
}
