//! One chain with every kind of record, for the tests here and for the checkers of others.

use rust_decimal::Decimal;
use time::macros::{date, datetime};

use super::{
    Correction, InvoiceRef, Invoiced, Making, Record, Replaced,
    breakdown::Regimes,
    party::{Buyer, BuyerId, IdKind, Issuer, Software},
};
use crate::domain::{
    codes::{Country, Currency},
    correction::Code,
    tax::{
        self, TaxGroup, Taxed,
        category::{Category, Exemption, Scheme},
        treatment::Treatment,
    },
};

pub(crate) fn issuer() -> Issuer {
    Issuer::new("89890001K", "Muñoz & Hijas <Diseño> \"S.L.\"").unwrap()
}

pub(crate) fn software() -> Software {
    Software::facturo(&issuer(), "6f1c8a52-7a53-4a0e-9d3c-3f8f6f0f1f10", false)
}

pub(crate) fn group(category: Category, rate: &str, exemption: Option<Exemption>, base: &str) -> TaxGroup {
    surcharged(category, rate, exemption, base, "0")
}

fn surcharged(
    category: Category,
    rate: &str,
    exemption: Option<Exemption>,
    base: &str,
    surcharge: &str,
) -> TaxGroup {
    let treatment = treatment(category, rate, exemption, surcharge);
    tax::groups(
        [Taxed { treatment, net: base.parse().unwrap(), gross: None, rest: tax::Rest::default() }],
        Currency::EUR,
    )
    .remove(0)
}

pub(crate) fn treatment(
    category: Category,
    rate: &str,
    exemption: Option<Exemption>,
    surcharge: &str,
) -> Treatment {
    Treatment {
        category,
        rate: rate.parse().unwrap(),
        exemption,
        surcharge_rate: surcharge.parse().unwrap(),
        withholding_rate: Decimal::ZERO,
    }
}

pub(crate) fn invoiced<'a>(
    issuer: &'a Issuer,
    number: &'a str,
    buyer: Option<Buyer>,
    groups: &'a [TaxGroup],
) -> Invoiced<'a> {
    Invoiced {
        issuer,
        number,
        issue_date: date!(2026 - 11 - 24),
        operation_date: None,
        simplified: false,
        correction: None,
        description: "Diseño & maquetación «año» <web>; 2 × camisetas",
        buyer,
        scheme: Scheme::Iva,
        groups,
        regimes: Regimes::default(),
    }
}

pub(crate) fn buyer(country: &str, tax_id: &str) -> Option<Buyer> {
    let country = Country::parse("country", country).unwrap();
    Buyer::identified("Peña & Cía, S.A.", Some(country), Some(tax_id), false).unwrap()
}

/// A chain that grows.
pub(crate) struct Book {
    pub(crate) issuer: Issuer,
    pub(crate) records: Vec<Record>,
}

impl Book {
    pub(crate) fn new() -> Self {
        Self { issuer: issuer(), records: Vec::new() }
    }

    fn write(&mut self, make: impl FnOnce(&Issuer, Making<'_>) -> Record) {
        let previous = self.records.last().map(Record::as_previous);
        let software = software();
        let after = time::Duration::seconds(self.records.len() as i64 * 5);
        let generated_at = datetime!(2026-11-24 19:20:30 +1) + after;
        let making = Making { previous: previous.as_ref(), software: &software, generated_at };
        self.records.push(make(&self.issuer, making));
    }

    pub(crate) fn add(
        &mut self,
        number: &str,
        buyer: Option<Buyer>,
        groups: &[TaxGroup],
        change: impl FnOnce(&mut Invoiced<'_>),
    ) {
        self.write(|issuer, making| {
            let mut invoiced = invoiced(issuer, number, buyer, groups);
            change(&mut invoiced);
            Record::registration(&invoiced, making).unwrap()
        });
    }

    pub(crate) fn cancel(&mut self, invoice: InvoiceRef) {
        self.write(|_, making| Record::cancellation(invoice, making).unwrap());
    }

    fn named(&self, number: &str) -> &Record {
        self.records.iter().find(|record| record.invoice.number == number).unwrap()
    }

    fn correction(&self, number: &str, code: Code, substitutes: bool) -> Option<Correction> {
        let original = self.named(number);
        Some(Correction {
            code,
            corrected: vec![original.invoice.clone()],
            replaced: substitutes.then(|| Replaced::of(&original.registered().unwrap().breakdown)),
        })
    }
}

/// One of each.
pub(crate) fn all() -> Vec<Record> {
    use Category::{Exempt, Export, IntraEu, OutsideScope, Reduced, ReverseCharge, Standard, Zero};
    let mut book = Book::new();
    let spanish = || buyer("ES", "B12345674");
    let two_rates = [group(Standard, "21", None, "100.10"), group(Reduced, "10", None, "33.33")];
    book.add("F-2026-0001", spanish(), &two_rates, |_| {});
    let retailer =
        [surcharged(Standard, "21", None, "200", "5.2"), surcharged(Reduced, "10", None, "50.50", "1.4")];
    book.add("F-2026-0002", spanish(), &retailer, |of| of.operation_date = Some(date!(2026 - 11 - 20)));
    book.add("F-2026-0003", spanish(), &[group(Exempt, "0", Some(Exemption::E1), "80")], |_| {});
    book.add("F-2026-0004", spanish(), &[group(ReverseCharge, "0", None, "1500")], |_| {});
    book.add("F-2026-0005", buyer("US", "12-3456789"), &[group(Export, "0", None, "999.99")], |_| {});
    book.add("F-2026-0006", buyer("DE", "123456789"), &[group(IntraEu, "0", None, "420")], |_| {});
    book.add(
        "F-2026-0007",
        buyer("CH", "CHE-123.456.789"),
        &[group(OutsideScope, "0", Some(Exemption::N2), "75")],
        |_| {},
    );
    book.add("S-2026-0001", None, &[group(Standard, "21", None, "10")], |of| of.simplified = true);
    book.add("S-2026-0002", spanish(), &[group(Standard, "21", None, "11")], |of| of.simplified = true);
    let returned = [group(Standard, "21", None, "-20.05"), group(Zero, "0", None, "-3")];
    let correction = book.correction("F-2026-0001", Code::R1, false);
    book.add("R-2026-0001", spanish(), &returned, |of| of.correction = correction);
    let correction = book.correction("F-2026-0002", Code::R4, true);
    book.add("R-2026-0002", spanish(), &retailer[..1], |of| of.correction = correction);
    let correction = book.correction("S-2026-0001", Code::R4, false);
    book.add("R-2026-0003", None, &[group(Standard, "21", None, "-10")], |of| {
        of.correction = correction;
        of.simplified = true;
    });
    book.add("F-2026-0008", spanish(), &[group(Standard, "7", None, "60")], |of| of.scheme = Scheme::Igic);
    book.add("F-2026-0009", spanish(), &[group(Standard, "4", None, "60")], |of| of.scheme = Scheme::Ipsi);
    let passport =
        BuyerId::Other { country: Some("AR".into()), kind: IdKind::Passport, id: "AAB123456".into() };
    let tourist = Buyer { name: "Íñigo Ñandú".into(), id: passport };
    book.add("F-2026-0010", Some(tourist), &[group(Standard, "21", None, "30")], |_| {});
    book.add("F-2026-0011", None, &[group(Standard, "21", None, "4000")], |_| {});
    let dollars = tax::euros::of(&[group(Standard, "21", None, "100")], "0.9217".parse().unwrap()).unwrap();
    book.add("F-2026-0012", buyer("US", "12-3456789"), &dollars, |_| {});
    book.add("F-2026-0013", spanish(), &[group(Standard, "21", None, "100000000")], |_| {});
    let void = book.named("F-2026-0010").invoice.clone();
    book.cancel(void);
    book.records
}
