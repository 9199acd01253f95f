//! Currencies and rates: arts. 6.1.g, 12.1 and 15; Orden HAC/1177/2024 (amounts in euros). R8, R21.

use serde_json::{Value, json};

use crate::support::office::{Office, assert_fields, id};

#[test]
fn art_12_1_a_foreign_currency_wants_its_rate_in_euros() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let words = &["exchange_rate", "euros for one unit", "update_invoice"];
    office.sells_not(client, json!({"currency": "USD"}), words);
    let new = json!({"client_id": client, "net_amount": 100, "description": "Work", "currency": "USD"});
    let draft = id(&office.call("create_invoice", new));
    office.refuses("issue_invoice", json!({"invoice_id": draft}), words);
    for bad in [json!(0), json!("-0.9"), json!("0.9 €"), json!("0.1234567")] {
        office.refuses(
            "update_invoice",
            json!({"invoice_id": draft, "exchange_rate": bad}),
            &["exchange_rate"],
        );
    }
    office.call("update_invoice", json!({"invoice_id": draft, "exchange_rate": "0.923456"}));
    let issued = office.call("issue_invoice", json!({"invoice_id": draft}));
    assert_fields(&issued, json!({"currency": "USD", "exchange_rate": "0.923456", "total": "121.00"}));
    // 100 and 21 dollars, each turned by itself; what is withheld stays in the total
    let record = record(&office, &issued);
    assert_fields(&record, json!({"CuotaTotal": "19.39", "ImporteTotal": "111.74"}));
    assert_fields(
        &record["Desglose"]["DetalleDesglose"][0],
        json!({"BaseImponibleOimporteNoSujeto": "92.35", "CuotaRepercutida": "19.39", "TipoImpositivo": "21.00"}),
    );
}

fn record(office: &Office, invoice: &Value) -> Value {
    let sql = format!("SELECT record FROM registration_records WHERE invoice_id = {}", id(invoice));
    serde_json::from_str::<Value>(&office.database.value(&sql)).unwrap()["RegistroAlta"].clone()
}

#[test]
fn r21_what_is_withheld_stays_in_the_total_of_the_record() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let invoice = office.sold(client, "1000", json!({"withholding_rate": 15}));
    assert_fields(&invoice, json!({"total": "1210.00", "payable": "1060.00"}));
    assert_fields(&record(&office, &invoice), json!({"CuotaTotal": "210.00", "ImporteTotal": "1210.00"}));
    let retailer = office.retailer();
    let invoice = office.sold(retailer, "100", json!({}));
    let record = record(&office, &invoice);
    assert_fields(&record, json!({"CuotaTotal": "26.20", "ImporteTotal": "126.20"}));
    assert_fields(
        &record["Desglose"]["DetalleDesglose"][0],
        json!({"TipoRecargoEquivalencia": "5.20", "CuotaRecargoEquivalencia": "5.20"}),
    );
}

/// Euros need no rate, and one that stands beside them is a mistake; a draft may drop it.
#[test]
fn art_12_1_an_invoice_in_euros_has_no_rate() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let words = &["exchange_rate, which an invoice in EUR does not have (update_invoice)"];
    office.sells_not(client, json!({"exchange_rate": "0.5"}), words);
    let new = json!({"client_id": client, "net_amount": 100, "description": "Work", "exchange_rate": "0.5"});
    let draft = id(&office.call("create_invoice", new));
    office.refuses("issue_invoice", json!({"invoice_id": draft}), words);
    office.call("update_invoice", json!({"invoice_id": draft, "exchange_rate": ""}));
    office.call("issue_invoice", json!({"invoice_id": draft}));
}

/// Of an invoice from elsewhere the rate may be unknown, until it is corrected.
#[test]
fn art_12_1_a_correction_in_a_foreign_currency_wants_the_rate_too() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let original = office.sold(client, "100", json!({"currency": "USD", "exchange_rate": "0.8"}));
    // what was charged is taken back as it was turned (art. 79.Once LIVA)
    let half = json!({"net_amount": "50", "description": "Work", "exchange_rate": "2.5"});
    office.corrects_not(&original, half, &["exchange_rate", "2.5 is not the 0.8 of F-", "substitution"]);
    let (correction, _) = office.corrected(&original, json!({"exchange_rate": "0.80"}));
    assert_eq!(correction["exchange_rate"], "0.8");
    let wrong = office.sold(client, "100", json!({"currency": "USD", "exchange_rate": "8"}));
    let right =
        json!({"method": "substitution", "net_amount": 100, "description": "Work", "exchange_rate": "0.8"});
    let (correction, _) = office.corrected(&wrong, right.clone());
    assert_eq!(correction["exchange_rate"], "0.8");
    let elsewhere = json!({"currency": "USD", "external_number": "A-1", "issue": false});
    let elsewhere = office.sold(client, "100", elsewhere);
    office.corrects_not(&elsewhere, json!({}), &["exchange_rate, euros for one unit", "correct_invoice"]);
    let part =
        json!({"lines": [{"description": "Work", "quantity": -1, "unit_price": 50}], "exchange_rate": "0.9"});
    let (correction, _) = office.corrected(&elsewhere, part);
    assert_eq!(correction["exchange_rate"], "0.9");
    office.corrects_not(&elsewhere, json!({"exchange_rate": "0.95"}), &["0.95 is not the 0.9"]);
    let (correction, _) = office.corrected(&elsewhere, json!({}));
    assert_eq!(correction["exchange_rate"], "0.9");
    let elsewhere = json!({"currency": "USD", "external_number": "A-3", "issue": false});
    let elsewhere = office.sold(client, "100", elsewhere);
    office.corrected(&elsewhere, right);
    let euros = json!({"exchange_rate": "0.5", "external_number": "A-2", "issue": false});
    let euros = office.sold(client, "100", euros);
    office.corrected(&euros, json!({}));
}

#[test]
fn the_rates_are_those_of_the_day() {
    let mut office = Office::open();
    let client = office.client("Ana");
    for (rate, words) in [(19, "21, 10, 4, 0"), (18, "21, 10, 4, 0"), (5, "21, 10, 4, 0")] {
        office.sells_not(client, json!({"tax_rate": rate}), &["is no rate of iva", words, "update_invoice"]);
    }
    // what was sold in 2012 was taxed by the law of 2012
    let old = office.sold(client, "100", json!({"tax_rate": 18, "operation_date": "2012-08-31"}));
    assert_fields(&old, json!({"total": "118.00"}));
    let words = &["21% is no rate of iva on 2012-08-31", "18, 8, 4"];
    office.sells_not(client, json!({"operation_date": "2012-08-31"}), words);
    // the day of the operation counts, where it is another (art. 90.Dos LIVA)
    let later = json!({"tax_rate": "7.5", "operation_date": "2024-12-31"});
    let later = office.sold(client, "100", later);
    assert_fields(&later, json!({"total": "107.50", "operation_date": "2024-12-31"}));
    // a draft may be of any rate, and one from elsewhere too
    office.invoice(client, "100", json!({"tax_rate": 19}));
    let elsewhere = office.invoice(client, "100", json!({"tax_rate": 19, "external_number": "A-1"}));
    // which is taken back as it stands; what is put on is not
    let elsewhere = office.get(elsewhere);
    let more = json!({"net_amount": 10, "description": "Work"});
    office.corrects_not(&elsewhere, more, &["lines[0]: 19% is no rate of iva", "correct_invoice"]);
    office.corrected(&elsewhere, json!({}));
}

/// Each line is looked at, and each that is wrong told by its place.
#[test]
fn the_rates_of_all_lines_are_those_of_the_day() {
    let mut office = Office::open();
    let client = office.client("Ana");
    // 2022: there was no rate of 0 yet, and exempt lines have none
    let exempt = json!({"description": "Course", "unit_price": 10, "exemption": "E1"});
    let line = |rate: i64| json!({"description": "Work", "unit_price": 10, "tax_rate": rate});
    let new = json!({"client_id": client, "issue": true, "operation_date": "2022-06-30", "lines": [exempt, line(13), line(21), line(14)]});
    let words = &["lines[1]: 13% is no rate of iva on 2022-06-30: 21, 10, 4", "lines[3]: 14% is no rate"];
    office.refuses("create_invoice", new, words);
}

/// Art. 6.1.i: the day of the operation stands on the invoice where it is another than the issue date.
#[test]
fn art_6_1_i_the_operation_date_comes_with_the_invoice_and_its_record() {
    let mut office = Office::open();
    let client = office.client("Ana");
    let invoice =
        office.sold(client, "100", json!({"operation_date": "2026-01-15", "issue_date": "2026-02-01"}));
    assert_eq!(invoice["operation_date"], "2026-01-15");
    assert_eq!(record(&office, &invoice)["FechaOperacion"], "15-01-2026");
    let same =
        office.sold(client, "100", json!({"operation_date": "2026-02-01", "issue_date": "2026-02-01"}));
    assert!(record(&office, &same).get("FechaOperacion").is_none());
    let new =
        json!({"client_id": client, "net_amount": 1, "description": "x", "operation_date": "15/01/2026"});
    office.refuses("create_invoice", new, &["operation_date", "YYYY-MM-DD"]);
    // what is done, or paid in advance, comes before its invoice
    let ahead = json!({"operation_date": "2026-02-02", "issue_date": "2026-02-01"});
    let words = &["operation_date 2026-02-02, which is after the issue date 2026-02-01 (update_invoice)"];
    office.sells_not(client, ahead, words);
    let draft =
        json!({"client_id": client, "net_amount": 1, "description": "x", "operation_date": "2026-01-15"});
    let draft = id(&office.call("create_invoice", draft));
    let cleared = office.call("update_invoice", json!({"invoice_id": draft, "operation_date": ""}));
    assert!(cleared.get("operation_date").is_none(), "{cleared}");
}
