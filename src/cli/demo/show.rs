//! How answers are put before the reader: short, in columns, with money that one can read.

use super::{
    figures,
    paper::{INDENT, Style, width},
    stage::{Answer, Stage},
    words::{self, Said, fill, name},
};
use crate::domain::codes::TimeZone;

/// Groups of a summary, under what they are grouped by.
fn groups(stage: &mut Stage<'_>, summary: &Answer, grouped_by: &Said, label: impl Fn(&Answer) -> String) {
    let head = [grouped_by, &words::INVOICES, &words::TOTAL, &words::PAID, &words::OUTSTANDING];
    let mut rows = vec![head.map(|said| stage.say(said).to_owned()).to_vec()];
    for group in summary.each("/items") {
        let money = |pointer| stage.money(&group.text(pointer));
        rows.push(vec![
            label(&group),
            group.text("/count"),
            money("/total"),
            money("/paid"),
            money("/outstanding"),
        ]);
    }
    stage.paper.table("lrrrr", &rows);
    for group in summary.each("/items") {
        settled(stage, &label(&group), &group);
    }
}

/// Where not all of a total is paid or outstanding: what became of the rest.
fn settled(stage: &mut Stage<'_>, label: &str, group: &Answer) {
    let moved = |pointer: &str| Some(group.text(pointer)).filter(|amount| amount != "0.00");
    let (withheld, netted) = (moved("/withholding_total"), moved("/netted"));
    if withheld.is_none() && netted.is_none() {
        return;
    }
    let parts = [
        (withheld, &words::WITHHELD_PART),
        (netted, &words::NETTED_PART),
        (moved("/paid"), &words::PAID_PART),
    ];
    let mut told = fill(stage.say(&words::TOTAL_PART), &[&label, &stage.money(&group.text("/total"))]);
    for (amount, said) in parts {
        let Some(amount) = amount else { continue };
        let (sign, amount) = amount.strip_prefix('-').map_or(("−", &*amount), |amount| ("+", amount));
        told += &format!(" {sign} {}", fill(stage.say(said), &[&stage.money(amount)]));
    }
    told += &fill(stage.say(&words::OUTSTANDING_PART), &[&stage.money(&group.text("/outstanding"))]);
    stage.paper.answer(Style::Plain, &told);
}

pub(super) fn by_status(stage: &mut Stage<'_>, summary: &Answer) {
    let lang = stage.lang;
    groups(stage, summary, &words::STATUS, |group| name(lang, &words::STATUSES, &group.text("/key")));
}

pub(super) fn by_month(stage: &mut Stage<'_>, summary: &Answer) {
    let lang = stage.lang;
    groups(stage, summary, &words::MONTH, |group| figures::month(lang, &group.text("/key")));
}

pub(super) fn by_client(stage: &mut Stage<'_>, summary: &Answer) {
    groups(stage, summary, &words::CLIENT, |group| group.text("/label"));
}

pub(super) fn business(stage: &mut Stage<'_>, business: &Answer) {
    let known = ["/legal_name", "/tax_id", "/city"].map(|pointer| business.text(pointer));
    let iban = figures::in_fours(&business.text("/iban"));
    stage.paper.answer(Style::Plain, &format!("{} · {iban}", known.join(" · ")));
    let rate = figures::percent(stage.lang, &business.text("/default_tax_rate"));
    let values = (business.text("/payment_terms_days"), business.text("/currency"));
    let terms = fill(stage.say(&words::TERMS), &[&rate, &values.0, &values.1]);
    stage.paper.answer(Style::Plain, &terms);
}

/// `1 · Tammy Cruz · Málaga · tammy.cruz@example.com`
pub(super) fn client(stage: &mut Stage<'_>, client: &Answer) {
    let known = ["/id", "/name", "/tax_id", "/city", "/email"].map(|pointer| client.text(pointer));
    let known: Vec<String> = known.into_iter().filter(|value| value != "—").collect();
    stage.paper.answer(Style::Plain, &known.join(" · "));
}

/// `Librería Marea Alta, S.L. · Calle Ancha, 12 · 11001 Cádiz`
pub(super) fn address(stage: &mut Stage<'_>, party: &Answer, name: &str) {
    let place = ["/postal_code", "/city"].map(|pointer| party.text(pointer)).join(" ");
    let known = [party.text(name), party.text("/street"), place];
    stage.paper.answer(Style::Plain, &known.join(" · "));
}

pub(super) fn client_totals(stage: &mut Stage<'_>, client: &Answer) {
    stage.paper.answer(Style::Plain, &client.text("/name"));
    let columns = [
        (&words::INVOICED, "/totals/0/invoiced"),
        (&words::PAID, "/totals/0/paid"),
        (&words::OUTSTANDING, "/totals/0/outstanding"),
        (&words::OVERDUE, "/totals/0/overdue"),
    ];
    let head = columns.iter().map(|(said, _)| stage.say(said).to_owned()).collect();
    let row = columns.iter().map(|(_, pointer)| stage.money(&client.text(pointer))).collect();
    stage.paper.table("rrrr", &[head, row]);
}

/// What an invoice is called: its number, or that it is a draft.
fn title(stage: &Stage<'_>, invoice: &Answer) -> String {
    match invoice.text("/number").as_str() {
        "—" => fill(stage.say(&words::DRAFT_NAME), &[&invoice.text("/id")]),
        number => number.to_owned(),
    }
}

/// `F-2026-0001 · Librería Marea Alta, S.L. · 2.461,20 €`, and under it its state and days.
pub(super) fn invoice_head(stage: &mut Stage<'_>, invoice: &Answer) {
    let lang = stage.lang;
    let total = stage.money(&invoice.text("/total"));
    let head = [title(stage, invoice), invoice.text("/client_name"), total];
    stage.paper.answer(Style::Plain, &head.join(" · "));
    let mut state = vec![];
    if invoice.text("/number") != "—" {
        state.push(name(lang, &words::STATUSES, &invoice.text("/status")));
        let day = figures::date(lang, &invoice.text("/issue_date"));
        state.push(fill(stage.say(&words::ISSUED_ON), &[&day]));
    }
    let day = figures::date(lang, &invoice.text("/due_date"));
    state.push(fill(stage.say(&words::DUE_ON), &[&day]));
    if invoice.text("/is_overdue") == "true" {
        state.push(fill(stage.say(&words::DUE_SINCE), &[&invoice.text("/days_overdue")]));
    }
    stage.paper.answer(Style::Plain, &state.join(" · "));
}

/// All of an invoice: its lines, and what they come to.
pub(super) fn invoice(stage: &mut Stage<'_>, invoice: &Answer) {
    invoice_head(stage, invoice);
    body(stage, invoice);
}

/// A corrective invoice, what it corrects and why, and how the original stands after it.
pub(super) fn correction(stage: &mut Stage<'_>, answer: &Answer) {
    let corrective = answer.part("/invoice");
    let head = [title(stage, &corrective), stage.money(&corrective.text("/total"))];
    let (number, reason) = (corrective.text("/corrects/number"), corrective.text("/corrects/reason"));
    let told = fill(stage.say(&words::CORRECTS), &[&number, &reason]);
    stage.paper.answer(Style::Plain, &head.join(" · "));
    stage.paper.answer(Style::Plain, &told);
    body(stage, &corrective);
    standing(stage, &answer.part("/original"));
}

fn body(stage: &mut Stage<'_>, invoice: &Answer) {
    let lang = stage.lang;
    let line = |line: Answer| {
        let discount = match line.text("/discount_percent").as_str() {
            "0" => String::new(),
            percent => format!("−{}", figures::percent(lang, percent)),
        };
        vec![
            format!("{} ×", figures::quantity(lang, &line.text("/quantity"))),
            line.text("/description"),
            stage.money(&with_cents(&line.text("/unit_price"))),
            discount,
            fill(stage.say(&words::VAT), &[&figures::percent(lang, &line.text("/tax_rate"))]),
            stage.money(&line.text("/net")),
        ]
    };
    let lines: Vec<Vec<String>> = invoice.each("/lines").into_iter().map(line).collect();
    let right_edge = stage.paper.table("rlrrrr", &lines);
    for (label, amount) in sums(stage, invoice) {
        let amount = format!("{amount:>12}");
        let blank = (INDENT + right_edge).saturating_sub(width(&label) + width(&amount));
        stage.paper.line(Style::Plain, &(" ".repeat(blank) + &label + &amount));
    }
}

/// What stands under the lines: the net amount, the tax of each rate and its surcharge, the total, and what is withheld.
fn sums(stage: &Stage<'_>, invoice: &Answer) -> Vec<(String, String)> {
    let mut sums = vec![(stage.say(&words::TAX_BASE).to_owned(), stage.money(&invoice.text("/subtotal")))];
    for group in invoice.each("/tax_breakdown") {
        let rate = figures::percent(stage.lang, &group.text("/rate"));
        sums.push((fill(stage.say(&words::VAT), &[&rate]), stage.money(&group.text("/amount"))));
        let surcharge = group.text("/surcharge_rate");
        if surcharge != "—" {
            let rate = figures::percent(stage.lang, &surcharge);
            sums.push((fill(stage.say(&words::SURCHARGE), &[&rate]), stage.money(&group.text("/surcharge"))));
        }
    }
    sums.push((stage.say(&words::TOTAL).to_owned(), stage.money(&invoice.text("/total"))));
    let withheld = invoice.text("/withholding_total");
    if withheld != "0.00" {
        let rate = figures::percent(stage.lang, &invoice.text("/lines/0/withholding_rate"));
        let withheld = stage.money(&format!("-{withheld}"));
        sums.push((fill(stage.say(&words::WITHHOLDING), &[&rate]), withheld));
        sums.push((stage.say(&words::TO_PAY).to_owned(), stage.money(&invoice.text("/payable"))));
    }
    sums
}

/// A unit price as money: prices may have more decimals than cents, but not fewer.
fn with_cents(price: &str) -> String {
    match price.split_once('.') {
        None => format!("{price}.00"),
        Some((_, cents)) if cents.len() == 1 => format!("{price}0"),
        Some(_) => price.to_owned(),
    }
}

/// A payment or a reversal, and how the invoice stands after it.
pub(super) fn payment(stage: &mut Stage<'_>, answer: &Answer) {
    let (payment, lang) = (answer.part("/payment"), stage.lang);
    let (id, amount) = (payment.text("/id"), stage.money(&payment.text("/amount")));
    let told = match payment.text("/reverses").as_str() {
        "—" => {
            let method = name(lang, &words::METHODS, &payment.text("/method"));
            let day = figures::date(lang, &payment.text("/paid_on"));
            fill(stage.say(&words::PAYMENT), &[&id, &amount, &day, &method])
        }
        reversed => fill(stage.say(&words::REVERSAL), &[&id, &amount, &reversed]),
    };
    stage.paper.answer(Style::Plain, &told);
    standing(stage, &answer.part("/invoice"));
}

/// `F-2026-0001: pendiente; cobrado 1.000,00 €, pendiente 1.461,20 €.`
pub(super) fn standing(stage: &mut Stage<'_>, invoice: &Answer) {
    let status = name(stage.lang, &words::STATUSES, &invoice.text("/status"));
    let [paid, outstanding] = ["/paid", "/outstanding"].map(|pointer| stage.money(&invoice.text(pointer)));
    let title = title(stage, invoice);
    let told = fill(stage.say(&words::STANDING), &[&title, &status, &paid, &outstanding]);
    stage.paper.answer(Style::Plain, &told);
}

pub(super) fn cancellation(stage: &mut Stage<'_>, invoice: &Answer) {
    standing(stage, invoice);
    let reason = fill(stage.say(&words::REASON), &[&invoice.text("/cancel_reason")]);
    let told = format!("{reason} {}", stage.say(&words::NUMBER_STAYS));
    stage.paper.answer(Style::Plain, &told);
}

/// How much was verified, and where the chain ends.
pub(super) fn verification(stage: &mut Stage<'_>, verified: &Answer, (number, hash): &(String, String)) {
    let counts = ["/records", "/documents", "/events"].map(|pointer| verified.text(pointer));
    let [records, documents, events] = counts.map(|count| figures::whole(stage.lang, &count));
    let told = fill(stage.say(&words::VERIFIED), &[&records, &documents, &events]);
    stage.paper.answer(Style::Plain, &told);
    let told = fill(stage.say(&words::LAST_RECORD), &[number]);
    stage.paper.answer(Style::Plain, &told);
    stage.paper.answer(Style::Plain, hash);
}

pub(super) fn alerts(stage: &mut Stage<'_>, alerts: &Answer) {
    let lang = stage.lang;
    let totals = alerts.each("/totals");
    let of = |kind: &str| totals.iter().find(|total| total.text("/kind") == kind);
    let row = |(kind, _): &(&str, Said)| {
        let total = of(kind)?;
        let amount = stage.money(&total.text("/amount"));
        Some(vec![name(lang, &words::ALERT_KINDS, kind), total.text("/count"), amount])
    };
    let rows: Vec<Vec<String>> = words::ALERT_KINDS.iter().filter_map(row).collect();
    stage.paper.table("lrr", &rows);
    for (list, said) in [("/overdue/0", &words::OLDEST), ("/due_soon/0", &words::SOON)] {
        let alert = alerts.part(list);
        let [number, client, amount, days] =
            ["/invoice_number", "/client_name", "/amount", "/days"].map(|pointer| alert.text(pointer));
        let told =
            fill(stage.say(said), &[&number, &client, &stage.money(&amount), &figures::whole(lang, &days)]);
        stage.paper.answer(Style::Plain, &told);
    }
}

/// Newest first, by the business's own clock: what was done, and what it did to the money.
pub(super) fn history(stage: &mut Stage<'_>, history: &Answer, zone: &TimeZone) {
    let lang = stage.lang;
    let told = fill(stage.say(&words::TIMES_OF), &[&zone.name()]);
    stage.paper.answer(Style::Plain, &told);
    let row = |event: Answer| {
        let moved = |field: &str, said: &Said| {
            let [before, after] =
                ["before", "after"].map(|end| event.text(&format!("/changes/{field}/{end}")));
            let told = match (before.as_str(), after.as_str()) {
                (_, "—") => return None,
                ("—", after) => stage.money(after),
                (before, after) => format!("{} → {}", stage.money(before), stage.money(after)),
            };
            Some(format!("{} {told}", stage.say(said)))
        };
        let number =
            ["/changes/number/after", "/changes/corrected_by/after"].map(|pointer| event.text(pointer));
        let number = number.into_iter().find(|number| number != "—").unwrap_or_default();
        let money = moved("total", &words::TOTAL).or_else(|| moved("paid", &words::PAID));
        vec![
            figures::time(&event.text("/at"), zone),
            event.text("/actor"),
            name(lang, &words::ACTIONS, &event.text("/action")),
            money.unwrap_or(number),
        ]
    };
    let rows: Vec<Vec<String>> = history.each("/items").into_iter().map(row).collect();
    stage.paper.table("llll", &rows);
}
