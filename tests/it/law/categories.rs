//! Why a line bears the tax it bears: arts. 6.1.j, 6.1.m and 6.2; Orden HAC/1177/2024, lists L9 and L10.

use serde_json::{Value, json};

use crate::support::office::{Office, assert_fields, id, with};

fn line(tax: Value) -> Value {
    let mut line = json!({"description": "Work", "unit_price": 100});
    line.as_object_mut().unwrap().extend(tax.as_object().unwrap().clone());
    line
}

#[test]
fn art_6_2_each_rate_and_each_reason_has_a_base_of_its_own() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let lines = json!([
        line(json!({})),
        line(json!({"tax_rate": 10})),
        line(json!({"tax_rate": 4})),
        line(json!({"tax_category": "zero"})),
        line(json!({"exemption": "E1"})),
        line(json!({"tax_category": "exempt", "exemption": "E6"})),
        line(json!({"tax_category": "reverse_charge"})),
        line(json!({"tax_category": "outside_scope"})),
        line(json!({"exemption": "N2"})),
        line(json!({})),
    ]);
    let invoice = office.sold_lines(client, lines, json!({"notes": "Exenta por el art. 7 de otra ley"}));
    let expected = json!([
        {"category": "standard", "rate": "21", "base": "200.00", "amount": "42.00"},
        {"category": "reduced", "rate": "4", "base": "100.00", "amount": "4.00"},
        {"category": "reduced", "rate": "10", "base": "100.00", "amount": "10.00"},
        {"category": "zero", "rate": "0", "base": "100.00", "amount": "0.00"},
        {"category": "exempt", "exemption": "E1", "rate": "0", "base": "100.00", "amount": "0.00"},
        {"category": "exempt", "exemption": "E6", "rate": "0", "base": "100.00", "amount": "0.00"},
        {"category": "reverse_charge", "rate": "0", "base": "100.00", "amount": "0.00"},
        {"category": "outside_scope", "exemption": "N1", "rate": "0", "base": "100.00", "amount": "0.00"},
        {"category": "outside_scope", "exemption": "N2", "rate": "0", "base": "100.00", "amount": "0.00"},
    ]);
    assert_eq!(invoice["tax_breakdown"], expected);
    assert_fields(&invoice, json!({"subtotal": "1000.00", "tax": "56.00", "total": "1056.00"}));
}

#[test]
fn what_is_said_of_a_line_is_not_contradictory() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    for (tax, field, words) in [
        (json!({"tax_category": "exempt", "tax_rate": 21}), "tax_category", "a rate above 0"),
        (json!({"tax_category": "standard", "tax_rate": 0}), "tax_category", "zero, exempt"),
        (json!({"tax_category": "reduced"}), "tax_rate", "the usual one of 21 is not reduced"),
        (json!({"tax_category": "exempt", "exemption": "E5"}), "exemption", "E5 for intra_eu"),
        (json!({"exemption": "E1", "tax_rate": 21}), "tax_category", "does not go with a rate of 21"),
        (json!({"exemption": "E7"}), "exemption", "E1 (art. 20 LIVA)"),
        (json!({"tax_category": "free"}), "tax_category", "outside_scope"),
        (
            json!({"tax_category": "exempt", "surcharge_rate": "5.2"}),
            "surcharge_rate",
            "a line that is taxed",
        ),
        (json!({"withholding_rate": 101}), "withholding_rate", "0 to 100"),
        (json!({"surcharge_rate": "-1"}), "surcharge_rate", "0 to 100"),
    ] {
        let new = json!({"client_id": client, "lines": [line(json!({})), line(tax.clone())]});
        office.refuses("create_invoice", new, &[&format!("lines[1].{field}"), words]);
        let adjusted = json!({
            "client_id": client, "lines": [line(json!({}))],
            "adjustments": [{"description": "x", "amount": 1, "tax_category": "exempt", "tax_rate": 21}],
        });
        office.refuses("create_invoice", adjusted, &["adjustments[0].tax_category"]);
    }
}

#[test]
fn art_6_1_j_an_exempt_line_is_not_issued_without_its_legal_basis() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let words = &["lines[0]", "exemption", "E1, E3, E4 or E6", "update_invoice"];
    office.sells_not(client, json!({"tax_category": "exempt"}), words);
    let new =
        json!({"client_id": client, "net_amount": 100, "description": "Work", "tax_category": "exempt"});
    let draft = id(&office.call("create_invoice", new));
    office.refuses("issue_invoice", json!({"invoice_id": draft}), words);
    let basis = json!({"invoice_id": draft, "net_amount": 100, "description": "Work", "exemption": "E1"});
    office.call("update_invoice", basis);
    let issued = office.call("issue_invoice", json!({"invoice_id": draft}));
    assert_eq!(issued["mentions"], json!(["Operación exenta (art. 20 LIVA)"]));
}

/// Arts. 6.1.j and 6.1.m; arts. 226.11 and 226.11a of Directive 2006/112/EC.
#[test]
fn art_6_1_the_mentions_come_with_the_invoice_in_the_language_of_the_business() {
    let mut office = Office::open();
    let spain = office.company(json!({}));
    let germany = office.abroad("DE", "DE136695976");
    let america = office.abroad("US", "12-3456789");
    let mentioned: Vec<(i64, Value, &str, &str)> = vec![
        (spain, json!({}), "", ""),
        (spain, json!({"tax_category": "zero"}), "", ""),
        (spain, json!({"exemption": "E1"}), "Operación exenta (art. 20 LIVA)", "Exempt (art. 20 LIVA)"),
        (
            spain,
            json!({"exemption": "E4"}),
            "Operación exenta (arts. 23, 24 LIVA)",
            "Exempt (arts. 23, 24 LIVA)",
        ),
        (spain, json!({"exemption": "E6", "notes": "Art. 7 de otra ley"}), "Operación exenta", "Exempt"),
        (spain, json!({"tax_category": "reverse_charge"}), "Inversión del sujeto pasivo", "Reverse charge"),
        (
            germany,
            json!({"tax_category": "intra_eu"}),
            "Entrega intracomunitaria exenta (art. 25 LIVA)",
            "Intra-Community supply, exempt (art. 138 Directive 2006/112/EC)",
        ),
        (
            america,
            json!({"tax_category": "export"}),
            "Exportación exenta (art. 21 LIVA)",
            "Export, exempt (art. 146 Directive 2006/112/EC)",
        ),
        (
            america,
            json!({"tax_category": "export", "exemption": "E3"}),
            "Exportación exenta (art. 22 LIVA)",
            "Export, exempt (art. 146 Directive 2006/112/EC)",
        ),
        (
            spain,
            json!({"tax_category": "outside_scope"}),
            "Operación no sujeta (arts. 7 y 14 LIVA)",
            "Outside the scope of the tax",
        ),
        (
            america,
            json!({"exemption": "N2"}),
            "Operación no sujeta (arts. 68 a 70 LIVA)",
            "Outside the scope of the tax",
        ),
    ];
    for (language, spanish) in [("es", true), ("en", false)] {
        office.call("update_business", json!({"language": language}));
        for (client, tax, es, en) in &mentioned {
            let invoice = office.sold(*client, "100", tax.clone());
            let mention = if spanish { es } else { en };
            let expected = if mention.is_empty() { Value::Null } else { json!([mention]) };
            assert_eq!(invoice["mentions"], expected, "{tax} in {language}");
        }
    }
    let both = json!([
        line(json!({"exemption": "E1"})),
        line(json!({"tax_category": "reverse_charge"})),
        line(json!({"exemption": "E1"}))
    ]);
    let both = office.sold_lines(spain, both, json!({}));
    assert_eq!(both["mentions"], json!(["Exempt (art. 20 LIVA)", "Reverse charge"]), "each once");
}

/// Art. 6.1.ñ and art. 163 decies LIVA.
#[test]
fn art_6_1_cash_accounting_is_said_where_tax_is() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    office.call("update_business", json!({"cash_accounting": true}));
    let taxed = office.sold(client, "100", json!({}));
    assert_eq!(taxed["mentions"], json!(["Régimen especial del criterio de caja"]));
    let exempt = office.sold(client, "100", json!({"exemption": "E1"}));
    assert_eq!(exempt["mentions"], json!(["Operación exenta (art. 20 LIVA)"]));
}

/// A correction changes an operation of its original's regime, whatever the business's is by now (art. 163 sexiesdecies LIVA).
#[test]
fn a_correction_is_of_the_regime_of_its_original() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    for (then, mention) in [(false, json!(null)), (true, json!("Régimen especial del criterio de caja"))] {
        for more in [json!({}), json!({"method": "substitution", "net_amount": 90, "description": "Work"})] {
            office.call("update_business", json!({"cash_accounting": then}));
            let original = office.sold(client, "100", json!({}));
            office.call("update_business", json!({"cash_accounting": !then}));
            let (correction, _) = office.corrected(&original, more);
            assert_eq!(correction["mentions"][1], mention);
            let records = "SELECT record FROM registration_records ORDER BY place DESC LIMIT 1";
            let regime = if then { "\"ClaveRegimen\":\"07\"" } else { "\"ClaveRegimen\":\"01\"" };
            let record = office.database.value(records);
            assert!(record.contains(regime), "{record}");
        }
    }
    assert_eq!(office.call("verify_records", json!({}))["verified"], true);
}

/// Arts. 25 and 84.Uno.2º LIVA; art. 6.1.d: the buyer accounts for the tax, so it is a business, and identified.
#[test]
fn arts_25_and_84_liva_reverse_charge_and_intra_eu_are_for_a_business_with_a_tax_number() {
    let mut office = Office::open();
    for (country, number, category) in
        [("ES", "11111111H", "reverse_charge"), ("FR", "FR40303265045", "intra_eu")]
    {
        let address = json!({"street": "Mayor 1", "postal_code": "28001", "city": "Madrid"});
        let client = id(&office.call(
            "create_client",
            with(address, json!({"name": "Ana", "country": country, "private_person": true})),
        ));
        let tax = || json!({"tax_category": category});
        let words = format!("lines[0]: {category} is for a business, and the client is a private person");
        for tax_id in ["", number] {
            office.call("update_client", json!({"client_id": client, "tax_id": tax_id}));
            let next = ["tax it at a rate", "private_person: false", "update_client", "update_invoice"];
            office.sells_not(client, tax(), &[&words, next[0], next[1], next[2], next[3]]);
            let new = json!({"client_id": client, "net_amount": 1, "description": "x", "issue": true});
            let told = office.refuse("create_invoice", with(new, tax()));
            assert!(!told.contains("private_person: true"), "{told}");
        }
        let business = json!({"client_id": client, "private_person": false, "tax_id": ""});
        office.call("update_client", business);
        office.sells_not(client, tax(), &["tax_id of the client, which reverse_charge and intra_eu want"]);
        office.call("update_client", json!({"client_id": client, "tax_id": number}));
        let invoice = office.sold(client, "100", tax());
        assert_fields(&invoice, json!({"tax": "0.00", "total": "100.00"}));
    }
}

/// Arts. 90 and 91 LIVA.
#[test]
fn arts_90_and_91_liva_a_category_is_that_of_its_rate() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    for (rate, wrong, right) in [("21", "reduced", "standard"), ("10", "standard", "reduced")] {
        let tax = |category: &str| json!({"tax_rate": rate, "tax_category": category});
        let told = format!("lines[0]: tax_category {wrong} is not that of {rate}% on ");
        office.sells_not(client, tax(wrong), &[&told, &format!("which is {right} (update_invoice)")]);
        office.sold(client, "100", tax(right));
    }
    // a city sets the rates of IPSI, and says which they are
    office.sold(client, "100", json!({"tax_scheme": "ipsi", "tax_rate": 4, "tax_category": "reduced"}));
}

/// Art. 6.1.j: where no article of the tax goes with the code, the notes name it, and go on to the correction.
#[test]
fn art_6_1_j_a_basis_that_no_code_names_is_in_the_notes() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    for (basis, scheme) in [("E6", "iva"), ("E1", "igic"), ("E4", "ipsi")] {
        let tax = |more: Value| with(json!({"exemption": basis, "tax_scheme": scheme}), more);
        let told =
            format!("lines[0]: notes with the article that makes it exempt, since {basis} of {scheme}");
        office.sells_not(client, tax(json!({})), &[&told, "update_invoice"]);
        let original = office.sold(client, "100", tax(json!({"notes": "Art. 50 Ley 4/2012"})));
        let (correction, _) = office.corrected(
            &original,
            json!({"method": "substitution", "lines": [
                line(json!({"exemption": basis})),
            ]}),
        );
        assert_eq!(correction["notes"], "Art. 50 Ley 4/2012");
        let (correction, _) = office.corrected(&correction, json!({"notes": "Art. 51"}));
        assert_eq!(correction["notes"], "Art. 51");
    }
    // other notes stay where they are
    let plain = office.sold(client, "100", json!({"notes": "Thank you"}));
    let (correction, _) = office.corrected(&plain, json!({}));
    assert!(correction.get("notes").is_none(), "{correction}");
    // and what was exempt without a word elsewhere wants one when it is corrected
    let elsewhere = json!({"exemption": "E6", "external_number": "A-1", "issue": false});
    let elsewhere = office.sold(client, "100", elsewhere);
    office.corrects_not(&elsewhere, json!({}), &["notes with the article", "correct_invoice"]);
    office.corrected(&elsewhere, json!({"notes": "Art. 7 de otra ley"}));
}

/// Arts. 44, 196 and 226.11a of Directive 2006/112/EC.
#[test]
fn art_226_11a_a_service_to_a_business_of_the_union_says_who_accounts_for_the_tax() {
    let mut office = Office::open();
    let (germany, america) = (office.abroad("DE", "DE136695976"), office.abroad("US", "12-3456789"));
    let person = office.company(json!({"country": "FR", "tax_id": "", "private_person": true}));
    let outside = "Operación no sujeta (arts. 68 a 70 LIVA)";
    for (client, mentions) in [
        (germany, json!([outside, "Inversión del sujeto pasivo"])),
        (america, json!([outside])),
        (person, json!([outside])),
    ] {
        assert_eq!(office.sold(client, "100", json!({"exemption": "N2"}))["mentions"], mentions);
    }
    let other = office.sold(germany, "100", json!({"tax_category": "outside_scope"}));
    assert_eq!(other["mentions"], json!(["Operación no sujeta (arts. 7 y 14 LIVA)"]));
}

/// Arts. 21 and 25 LIVA.
#[test]
fn intra_eu_and_export_go_where_they_say() {
    let mut office = Office::open();
    let (spain, germany) = (office.company(json!({})), office.abroad("DE", "DE136695976"));
    let (america, ireland) = (office.abroad("US", "123456789"), office.abroad("GB", "XI980780684"));
    let intra = || json!({"tax_category": "intra_eu"});
    let export = || json!({"tax_category": "export"});
    for client in [spain, america] {
        office.sells_not(client, intra(), &["lines[0]", "another member state", "update_client"]);
    }
    for client in [spain, germany] {
        office.sells_not(client, export(), &["lines[0]", "outside the Union", "update_client"]);
    }
    office.sold(germany, "100", intra());
    office.sold(america, "100", export());
    // goods of Northern Ireland are the Union's
    office.sold(ireland, "100", intra());
}

/// Art. 3 and 21 LIVA; art. 11 Ley 20/1991: each part of Spain with a tax of its own is abroad to the others.
#[test]
fn goods_that_leave_the_territory_of_their_tax_are_an_export() {
    let mut office = Office::open();
    let in_spain = |postal_code: &str| json!({"postal_code": postal_code});
    let (mainland, canaries) = (office.company(json!({})), office.company(in_spain("35001")));
    let (ceuta, melilla) = (office.company(in_spain("51001")), office.company(in_spain("52001")));
    let (germany, america) = (office.abroad("DE", "DE136695976"), office.abroad("US", "123456789"));
    let unsaid = id(&office.call("create_client", json!({"name": "Ana", "private_person": true})));
    let all = [mainland, canaries, ceuta, melilla, germany, america, unsaid];
    for (scheme, within, words) in [
        (
            "iva",
            vec![mainland, germany, unsaid],
            "outside the Union, or by its postal_code in the Canary Islands, Ceuta or Melilla",
        ),
        ("igic", vec![canaries, unsaid], "outside the Canary Islands"),
        ("ipsi", vec![ceuta, melilla, unsaid], "outside Ceuta and Melilla"),
    ] {
        let export = || json!({"tax_category": "export", "tax_scheme": scheme});
        for client in all {
            if within.contains(&client) {
                office.sells_not(
                    client,
                    export(),
                    &["lines[0]: export wants a client", words, "update_client"],
                );
            } else {
                office.sold(client, "100", export());
            }
        }
        if scheme != "iva" {
            let intra = json!({"tax_category": "intra_eu", "tax_scheme": scheme});
            let words = format!("lines[0]: intra_eu, which {scheme} does not have: export");
            office.sells_not(germany, intra, &[&words, "update_invoice"]);
        }
    }
}

#[test]
fn igic_has_rates_and_a_scheme_of_its_own() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    office.call("update_business", json!({"tax_scheme": "igic", "default_tax_rate": 7}));
    let invoice = office.sold(client, "100", json!({}));
    assert_fields(&invoice, json!({"tax_scheme": "igic", "tax": "7.00", "total": "107.00"}));
    assert_eq!(invoice["tax_breakdown"][0]["category"], "standard");
    let reduced = office.sold(client, "100", json!({"tax_rate": 3}));
    assert_eq!(reduced["tax_breakdown"][0]["category"], "reduced");
    office.sells_not(client, json!({"tax_rate": 21}), &["21% is no rate of igic", "7", "9.5"]);
    let mainland = office.sold(client, "100", json!({"tax_scheme": "iva", "tax_rate": 21}));
    assert_fields(&mainland, json!({"tax_scheme": "iva", "total": "121.00"}));
    // the basis of an exemption is of another law there
    let exempt = office.sold(client, "100", json!({"exemption": "E1", "notes": "Art. 50 Ley 4/2012"}));
    assert_eq!(exempt["mentions"], json!(["Operación exenta"]));
    office.refuses("update_business", json!({"tax_scheme": "vat"}), &["tax_scheme", "iva, igic, ipsi"]);
}

/// Of Ceuta and Melilla no rates are kept, since each city sets its own.
#[test]
fn ipsi_takes_the_rate_it_is_given() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let invoice = office.sold(client, "100", json!({"tax_scheme": "ipsi", "tax_rate": "3.5"}));
    assert_fields(&invoice, json!({"tax_scheme": "ipsi", "total": "103.50"}));
}

/// What is corrected bears the tax that the original bears, or none for the same reason.
#[test]
fn a_correction_is_untaxed_where_its_original_is() {
    let mut office = Office::open();
    let (spain, germany) = (office.company(json!({})), office.abroad("DE", "DE136695976"));
    let america = office.abroad("US", "123456789");
    for (client, said, category, basis) in [
        (germany, json!({"tax_category": "intra_eu"}), "intra_eu", json!("E5")),
        (america, json!({"tax_category": "export"}), "export", json!("E2")),
        (spain, json!({"tax_category": "reverse_charge"}), "reverse_charge", json!(null)),
        (spain, json!({"exemption": "E1"}), "exempt", json!("E1")),
        (spain, json!({"exemption": "E6", "notes": "Art. 20.Uno.18.º LIVA"}), "exempt", json!("E6")),
        (germany, json!({"exemption": "N2"}), "outside_scope", json!("N2")),
        (spain, json!({"tax_category": "zero"}), "zero", json!(null)),
    ] {
        let back = json!({"lines": [{"description": "Work", "quantity": -1, "unit_price": 10}]});
        let right = json!({"method": "substitution", "net_amount": 90, "description": "Work"});
        for (correction, total) in [(back, "-10.00"), (right, "90.00")] {
            let original = office.sold(client, "100", said.clone());
            let (corrective, _) = office.corrected(&original, correction);
            assert_fields(&corrective, json!({"total": total, "tax": "0.00"}));
            assert_fields(&corrective["tax_breakdown"][0], json!({"category": category, "exemption": basis}));
            assert_eq!(corrective["mentions"][1], original["mentions"][0]);
        }
    }
    // what is said goes before it, the rest stays as it was
    let exempt = office.sold(spain, "100", json!({"exemption": "E1"}));
    let taxed = json!({"method": "substitution", "net_amount": 100, "description": "Work", "tax_category": "standard"});
    let (corrective, _) = office.corrected(&exempt, taxed);
    assert_eq!(corrective["total"], "121.00");
}

/// Art. 91.Cuatro LIVA: a rate of 0 is for donations to bodies in Spain, so who says no more than 0 meant something else.
#[test]
fn art_91_4_liva_a_rate_of_0_is_said_by_its_category() {
    let mut office = Office::open();
    let (spain, person) = (office.company(json!({})), office.client("Ana"));
    let (france, america) = (office.abroad("FR", "FR40303265045"), office.abroad("US", "12-3456789"));
    let meant = ["exemption E1", "reverse_charge", "intra_eu", "export", "outside_scope", "update_invoice"];
    for client in [spain, person, france, america] {
        let words = [&["lines[0]: tax_rate 0 says not why", "tax_category zero"], &meant[..]].concat();
        office.sells_not(client, json!({"tax_rate": 0}), &words);
    }
    for client in [france, america] {
        let words = [&["lines[0]: tax_category zero is for bodies in Spain"], &meant[..]].concat();
        office.sells_not(client, json!({"tax_category": "zero"}), &words);
    }
    office.call("update_business", json!({"default_tax_rate": 0}));
    office.sells_not(spain, json!({}), &["lines[0]: tax_rate 0 says not why"]);
    let donation = office.sold(spain, "100", json!({"tax_category": "zero"}));
    assert_fields(&donation, json!({"tax": "0.00", "total": "100.00"}));
    // food bore it until September 2024, and IGIC has it
    office.sold(spain, "100", json!({"tax_rate": 0, "operation_date": "2024-09-30"}));
    office.sells_not(
        spain,
        json!({"tax_rate": 0, "operation_date": "2024-10-01"}),
        &["tax_rate 0 says not why"],
    );
    office.sold(spain, "100", json!({"tax_scheme": "igic", "tax_rate": 0}));
    // what goes with the lines is taxed as they are
    let lines = json!([line(json!({"tax_category": "zero"}))]);
    let whole = json!({"discount_percent": 10, "adjustments": [{"description": "Postage", "amount": 5}]});
    office.sold_lines(spain, lines, whole);
    // a correction keeps it, wherever it stands
    let elsewhere = json!({"tax_rate": 0, "external_number": "A-1", "issue": false});
    let elsewhere = office.sold(america, "100", elsewhere);
    let right = json!({"method": "substitution", "net_amount": 90, "description": "Work"});
    for correction in [json!({"lines": [{"description": "More", "unit_price": 1}]}), json!({})] {
        office.corrected(&elsewhere, correction);
    }
    let elsewhere = json!({"tax_rate": 0, "external_number": "A-2", "issue": false});
    let elsewhere = office.sold(america, "100", elsewhere);
    office.corrected(&elsewhere, right);
}
