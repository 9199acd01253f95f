use time::macros::{date, datetime};

use super::{samples::*, *};
use crate::domain::{
    node::Node,
    tax::category::{Category, Exemption, Scheme},
};

fn registration(invoiced: &Invoiced<'_>) -> Result<Record> {
    let software = software();
    let making =
        Making { previous: None, software: &software, generated_at: datetime!(2026-11-24 19:20:30.9 +1) };
    Record::registration(invoiced, making)
}

fn refused(invoiced: &Invoiced<'_>, field: &str) {
    let error = registration(invoiced).unwrap_err().to_string();
    assert!(error.starts_with(field), "{error}");
}

/// The three examples of AEAT, «Detalle de las especificaciones técnicas para generación de la huella», v0.1.2, section 6
/// (Orden HAC/1177/2024, art. 13).
#[test]
fn the_hashes_are_those_of_aeat_s_examples() {
    let issuer = issuer();
    let mut groups = [group(Category::Standard, "21", None, "111.10")];
    groups[0].amount = "12.35".parse().unwrap();
    let software = software();
    let make = |number, previous: Option<&Record>, generated_at| {
        let mut of = invoiced(&issuer, number, buyer("ES", "B12345674"), &groups);
        of.issue_date = date!(2024 - 01 - 01);
        let previous = previous.map(Record::as_previous);
        Record::registration(&of, Making { previous: previous.as_ref(), software: &software, generated_at })
            .unwrap()
    };
    let first = make("12345678/G33", None, datetime!(2024-01-01 19:20:30 +1));
    assert_eq!(
        first.hash_input(),
        "IDEmisorFactura=89890001K&NumSerieFactura=12345678/G33&FechaExpedicionFactura=01-01-2024&TipoFactura=F1\
         &CuotaTotal=12.35&ImporteTotal=123.45&Huella=&FechaHoraHusoGenRegistro=2024-01-01T19:20:30+01:00"
    );
    assert_eq!(first.hash, "3C464DAF61ACB827C65FDA19F352A4E3BDC2C640E9E9FC4CC058073F38F12F60");

    let second = make("12345679/G34", Some(&first), datetime!(2024-01-01 19:20:35 +1));
    assert_eq!(second.hash, "F7B94CFD8924EDFF273501B01EE5153E4CE8F259766F88CF6ACB8935802A2B97");

    let previous = second.as_previous();
    let making = Making {
        previous: Some(&previous),
        software: &software,
        generated_at: datetime!(2024-01-01 19:20:40 +1),
    };
    let cancelled = Record::cancellation(second.invoice.clone(), making).unwrap();
    assert_eq!(cancelled.hash, "177547C0D57AC74748561D054A9CEC14B4C4EA23D1BEFD6F2E69E3A388F90C68");
    assert_eq!((cancelled.place, first.place), (3, 1));
}

/// RD 1619/2012, arts. 4, 6.1.d, 7.2, 15; AEAT errors 1183, 1185, 1189 and 1190.
#[test]
fn the_kind_follows_from_buyer_and_correction() {
    let issuer = issuer();
    let groups = [group(Category::Standard, "21", None, "10")];
    let original = InvoiceRef::new(&issuer, "F-2026-0001", date!(2026 - 11 - 01)).unwrap();
    let correction = |code| Some(Correction { code, corrected: vec![original.clone()], replaced: None });
    for (has_buyer, simplified, correction, kind, qualified, unidentified) in [
        (true, false, None, Kind::F1, false, false),
        (true, true, None, Kind::F1, true, false),
        (false, true, None, Kind::F2, false, false),
        (false, false, None, Kind::F2, false, true),
        (true, false, correction(Code::R1), Kind::R1, false, false),
        (true, false, correction(Code::R2), Kind::R2, false, false),
        (true, false, correction(Code::R3), Kind::R3, false, false),
        (true, false, correction(Code::R4), Kind::R4, false, false),
        (false, true, correction(Code::R1), Kind::R5, false, false),
        (false, true, correction(Code::R5), Kind::R5, false, false),
        (true, true, correction(Code::R5), Kind::R1, true, false),
    ] {
        let mut of = invoiced(&issuer, "1", has_buyer.then(|| buyer("ES", "B12345674")).flatten(), &groups);
        (of.simplified, of.correction) = (simplified, correction);
        let record = registration(&of).unwrap();
        let of = record.registered().unwrap();
        assert_eq!((of.kind, of.qualified, of.unidentified), (kind, qualified, unidentified));
    }
}

/// RD 1619/2012, art. 12: the tax in euros; Orden HAC/1177/2024, annex: all amounts in euros, without what is withheld.
#[test]
fn amounts_are_euros_and_add_up() {
    let issuer = issuer();
    let groups =
        [group(Category::Standard, "21", None, "100.05"), group(Category::Reduced, "10", None, "33.33")];
    let groups = crate::domain::tax::euros::of(&groups, "0.9217".parse().unwrap()).unwrap();
    let record = registration(&invoiced(&issuer, "1", buyer("ES", "B12345674"), &groups)).unwrap();
    let of = record.registered().unwrap();
    let sums: Decimal = of.breakdown.iter().map(|detail| detail.base + detail.tax()).sum();
    assert_eq!((euros(of.tax), euros(of.total), of.total), ("22.43".into(), "145.37".into(), sums));
}

#[test]
fn groups_that_a_record_cannot_tell_apart_are_one_detail() {
    let issuer = issuer();
    let groups = [group(Category::Standard, "4", None, "10"), group(Category::Reduced, "4.0", None, "20")];
    let mut of = invoiced(&issuer, "1", buyer("ES", "B12345674"), &groups);
    of.scheme = Scheme::Ipsi;
    let record = registration(&of).unwrap();
    let [detail] = record.registered().unwrap().breakdown.as_slice() else { panic!("one detail") };
    assert_eq!((detail.base, detail.tax()), (Decimal::from(30), "1.2".parse().unwrap()));
}

/// AEAT errors 1130, 1191, 1192, 1197, 1289 and the limits of the schema.
#[test]
fn what_aeat_would_refuse_is_refused() {
    let issuer = issuer();
    let standard = [group(Category::Standard, "21", None, "10")];
    let spanish = || buyer("ES", "B12345674");
    for number in ["", "A<1", "A\"1", "A=1", "Ñ-1", &"9".repeat(61)] {
        refused(&invoiced(&issuer, number, spanish(), &standard), "number");
    }
    refused(
        &invoiced(&issuer, "1", None, &[group(Category::ReverseCharge, "0", None, "10")]),
        "client.tax_id",
    );
    for buyer in [None, spanish()] {
        refused(
            &invoiced(&issuer, "1", buyer, &[group(Category::IntraEu, "0", None, "10")]),
            "client.tax_id",
        );
    }
    let foreign = |code| {
        let correction = Some(Correction { code, corrected: vec![], replaced: None });
        Invoiced { correction, ..invoiced(&issuer, "1", buyer("US", "123"), &standard) }
    };
    refused(&foreign(Code::R3), "client.tax_id");
    refused(&foreign(Code::R2), "client.tax_id");
    assert!(registration(&foreign(Code::R1)).is_ok());
    refused(&invoiced(&issuer, "1", spanish(), &[group(Category::Exempt, "0", None, "10")]), "exemption");
    refused(
        &invoiced(&issuer, "1", spanish(), &[group(Category::Standard, "6.125", None, "10")]),
        "tax_rate",
    );
    refused(&invoiced(&issuer, "1", spanish(), &[]), "lines");
    let large = group(Category::Standard, "21", None, "999999999999");
    refused(&invoiced(&issuer, "1", spanish(), &[large]), "the total in euros");
}

/// Orden HAC/1177/2024, annex, lists L8 to L10; AEAT errors 1198, 1199, 1237, 1238 and 1286.
#[test]
fn each_reason_has_its_codes() {
    let issuer = issuer();
    for (category, exemption, codes) in [
        (Category::Exempt, Some(Exemption::E1), ("01", "OperacionExenta", "E1", false)),
        (Category::Export, None, ("02", "OperacionExenta", "E2", false)),
        (Category::Export, Some(Exemption::E3), ("02", "OperacionExenta", "E3", false)),
        (Category::IntraEu, None, ("01", "OperacionExenta", "E5", false)),
        (Category::OutsideScope, None, ("01", "CalificacionOperacion", "N1", false)),
        (Category::OutsideScope, Some(Exemption::N2), ("01", "CalificacionOperacion", "N2", false)),
        (Category::ReverseCharge, None, ("01", "CalificacionOperacion", "S2", true)),
        (Category::Zero, None, ("01", "CalificacionOperacion", "S1", true)),
    ] {
        let groups = [group(category, "0", exemption, "10")];
        let record = registration(&invoiced(&issuer, "1", buyer("DE", "123456789"), &groups)).unwrap();
        let form = record.form();
        let details = form.get("RegistroAlta").and_then(|node| node.get("Desglose")?.get("DetalleDesglose"));
        let Some(Node::Many(details)) = details else { panic!("{form:?}") };
        let text = |name| details[0].get(name).map(Node::json);
        let (regime, element, code, has_rate) = codes;
        assert_eq!(text("ClaveRegimen"), Some(format!("\"{regime}\"")));
        assert_eq!(text(element), Some(format!("\"{code}\"")));
        assert_eq!(text("TipoImpositivo").is_some() && text("CuotaRepercutida").is_some(), has_rate);
    }
}

/// Orden HAC/1177/2024, art. 7: times with their offset, and never older than the record before.
#[test]
fn a_clock_that_was_set_back_a_little_waits_and_a_wrong_one_is_refused() {
    let issuer = issuer();
    let groups = [group(Category::Standard, "21", None, "10")];
    let of = invoiced(&issuer, "1", None, &groups);
    let first = registration(&of).unwrap();
    assert_eq!(moment(first.generated_at), "2026-11-24T19:20:30+01:00");
    assert_eq!(moment(datetime!(2026-06-30 01:02:03 UTC)), "2026-06-30T01:02:03+00:00");
    let software = software();
    let previous = first.as_previous();
    let at = |generated_at| {
        let making = Making { previous: Some(&previous), software: &software, generated_at };
        Record::cancellation(first.invoice.clone(), making)
    };
    assert_eq!(at(datetime!(2026-11-24 19:20:00 +1)).unwrap().generated_at, first.generated_at);
    assert_eq!(
        at(datetime!(2026-11-24 18:20:31 UTC)).unwrap().generated_at,
        datetime!(2026-11-24 18:20:31 UTC)
    );
    let error = at(datetime!(2026-11-24 19:19:00 +1)).unwrap_err().to_string();
    assert!(error.contains("2026-11-24T19:19:00+01:00"), "{error}");
}
