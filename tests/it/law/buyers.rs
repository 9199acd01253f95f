//! Who the buyer is: arts. 2.1, 6.1.d and 6.1.e; arts. 25.Uno and 69 LIVA; art. 99.2 LIRPF.

use serde_json::json;

use crate::support::office::{Office, assert_fields, id};

/// Art. 25.Uno LIVA: the buyer is identified in another member state, and by the number of that state.
#[test]
fn art_25_liva_a_vat_number_is_that_of_its_country() {
    let mut office = Office::open();
    for (country, number, told) in [
        ("FR", "ESB12345674", "ESB12345674 is a VAT number of Spain, and the country is FR"),
        ("DE", "FR40303265045", "FR40303265045 is a VAT number of France, and the country is DE"),
        ("ES", "FR40303265045", "the country is ES"),
        ("", "FR40303265045", "no country is given, which counts as Spain"),
    ] {
        let code = if number.starts_with("ES") { "country: ES" } else { "country: FR" };
        let new = json!({"name": "Client", "country": country, "tax_id": number});
        office.refuses("create_client", new, &["tax_id", told, code]);
        let client = id(&office.call("create_client", json!({"name": "Client", "country": country})));
        office.refuses(
            "update_client",
            json!({"client_id": client, "tax_id": number}),
            &["tax_id", told, code],
        );
    }
    let france = office.abroad("FR", "40303265045");
    for tax in [json!({"tax_category": "intra_eu"}), json!({"exemption": "N2"})] {
        office.sold(france, "100", tax);
    }
}

/// A number that no country was given with is not known to be one, until the invoice is issued.
#[test]
fn a_number_that_is_none_of_its_country_is_told_with_the_country() {
    let mut office = Office::open();
    let client = office.company(json!({"country": "", "tax_id": "12-3456789"}));
    let words =
        &["tax_id of the client, 123456789, which is none of its country, ES", "or country (update_client)"];
    for kind in ["standard", "simplified"] {
        office.sells_not(client, json!({"kind": kind}), words);
    }
    office.call("update_client", json!({"client_id": client, "country": "US"}));
    office.sold(client, "100", json!({}));
    // one that was kept before it was looked at
    let france = office.abroad("FR", "FR40303265045");
    office.database.rows("UPDATE clients SET tax_id = 'ESB12345674' WHERE country = 'FR'");
    for tax in [json!({"tax_category": "intra_eu"}), json!({"exemption": "N2"})] {
        office.sells_not(france, tax, &["ESB12345674, which is none of its country, FR"]);
    }
}

/// Art. 6.1.e: the domicile may be left out for natural persons alone.
#[test]
fn art_6_1_e_a_company_is_no_private_person() {
    let mut office = Office::open();
    let company = json!({"name": "Cliente, S.A.", "tax_id": "B12345674", "private_person": true});
    let company = id(&office.call("create_client", company));
    let words = &["private_person: false for the client", "not that of a natural person", "update_client"];
    office.sells_not(company, json!({}), words);
    for number in ["87654321X", "X0000000T", ""] {
        office.call("update_client", json!({"client_id": company, "tax_id": number}));
        office.sold(company, "100", json!({}));
    }
}

/// Art. 2.1: an invoice goes to somebody else.
#[test]
fn art_2_1_nobody_invoices_themselves() {
    let mut office = Office::open();
    for more in [json!({}), json!({"private_person": true})] {
        let client = office.company(json!({"tax_id": "12345678Z"}));
        office.call("update_client", crate::support::office::with(json!({"client_id": client}), more));
        let words = &["another tax_id of the client", "that of the business", "update_client"];
        office.sells_not(client, json!({}), words);
        office.sells_not(client, json!({"kind": "simplified"}), words);
    }
}

/// Art. 99.2 LIRPF: who pays in Spain withholds.
#[test]
fn art_99_2_lirpf_a_client_abroad_withholds_nothing() {
    let mut office = Office::open();
    for client in [office.abroad("US", "12-3456789"), office.abroad("FR", "FR40303265045")] {
        let words = &["lines[0]: withholding_rate 15, and a client outside Spain withholds nothing: 0"];
        office.sells_not(client, json!({"withholding_rate": 15}), words);
        let invoice = office.sold(client, "100", json!({}));
        assert_fields(&invoice, json!({"withholding_total": "0.00"}));
    }
}

/// Art. 6.1.d and art. 25 LIVA: a business of the Union without a VAT number has its country's, and buys as one at home.
#[test]
fn art_25_liva_only_a_vat_number_of_the_union_is_for_intra_eu() {
    let mut office = Office::open();
    let record = "SELECT record FROM registration_records ORDER BY place DESC LIMIT 1";
    for (country, number, kept) in [
        ("FR", "732829320", "732829320"),
        ("DE", "27/123/45678", "2712345678"),
        ("IT", "RSSMRA80A01H501U", "RSSMRA80A01H501U"),
    ] {
        let client = office.abroad(country, number);
        let words =
            format!("lines[0]: intra_eu wants the client's VAT number (NIF-IVA), and {kept} is another");
        office.sells_not(client, json!({"tax_category": "intra_eu"}), &[&words, "prefix", "update_client"]);
        let sold = office.sold(client, "100", json!({}));
        assert_eq!(sold["buyer"]["tax_id"], kept);
        let record = office.database.value(record);
        assert!(record.contains("\"IDType\":\"04\"") && record.contains(kept), "{record}");
    }
    let wrong = json!({"name": "Ana", "country": "FR", "tax_id": "FR00732829320"});
    office.refuses(
        "create_client",
        wrong,
        &["tax_id", "is not a VAT number of France", "without its prefix"],
    );
    let client = office.abroad("FR", "40303265045");
    office.sold(client, "100", json!({"tax_category": "intra_eu"}));
    let record = office.database.value(record);
    assert!(record.contains("\"IDType\":\"02\"") && record.contains("FR40303265045"), "{record}");
}
