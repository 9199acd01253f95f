//! `facturo records export` over what a conversation has left in the books.

use std::fs;
use std::process::Output;

use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::host::scratch;
use crate::support::office::{Office, id};
use crate::support::session::facturo;

fn export(database: &Database, arguments: &[&str]) -> Output {
    facturo()
        .env("DATABASE_URL", database.url())
        .env("FACTURO_LOG", "error")
        .args(["records", "export"])
        .args(arguments)
        .output()
        .unwrap()
}

fn text(output: &[u8]) -> String {
    String::from_utf8(output.to_vec()).unwrap()
}

/// Three records: two invoices, and the second cancelled.
fn office() -> Office {
    let mut office = Office::open();
    let address =
        json!({"street": "Calle Mayor 1", "postal_code": "28013", "city": "Madrid", "country": "ES"});
    let mut business = json!({"legal_name": "Muñoz & Hijas", "tax_id": "89890001K"});
    let mut client = json!({"name": "Peña <Web>", "tax_id": "B12345674"});
    for party in [&mut business, &mut client] {
        party.as_object_mut().unwrap().extend(address.as_object().unwrap().clone());
    }
    office.call("update_business", business);
    let client = id(&office.call("create_client", client));
    let taxed = json!({"tax_rate": 21, "issue": true});
    office.invoice(client, "100", taxed.clone());
    let second = office.invoice(client, "50.50", taxed);
    office.call("cancel_invoice", json!({"invoice_id": second, "reason": "Twice"}));
    office
}

/// Orden HAC/1177/2024, annex: the records as its schema has them. `scripts/check-records.sh` has the schema itself and
/// another's linter read such files.
#[test]
fn the_records_of_a_conversation_are_exported() {
    let office = office();
    let xml = export(&office.database, &[]);
    assert!(xml.status.success(), "{}", text(&xml.stderr));
    let xml = text(&xml.stdout);
    assert_eq!(xml.matches("<sum:RegistroFactura>").count(), 3, "{xml}");
    assert!(xml.contains("<sum1:NombreRazon>Muñoz &amp; Hijas</sum1:NombreRazon>"), "{xml}");
    assert!(xml.contains("<sum1:ImporteTotal>61.11</sum1:ImporteTotal>"), "{xml}");

    let json = export(&office.database, &["--format", "json", "--from", "2", "--to", "3"]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    let records = &json["RegFactuSistemaFacturacion"]["RegistroFactura"];
    let [registration, cancellation] = records.as_array().unwrap().as_slice() else { panic!("{records}") };
    let before = &cancellation["RegistroAnulacion"]["Encadenamiento"]["RegistroAnterior"];
    assert_eq!(before["Huella"], registration["RegistroAlta"]["Huella"]);

    let file = scratch("xml");
    let told = export(&office.database, &["--out", file.to_str().unwrap()]);
    assert_eq!(text(&told.stderr).trim(), "3 records, beginning with 1.");
    assert_eq!(fs::read_to_string(&file).unwrap(), xml);
    fs::remove_file(file).unwrap();
}

#[test]
fn what_cannot_be_exported_is_said() {
    let office = office();
    let none = export(&office.database, &["--from", "4"]);
    assert!(!none.status.success() && none.stdout.is_empty());
    assert!(text(&none.stderr).starts_with("There are no such records."), "{}", text(&none.stderr));

    office
        .database
        .rows("UPDATE registration_records SET record = replace(record, 'F1', 'F9') WHERE place = 2");
    let spoilt = export(&office.database, &[]);
    assert!(!spoilt.status.success() && spoilt.stdout.is_empty());
    assert!(
        text(&spoilt.stderr).starts_with("Record 2 is missing or cannot be read."),
        "{}",
        text(&spoilt.stderr)
    );
}
