//! `facturo records export` over what a conversation has left in the books.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
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
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    fs::remove_file(file).unwrap();
}

#[test]
fn a_file_is_replaced_when_that_is_said_and_none_through_a_link() {
    let office = office();
    let (file, link) = (scratch("kept"), scratch("link"));
    fs::write(&file, "kept").unwrap();
    symlink(&file, &link).unwrap();
    for taken in [&file, &link] {
        let refused = export(&office.database, &["--out", taken.to_str().unwrap()]);
        let told = text(&refused.stderr);
        assert!(!refused.status.success() && told.contains("is there already"), "{told}");
    }
    assert!(export(&office.database, &["--out", link.to_str().unwrap(), "--replace"]).status.success());
    assert_eq!(fs::read_to_string(&file).unwrap(), "kept");
    assert!(fs::symlink_metadata(&link).unwrap().is_file(), "the link itself was replaced");
    assert!(!export(&office.database, &["--replace"]).status.success(), "there is nothing to replace");
    for path in [file, link] {
        fs::remove_file(path).unwrap();
    }
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
