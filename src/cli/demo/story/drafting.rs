//! The business, its clients, and an invoice on its way from a draft to its number.

use serde_json::{Value, json};

use super::Told;
use crate::{
    cli::demo::{
        legacy::Clients,
        paper::Style,
        show,
        stage::Stage,
        words::{self, fill},
    },
    domain::{codes::TimeZone, date},
    error::Result,
};

pub(super) async fn describe(stage: &mut Stage<'_>) -> Result<TimeZone> {
    let arguments = json!({
        "legal_name": "Marta Soler Vidal",
        "tax_id": "12345678Z",
        "city": "Valencia",
        "country": "ES",
        "iban": "ES91 2100 0418 4502 0005 1332",
        "payment_terms_days": 30,
        "default_tax_rate": 21,
        "language": stage.lang.code(),
    });
    let business = stage.ask(stage.say(&words::DESCRIBE), "update_business", arguments).await?;
    show::business(stage, &business);
    stage.check(
        &business,
        &[
            ("/legal_name", &"Marta Soler Vidal"),
            ("/tax_id", &"12345678Z"),
            ("/iban", &"ES9121000418450200051332"),
            ("/currency", &"EUR"),
            ("/payment_terms_days", &30),
            ("/default_tax_rate", &21),
            ("/language", &stage.lang.code()),
        ],
    )?;
    TimeZone::parse("time_zone", &business.text("/time_zone"))
}

/// Somebody from the old books, in spite of two typos.
pub(super) async fn find(stage: &mut Stage<'_>, clients: &Clients) -> Result<()> {
    let id = clients.named("Tammy Cruz")?;
    let mut found =
        stage.ask(stage.say(&words::FIND), "find_clients", json!({ "query": "Tamy Crus" })).await?;
    if found.each("/items").is_empty() {
        stage.paper.answer(Style::Bad, stage.say(&words::NOT_FOUND_BY_WORDS));
        let said = stage.say(&words::FIND_EXACTLY);
        found = stage.ask(said, "find_clients", json!({ "query": "Tammy Cruz" })).await?;
    }
    for client in found.each("/items") {
        show::client(stage, &client);
    }
    stage.check(&found, &[("/items/0/id", &id), ("/items/0/name", &"Tammy Cruz")])?;
    let client =
        stage.ask(stage.say(&words::WHAT_DOES_SHE_OWE), "get_client", json!({ "client_id": id })).await?;
    show::client_totals(stage, &client);
    stage.check(
        &client,
        &[
            ("/name", &"Tammy Cruz"),
            ("/totals/0/invoiced", &"896.25"),
            ("/totals/0/paid", &"600.75"),
            ("/totals/0/outstanding", &"295.50"),
            ("/totals/0/overdue", &"295.50"),
        ],
    )
}

/// Answers the id of the new client.
pub(super) async fn new_client(stage: &mut Stage<'_>) -> Result<i64> {
    let arguments = json!({
        "name": "Librería Marea Alta, S.L.",
        "tax_id": "B12345674",
        "city": "Cádiz",
        "email": "hola@mareaalta.example",
    });
    let client = stage.ask(stage.say(&words::NEW_CLIENT), "create_client", arguments).await?;
    show::client(stage, &client);
    stage.check(
        &client,
        &[("/name", &"Librería Marea Alta, S.L."), ("/tax_id", &"B12345674"), ("/version", &1)],
    )?;
    client.id("/id")
}

fn lines(stage: &Stage<'_>, books: i64) -> Value {
    json!([
        { "description": stage.say(&words::SIGNS), "unit_price": 1200, "discount_percent": 10 },
        { "description": stage.say(&words::BOOKS), "quantity": books, "unit_price": 18.5, "tax_rate": 4 },
    ])
}

/// Two lines, a discount, two rates of tax. Its day is today, and from here on the story knows which day that is.
pub(super) async fn draft<'a>(
    stage: &mut Stage<'_>,
    clients: &'a Clients,
    bookshop: i64,
    zone: TimeZone,
) -> Result<Told<'a>> {
    let arguments = json!({ "client_id": bookshop, "lines": lines(stage, 50) });
    let draft = stage.ask(stage.say(&words::DRAFT), "create_invoice", arguments).await?;
    show::invoice(stage, &draft);
    let today = date::parse("issue_date", &draft.text("/issue_date"))?;
    stage.check(
        &draft,
        &[
            ("/status", &"draft"),
            ("/number", &"—"),
            ("/client_id", &bookshop),
            ("/due_date", &date::plus_days(today, 30)),
            ("/lines/0/net", &"1080.00"),
            ("/lines/1/net", &"925.00"),
            ("/subtotal", &"2005.00"),
            ("/tax", &"263.80"),
            ("/total", &"2268.80"),
        ],
    )?;
    let first = draft.id("/id")?;
    Ok(Told {
        clients,
        today,
        zone,
        bookshop,
        first,
        number: String::new(),
        given: 0,
        cancelled: Default::default(),
    })
}

/// One correction that will do, and one that will not.
pub(super) async fn correct(stage: &mut Stage<'_>, told: &Told<'_>) -> Result<()> {
    let arguments = json!({ "invoice_id": told.first, "lines": lines(stage, 60) });
    let draft = stage.ask(stage.say(&words::CORRECT), "update_invoice", arguments).await?;
    show::invoice(stage, &draft);
    stage.check(
        &draft,
        &[
            ("/status", &"draft"),
            ("/lines/1/net", &"1110.00"),
            ("/subtotal", &"2190.00"),
            ("/tax_breakdown/0/base", &"1080.00"),
            ("/tax_breakdown/0/amount", &"226.80"),
            ("/tax_breakdown/1/base", &"1110.00"),
            ("/tax_breakdown/1/amount", &"44.40"),
            ("/tax", &"271.20"),
            ("/total", &"2461.20"),
        ],
    )?;
    let arguments = json!({ "invoice_id": told.first, "due_date": told.day(-1) });
    let reasons = ["due_date: ", &told.day(-1), &told.day(0), "or later"];
    let (said, gloss) = (stage.say(&words::DUE_YESTERDAY), stage.say(&words::DUE_YESTERDAY_GLOSS));
    stage.ask_in_vain(said, "update_invoice", arguments, &reasons, gloss).await
}

/// What the law wants on an invoice is not all there yet; then it is.
pub(super) async fn too_early(stage: &mut Stage<'_>, told: &Told<'_>) -> Result<()> {
    let arguments = json!({ "invoice_id": told.first });
    let reasons = [
        "cannot be issued yet",
        "street, postal_code of the business (update_business)",
        "street, postal_code of the client (update_client)",
        "no number was taken",
    ];
    let (said, gloss) = (stage.say(&words::ISSUE_TOO_EARLY), stage.say(&words::ISSUE_TOO_EARLY_GLOSS));
    stage.ask_in_vain(said, "issue_invoice", arguments, &reasons, gloss).await?;
    let arguments = json!({ "street": "Calle Cuba, 25", "postal_code": "46006" });
    let business = stage.ask(stage.say(&words::OUR_ADDRESS), "update_business", arguments).await?;
    show::address(stage, &business, "/legal_name");
    stage.check(&business, &[("/street", &"Calle Cuba, 25"), ("/postal_code", &"46006")])?;
    let arguments =
        json!({ "client_id": told.bookshop, "street": "Calle Ancha, 12", "postal_code": "11001" });
    let client = stage.ask(stage.say(&words::THEIR_ADDRESS), "update_client", arguments).await?;
    show::address(stage, &client, "/name");
    stage.check(&client, &[("/street", &"Calle Ancha, 12"), ("/postal_code", &"11001"), ("/version", &2)])
}

/// The draft gets its number; and, when the assistant repeats itself, no other.
pub(super) async fn issue(stage: &mut Stage<'_>, told: &mut Told<'_>) -> Result<()> {
    told.number = told.next_number();
    let arguments = json!({ "invoice_id": told.first, "idempotency_key": "issue-bookshop-1" });
    let issued = stage.ask(stage.say(&words::ISSUE), "issue_invoice", arguments.clone()).await?;
    show::invoice_head(stage, &issued);
    stage.check(
        &issued,
        &[
            ("/number", &told.number),
            ("/status", &"pending"),
            ("/issue_date", &told.day(0)),
            ("/due_date", &told.day(30)),
            ("/total", &"2461.20"),
            ("/outstanding", &"2461.20"),
        ],
    )?;
    let again = stage.ask(stage.say(&words::ISSUE_AGAIN), "issue_invoice", arguments).await?;
    let same = fill(stage.say(&words::SAME_ANSWER), &[&again.text("/number"), &again.text("/version")]);
    stage.paper.answer(Style::Plain, &same);
    stage.check(&again, &[("", &issued.value)])
}
