//! Registration records: RD 1007/2023, arts. 8 to 12; Orden HAC/1177/2024, arts. 7 and 13. R14 to R17.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use facturo::clock;
use facturo::domain::codes::TimeZone;

use crate::support::database::Database;
use crate::support::office::{Office, assert_fields, id};

/// What facturo keeps of the chain, by place: invoice, record, hash.
fn chain(database: &Database) -> Vec<(i64, Value, String)> {
    let sql = "SELECT invoice_id, record, hash FROM registration_records ORDER BY place";
    let row =
        |row: &Vec<String>| (row[0].parse().unwrap(), serde_json::from_str(&row[1]).unwrap(), row[2].clone());
    database.rows(sql).iter().map(row).collect()
}

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02X}")).collect()
}

/// `2026-11-24` as `24-11-2026`.
fn day(date: &Value) -> String {
    let parts: Vec<&str> = date.as_str().unwrap().split('-').rev().collect();
    parts.join("-")
}

/// The prescribed hash of a registration, from what the invoice says of itself (art. 13 of the Orden).
fn registered(invoice: &Value, kind: &str, previous: &str, moment: &str) -> String {
    let dec = |field: &str| invoice[field].as_str().unwrap().parse::<Decimal>().unwrap();
    sha256(&format!(
        "IDEmisorFactura=12345678Z&NumSerieFactura={}&FechaExpedicionFactura={}&TipoFactura={kind}&CuotaTotal={}\
         &ImporteTotal={}&Huella={previous}&FechaHoraHusoGenRegistro={moment}",
        invoice["number"].as_str().unwrap(),
        day(&invoice["issue_date"]),
        dec("tax") + dec("surcharge_total"),
        dec("total"),
    ))
}

fn cancelled(invoice: &Value, previous: &str, moment: &str) -> String {
    sha256(&format!(
        "IDEmisorFacturaAnulada=12345678Z&NumSerieFacturaAnulada={}&FechaExpedicionFacturaAnulada={}\
         &Huella={previous}&FechaHoraHusoGenRegistro={moment}",
        invoice["number"].as_str().unwrap(),
        day(&invoice["issue_date"]),
    ))
}

/// The formula of this test, by the example that AEAT publishes.
#[test]
fn r15_the_published_example_has_its_published_hash() {
    let example = json!({
        "number": "12345678/G33", "issue_date": "2024-01-01", "tax": "12.35", "surcharge_total": "0.00", "total": "123.45",
    });
    let input = "IDEmisorFactura=89890001K&NumSerieFactura=12345678/G33&FechaExpedicionFactura=01-01-2024&TipoFactura=F1\
                 &CuotaTotal=12.35&ImporteTotal=123.45&Huella=&FechaHoraHusoGenRegistro=2024-01-01T19:20:30+01:00";
    assert_eq!(sha256(input), "3C464DAF61ACB827C65FDA19F352A4E3BDC2C640E9E9FC4CC058073F38F12F60");
    let ours = registered(&example, "F1", "", "2024-01-01T19:20:30+01:00");
    assert_eq!(ours, sha256(&input.replace("89890001K", "12345678Z")));
}

#[test]
fn r14_and_r15_each_issue_and_each_cancellation_is_a_link_of_one_chain() {
    let mut office = Office::open();
    let (company, person) = (office.company(json!({})), office.client("Ana"));
    let retailer = office.retailer();
    let first = office.sold(company, "1000", json!({"withholding_rate": 15}));
    let second = office.sold(retailer, "33.33", json!({}));
    let third = office.sold(person, "10", json!({"tax_rate": 4}));
    let ticket = office.sold(person, "20", json!({"kind": "simplified"}));
    let draft = office.sold(person, "20", json!({"issue": false}));
    office.call("cancel_invoice", json!({"invoice_id": third["id"], "reason": "twice"}));
    let (difference, _) = office.corrected(&first, json!({}));
    let right = json!({"method": "substitution", "net_amount": 30, "description": "Work"});
    let (substitution, _) = office.corrected(&second, right);
    let (of_ticket, _) = office.corrected(&ticket, json!({}));
    let issued = office.call("issue_invoice", json!({"invoice_id": draft["id"]}));

    let expected: Vec<(&Value, Option<&str>)> = vec![
        (&first, Some("F1")),
        (&second, Some("F1")),
        (&third, Some("F2")), // a person who is not identified
        (&ticket, Some("F2")),
        (&third, None),
        (&difference, Some("R1")),
        (&substitution, Some("R4")),
        (&of_ticket, Some("R5")),
        (&issued, Some("F2")),
    ];
    let chain = chain(&office.database);
    assert_eq!(chain.len(), expected.len());
    let mut previous: Option<(&Value, String)> = None;
    for ((invoice_id, record, hash), (invoice, kind)) in chain.iter().zip(expected) {
        assert_eq!(*invoice_id, id(invoice));
        let body = &record[if kind.is_some() { "RegistroAlta" } else { "RegistroAnulacion" }];
        let moment = body["FechaHoraHusoGenRegistro"].as_str().unwrap();
        let link = previous.as_ref().map_or("", |(_, hash)| hash.as_str());
        let computed = match kind {
            Some(kind) => registered(invoice, kind, link, moment),
            None => cancelled(invoice, link, moment),
        };
        assert_eq!((hash, &body["Huella"]), (&computed, &json!(computed)), "{record}");
        let before = match &previous {
            None => json!({"PrimerRegistro": "S"}),
            Some((invoice, hash)) => json!({"RegistroAnterior": {
                "IDEmisorFactura": "12345678Z", "NumSerieFactura": invoice["number"],
                "FechaExpedicionFactura": day(&invoice["issue_date"]), "Huella": hash,
            }}),
        };
        assert_eq!(body["Encadenamiento"], before);
        previous = Some((invoice, computed));
    }
    for (invoice, place) in [(&first, 0), (&third, 4), (&difference, 5), (&issued, 8)] {
        assert_eq!(office.look(invoice)["record_hash"], chain[place].2, "{}", invoice["number"]);
    }
    assert_eq!(issued["record_hash"], chain[8].2, "the answer to the issue has it already");
    assert!(draft.get("record_hash").is_none());
    let verified = office.call("verify_records", json!({}));
    assert_fields(&verified, json!({"verified": true, "records": 9, "documents": 8, "findings": []}));
}

/// Art. 10 of RD 1007/2023, list L2 of the Orden: a correction names its original, and what a substitution replaces.
#[test]
fn r11_the_record_of_a_correction_names_its_original() {
    let mut office = Office::open();
    let company = office.company(json!({}));
    let original = office.sold(company, "100", json!({}));
    let other = office.sold(company, "200", json!({"tax_rate": 10}));
    office.corrected(&original, json!({}));
    let right = json!({"method": "substitution", "net_amount": 150, "description": "Work", "tax_rate": 10});
    office.corrected(&other, right);
    let chain = chain(&office.database);
    let named = |invoice: &Value| {
        json!([{
            "IDEmisorFactura": "12345678Z", "NumSerieFactura": invoice["number"],
            "FechaExpedicionFactura": day(&invoice["issue_date"]),
        }])
    };
    let difference = &chain[2].1["RegistroAlta"];
    assert_eq!(difference["TipoRectificativa"], "I");
    assert_eq!(difference["FacturasRectificadas"]["IDFacturaRectificada"], named(&original));
    assert!(difference.get("ImporteRectificacion").is_none());
    assert_fields(difference, json!({"CuotaTotal": "-21.00", "ImporteTotal": "-121.00"}));
    let substitution = &chain[3].1["RegistroAlta"];
    assert_eq!(substitution["TipoRectificativa"], "S");
    assert_eq!(substitution["FacturasRectificadas"]["IDFacturaRectificada"], named(&other));
    let replaced = json!({"BaseRectificada": "200.00", "CuotaRectificada": "20.00"});
    assert_eq!(substitution["ImporteRectificacion"], replaced);
    assert_fields(substitution, json!({"CuotaTotal": "15.00", "ImporteTotal": "165.00"}));
}

/// Art. 7 of the Orden: whole seconds and the offset of the business's own time zone.
#[test]
fn r17_the_moment_of_a_record_has_the_offset_of_the_business() {
    let mut office = Office::open();
    let client = office.client("Ana");
    // from west to east, so that no day of an issue is before the last one, whatever the hour
    for zone in ["Atlantic/Canary", "Europe/Madrid", "Asia/Kolkata", "Pacific/Kiritimati"] {
        office.call("update_business", json!({"time_zone": zone}));
        let before = clock::now();
        office.sold(client, "1", json!({}));
        let here = clock::now_in(&TimeZone::parse("time_zone", zone).unwrap());
        let chain = chain(&office.database);
        let moment =
            chain.last().unwrap().1["RegistroAlta"]["FechaHoraHusoGenRegistro"].as_str().unwrap().to_owned();
        let format = &time::format_description::well_known::Iso8601::DEFAULT;
        let read = time::OffsetDateTime::parse(&moment, format).unwrap();
        assert_eq!((moment.len(), read.offset()), (25, here.offset()), "{moment} in {zone}");
        assert!(
            read.nanosecond() == 0 && read <= here && read >= before - time::Duration::seconds(1),
            "{moment}"
        );
    }
}

#[test]
fn r14_what_was_issued_elsewhere_is_in_no_chain_of_ours() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let external = office.invoice(client, "100", json!({"external_number": "A-1"}));
    office.call("cancel_invoice", json!({"invoice_id": external, "reason": "twice"}));
    assert!(office.get(external).get("record_hash").is_none());
    assert_eq!(chain(&office.database).len(), 0);
    let verified = office.call("verify_records", json!({}));
    assert_fields(&verified, json!({"verified": true, "records": 0, "documents": 0}));
}

#[test]
fn r14_a_business_outside_spain_registers_nothing() {
    let mut office = Office::open();
    office.call("update_business", json!({"country": "FR", "tax_id": "FR83404833048"}));
    let client = office.company(json!({}));
    let issued = office.sold(client, "100", json!({"tax_rate": 20}));
    let cancelled = office.sold(client, "100", json!({"tax_rate": 20}));
    office.call("cancel_invoice", json!({"invoice_id": cancelled["id"], "reason": "twice"}));
    office.corrected(&issued, json!({}));
    assert!(office.look(&issued).get("record_hash").is_none());
    assert!(office.look(&issued)["seller"]["tax_id"] == "FR83404833048");
    assert_eq!(chain(&office.database).len(), 0);
    assert_eq!(office.database.value("SELECT count(*) FROM issued_documents"), "3");
}

/// Art. 8 of RD 1007/2023: the chain is one taxpayer's.
#[test]
fn r15_the_tax_number_stays_once_something_is_registered() {
    let mut office = Office::open();
    let client = office.client("Ana");
    office.call("update_business", json!({"tax_id": "87654321X"}));
    office.sold(client, "1", json!({}));
    office.refuses(
        "update_business",
        json!({"tax_id": "12345678Z"}),
        &["tax_id", "chained", "another business"],
    );
    office.refuses("update_business", json!({"tax_id": ""}), &["tax_id", "chained"]);
    office.refuses("update_business", json!({"country": "US"}), &["country", "chained"]);
    office.call("update_business", json!({"tax_id": "87654321-x", "legal_name": "Estudio Nuevo"}));
}

#[test]
fn r14_a_refused_issue_leaves_no_link_and_the_next_goes_on() {
    let mut office = Office::open();
    let client = office.client("Ana");
    office.sold(client, "1", json!({}));
    // the record is the last thing that is written; what fails there takes number and invoice with it
    office.database.rows("ALTER TABLE registration_records ADD CONSTRAINT nothing_more CHECK (place < 2)");
    let new = json!({"client_id": client, "net_amount": 2, "description": "x", "issue": true});
    office.refuses("create_invoice", new, &["inside facturo"]);
    office.database.rows("ALTER TABLE registration_records DROP CONSTRAINT nothing_more");
    let next = office.sold(client, "3", json!({}));
    assert_eq!(next["number"], crate::support::office::number(2));
    assert_eq!(chain(&office.database).len(), 2);
    let verified = office.call("verify_records", json!({}));
    assert_fields(&verified, json!({"verified": true, "records": 2}));
}

/// AEAT, list L8A: services that are located in the Canary Islands, Ceuta or Melilla are subject to IGIC or IPSI there.
#[test]
fn services_to_where_spain_has_another_tax_have_the_key_08() {
    let mut office = Office::open();
    let in_spain = |office: &mut Office, code: &str| office.company(json!({"postal_code": code}));
    let record = "SELECT record FROM registration_records ORDER BY place DESC LIMIT 1";
    let mut clients = ["35001", "38001", "51001", "52001", "28013"]
        .map(|code| (in_spain(&mut office, code), code != "28013"))
        .to_vec();
    clients.push((office.abroad("US", "12-3456789"), false));
    for (client, is_08) in clients {
        for (tax, key) in [("N2", if is_08 { "08" } else { "01" }), ("N1", "01")] {
            office.sold(client, "100", json!({"tax_category": "outside_scope", "exemption": tax}));
            let record = office.database.value(record);
            assert!(record.contains(&format!("\"ClaveRegimen\":\"{key}\"")), "{tax}: {record}");
        }
    }
    assert_eq!(office.call("verify_records", json!({}))["verified"], true);
}
