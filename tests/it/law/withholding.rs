//! What clients withhold of the business's income tax: art. 101 LIRPF. It leaves the invoice's total alone (R21).

use serde_json::json;

use crate::support::office::{Office, assert_fields};

#[test]
fn a_business_in_spain_withholds_by_default_and_nobody_else() {
    let mut office = Office::open();
    office.call("update_business", json!({"default_withholding_rate": 15}));
    let (company, person) = (office.company(json!({})), office.client("Ana"));
    let germany = office.abroad("DE", "DE136695976");
    let unsaid = office.company(json!({"country": ""}));
    for (client, withheld, payable) in [
        (company, "150.00", "1060.00"),
        (unsaid, "150.00", "1060.00"),
        (person, "0.00", "1210.00"),
        (germany, "0.00", "1210.00"),
    ] {
        let invoice = office.sold(client, "1000", json!({}));
        let expected = json!({
            "subtotal": "1000.00", "tax": "210.00", "total": "1210.00", "withholding_total": withheld,
            "payable": payable, "outstanding": payable,
        });
        assert_fields(&invoice, expected);
    }
    let said = office.sold(company, "1000", json!({"withholding_rate": 7}));
    assert_fields(&said, json!({"withholding_total": "70.00", "payable": "1140.00"}));
    assert_eq!(said["lines"][0]["withholding_rate"], "7");
    let none = office.sold(company, "1000", json!({"withholding_rate": 0}));
    assert_fields(&none, json!({"withholding_total": "0.00", "payable": "1210.00"}));
    office.refuses(
        "update_business",
        json!({"default_withholding_rate": 101}),
        &["default_withholding_rate", "0 to 100"],
    );
}

#[test]
fn what_is_withheld_is_rounded_once_a_rate_and_owed_by_nobody() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let line = json!({"description": "Work", "unit_price": "0.07", "withholding_rate": 15});
    let seven = json!({"description": "Work", "unit_price": "10.10", "withholding_rate": 7});
    let plain = json!({"description": "Expenses", "unit_price": "100", "tax_category": "zero"});
    // 15 % of 0.14 is 0.02, and not twice 0.01; 7 % of 10.10 is 0.71
    let invoice = office.sold_lines(client, json!([line, line, seven, plain]), json!({}));
    assert_fields(
        &invoice,
        json!({"subtotal": "110.24", "tax": "2.15", "total": "112.39", "withholding_total": "0.73", "payable": "111.66"}),
    );
    let number = invoice["number"].clone();
    office.refuses(
        "record_payment",
        json!({"invoice_id": number, "amount": "112.39"}),
        &["amount", "111.66 EUR", "up to 111.66"],
    );
    let paid = office.call("record_payment", json!({"invoice_id": number}));
    assert_eq!(paid["payment"]["amount"], "111.66");
    assert_fields(&paid["invoice"], json!({"status": "paid", "outstanding": "0.00"}));
    let client = office.call("get_client", json!({"client_id": client}));
    assert_fields(
        &client["totals"][0],
        json!({"invoiced": "112.39", "paid": "111.66", "outstanding": "0.00"}),
    );
}

/// Art. 99.2 LIRPF: those who pay for their business withhold.
#[test]
fn art_99_2_lirpf_a_private_person_withholds_nothing() {
    let mut office = Office::open();
    let person = office.client("Ana");
    let words =
        &["lines[0]: withholding_rate 15, and a private person withholds nothing: 0 (update_invoice)"];
    office.sells_not(person, json!({"withholding_rate": 15}), words);
    // what stands wrong on an invoice from elsewhere is taken back as it stands
    let wrong = json!({"withholding_rate": 15, "external_number": "A-1", "issue": false});
    let wrong = office.sold(person, "100", wrong);
    let right = json!({"method": "substitution", "net_amount": 100, "description": "Work"});
    office.corrects_not(&wrong, right, &["a private person withholds nothing", "correct_invoice"]);
    let (correction, _) = office.corrected(&wrong, json!({}));
    assert_fields(&correction, json!({"withholding_total": "-15.00", "payable": "-106.00"}));
}

/// Arts. 95, 100 and 101 RIRPF, as `data/spain/withholding_rates.csv` has them.
#[test]
fn art_101_lirpf_what_is_withheld_is_a_rate_of_the_day() {
    let mut office = Office::open();
    let company = office.company(json!({}));
    for rate in ["100", "21", "1.5"] {
        let words = format!("lines[0]: withholding_rate {rate} is no rate of IRPF on ");
        let known = "0, 1, 2, 2.8, 6, 7, 7.6, 14, 15, 19, 24, 35 (update_invoice)";
        office.sells_not(company, json!({"withholding_rate": rate}), &[&words, known]);
    }
    for rate in [1, 2, 7, 15, 19, 24, 35] {
        office.sold(company, "100", json!({"withholding_rate": rate}));
    }
    // before 2016 none are listed
    let old = json!({"withholding_rate": 9, "operation_date": "2015-06-30"});
    office.sold(company, "100", old);
}

#[test]
fn an_invoice_with_nothing_left_to_pay_is_paid_as_it_is_issued() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    let free = json!([{"description": "Sample", "unit_price": 10, "discount_percent": 100}]);
    let invoice = office.sold_lines(client, free, json!({}));
    assert_fields(
        &invoice,
        json!({"status": "paid", "total": "0.00", "payable": "0.00", "outstanding": "0.00"}),
    );
}

#[test]
fn alerts_of_drafts_add_up_to_the_totals_they_show() {
    let mut office = Office::open();
    office.call("update_business", json!({"default_withholding_rate": 15}));
    let client = office.company(json!({}));
    office.sold(client, "1000", json!({"issue": false}));
    let alerts = office.call("list_alerts", json!({}));
    assert_eq!(alerts["unissued_drafts"][0]["amount"], "1210.00");
    assert_eq!(alerts["totals"][0]["amount"], "1210.00");
}

/// Art. 75 RIRPF, art. 128 LIS: professions are of natural persons, and of companies no more than rents and rights are withheld.
#[test]
fn art_75_rirpf_of_a_company_only_rents_and_rights_are_withheld() {
    let mut office = Office::open();
    let client = office.company(json!({}));
    office.call("update_business", json!({"default_withholding_rate": 15}));
    let words = [
        "default_withholding_rate",
        "the tax_id is that of a company",
        "19",
        "24",
        "art. 75 RIRPF",
        "128 LIS",
    ];
    for number in ["B99216582", "A58818501", "G12345674"] {
        office.refuses("update_business", json!({"tax_id": number}), &words);
    }
    for number in ["E12345674", "J12345674", "12345678Z"] {
        office.call("update_business", json!({"tax_id": number}));
    }
    office.call("update_business", json!({"tax_id": "B99216582", "default_withholding_rate": 19}));
    for rate in ["1", "2", "7", "15", "35", "6"] {
        office.refuses("update_business", json!({"default_withholding_rate": rate}), &words);
        let told = format!("lines[0]: withholding_rate {rate} is of natural persons");
        office.sells_not(
            client,
            json!({"withholding_rate": rate}),
            &[&told, "art. 75 RIRPF", "update_invoice"],
        );
    }
    for rate in ["0", "19", "24", "7.6"] {
        office.sold(client, "100", json!({"withholding_rate": rate}));
    }
}
