//! Whether the tax of each line is what the law of Spain says of it (arts. 20 to 25, 84, 90, 91 LIVA; arts. 99 and 101
//! LIRPF; RD 1619/2012, art. 6.1.j).

use rust_decimal::Decimal;

use super::{Missing, is_for_a_business, surcharge, tool_of};
use crate::domain::{
    business::{BusinessDetails, WITHHELD_OF_COMPANIES},
    client::ClientDetails,
    correction::Method,
    invoice::Invoice,
    line::{self, Line, LineKind},
    mentions, money,
    place::Place,
    tax::{
        Key, TaxGroup,
        category::{Category, Scheme},
        rates,
        treatment::Treatment,
    },
    tax_id,
};

pub(super) fn check(
    business: &BusinessDetails,
    client: &ClientDetails,
    invoice: &Invoice,
    lines: &[Line],
    missing: &mut Missing,
) {
    let all = Alike::of(invoice, lines);
    for alike in &all {
        basis(invoice, alike, missing);
        if !alike.taken_back {
            rate(invoice, alike, missing);
            zero(client, invoice, alike, missing);
            surcharge::check(client, invoice, alike, missing);
            category(invoice, alike, missing);
            destination(client, invoice, alike, missing);
            withholding((business, client), invoice, alike, missing);
        }
    }
    surcharge::apart(invoice, &all, missing);
    if invoice.correction.is_none() {
        not_below_zero(invoice, lines, missing);
    }
}

/// Arts. 78 and 80 LIVA, art. 15: a discount lowers what it was given on, and what another invoice charged is taken back
/// by a corrective one.
fn not_below_zero(invoice: &Invoice, lines: &[Line], missing: &mut Missing) {
    for TaxGroup { key: Key { category, rate, .. }, base, .. } in line::groups(lines, invoice.currency) {
        let what = format!(
            "{} {} at {} {rate}%, where no less than zero is charged: take it off at the rate of what it belongs to, or from the invoice that charged it by correct_invoice",
            money::display(base, invoice.currency),
            invoice.currency,
            category.name()
        );
        missing.unless(base >= Decimal::ZERO, &what, tool_of(invoice));
    }
}

/// Lines that are taxed alike, so that what is wrong with them is told once.
pub(super) struct Alike {
    pub treatment: Treatment,
    /// Where the first stands.
    pub place: String,
    count: usize,
    net: Decimal,
    /// A rate was said and no category, for one of them at least; or neither.
    without_category: bool,
    /// A correction by difference takes them back: they stood before, right or wrong.
    pub taken_back: bool,
}

impl Alike {
    fn of(invoice: &Invoice, lines: &[Line]) -> Vec<Self> {
        let by_difference = invoice.correction.as_ref().is_some_and(|it| it.method == Method::Difference);
        let mut all = Vec::<Self>::new();
        for (place, line) in line::places(lines) {
            let Line { treatment, net, .. } = *line;
            let index = all.iter().position(|alike| alike.treatment == treatment).unwrap_or_else(|| {
                let none = Decimal::ZERO;
                all.push(Self {
                    treatment,
                    place,
                    count: 0,
                    net: none,
                    without_category: false,
                    taken_back: false,
                });
                all.len() - 1
            });
            let alike = &mut all[index];
            (alike.count, alike.net) = (alike.count + 1, alike.net + net);
            alike.without_category |= is_without_category(line);
            alike.taken_back = by_difference && alike.net < Decimal::ZERO;
        }
        all
    }

    /// What is wrong, after where.
    pub fn tell(&self, what: &str) -> String {
        match self.count {
            1 => format!("{}: {what}", self.place),
            count => format!("{} and {} more: {what}", self.place, count - 1),
        }
    }
}

/// Of what is put on the whole or taken off it, the category is that of the lines where nothing is said.
fn is_without_category(line: &Line) -> bool {
    line.asked.category.is_none() && (line.kind == LineKind::Item || line.asked.rate.is_some())
}

/// Rates as they are told, such as `21, 10, 4`.
pub(super) fn list(rates: &[Decimal]) -> String {
    rates.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Art. 90.Dos LIVA: the rate is one of the day of the operation.
fn rate(invoice: &Invoice, alike: &Alike, missing: &mut Missing) {
    let (rate, on) = (alike.treatment.rate.normalize(), invoice.taxed_on());
    let (scheme, known) = (invoice.scheme.name(), rates::known(invoice.scheme, on));
    let what = if known.is_empty() {
        format!("{rate}% on {on}, of when no rates of {scheme} are known here")
    } else {
        format!("{rate}% is no rate of {scheme} on {on}: {}", list(&known))
    };
    // each city sets those of IPSI
    let holds = rate.is_zero() || invoice.scheme == Scheme::Ipsi || known.contains(&rate);
    missing.unless(holds, &alike.tell(&what), tool_of(invoice));
}

/// Art. 91.Cuatro LIVA: since retailers do not resell at it any more, IVA's rate of 0 is for donations to bodies in Spain alone, so it
/// is meant only where it is said by name. What a correction has of its original is let be.
fn zero(client: &ClientDetails, invoice: &Invoice, alike: &Alike, missing: &mut Missing) {
    let Treatment { category, rate, .. } = alike.treatment;
    let is_sold = !rates::surcharges(invoice.scheme, rate, invoice.taxed_on()).is_empty();
    if category != Category::Zero || invoice.scheme != Scheme::Iva || is_sold {
        return;
    }
    let others = "exemption E1, E3, E4 or E6, reverse_charge, intra_eu, export, or outside_scope (N1; N2 for services abroad)";
    let what = format!(
        "tax_rate 0 says not why: {others}; or tax_category zero for donations of art. 91.Cuatro LIVA"
    );
    missing.unless(!alike.without_category, &alike.tell(&what), tool_of(invoice));
    let is_at_home = client.contact.is_in_spain() || alike.without_category || invoice.correction.is_some();
    let what = format!("tax_category zero is for bodies in Spain, and the client is outside: {others}");
    missing.unless(is_at_home, &alike.tell(&what), tool_of(invoice));
}

/// Art. 6.1.j: why a line is exempt. Where its code names no article of the tax, the notes do.
fn basis(invoice: &Invoice, alike: &Alike, missing: &mut Missing) {
    if alike.treatment.category != Category::Exempt {
        return;
    }
    let Some(basis) = alike.treatment.exemption else {
        let what = alike.tell("exemption, the legal basis of an exempt line (E1, E3, E4 or E6)");
        return missing.unless(false, &what, tool_of(invoice));
    };
    let is_said = !mentions::are_left_to_notes(invoice.scheme, &alike.treatment) || invoice.notes.is_some();
    let what = format!(
        "notes with the article that makes it exempt, since {} of {} names none",
        basis.code(),
        invoice.scheme.name()
    );
    missing.unless(is_said, &alike.tell(&what), tool_of(invoice));
}

/// Arts. 90 and 91 LIVA: which rate is the general one and which are reduced.
fn category(invoice: &Invoice, alike: &Alike, missing: &mut Missing) {
    let (Treatment { category, rate, .. }, on) = (alike.treatment, invoice.taxed_on());
    if !category.is_taxed() || !rates::known(invoice.scheme, on).contains(&rate) {
        return;
    }
    let of_rate = rates::category(invoice.scheme, rate, on);
    let what = format!(
        "tax_category {} is not that of {}% on {on}, which is {}",
        category.name(),
        rate.normalize(),
        of_rate.name()
    );
    missing.unless(category == of_rate, &alike.tell(&what), tool_of(invoice));
}

/// Arts. 21, 25 and 84.Uno.2º LIVA, art. 11 Ley 20/1991, art. 8 Ley 8/1991: where it goes, and to whom.
fn destination(client: &ClientDetails, invoice: &Invoice, alike: &Alike, missing: &mut Missing) {
    const TOOL: &str = "update_client";
    let (category, scheme) = (alike.treatment.category, invoice.scheme);
    let place = Place::of(client, scheme);
    if category == Category::IntraEu && scheme != Scheme::Iva {
        let what = format!("intra_eu, which {} does not have: export", scheme.name());
        missing.unless(false, &alike.tell(&what), tool_of(invoice));
    } else if category == Category::IntraEu {
        let what = alike.tell("intra_eu wants a client in another member state");
        missing.unless(place == Place::Union, &what, TOOL);
        let number =
            client.tax_id.as_deref().filter(|_| place == Place::Union).filter(|_| !client.private_person);
        let what = format!(
            "intra_eu wants the client's VAT number (NIF-IVA), and {} is another: tax_id with the prefix of its country",
            number.unwrap_or_default()
        );
        let is_vat = number.is_none_or(|number| tax_id::is_vat(number, client.contact.country));
        missing.unless(is_vat, &alike.tell(&what), TOOL);
    }
    if category == Category::Export {
        let outside = match scheme {
            Scheme::Iva => "the Union, or by its postal_code in the Canary Islands, Ceuta or Melilla",
            Scheme::Igic => "the Canary Islands, by its country or postal_code",
            Scheme::Ipsi => "Ceuta and Melilla, by its country or postal_code",
        };
        let what = alike.tell(&format!("export wants a client outside {outside}"));
        missing.unless(place.is_abroad(scheme), &what, TOOL);
    }
    let what = format!(
        "{} is for a business, and the client is a private person: tax it at a rate, or set private_person: false with a tax_id by update_client",
        category.name()
    );
    let fits = !client.private_person || !is_for_a_business(category);
    missing.unless(fits, &alike.tell(&what), tool_of(invoice));
}

/// Arts. 99.2 and 101 LIRPF, art. 75 RIRPF: who withholds, of whom, and how much.
fn withholding(
    (business, client): (&BusinessDetails, &ClientDetails),
    invoice: &Invoice,
    alike: &Alike,
    missing: &mut Missing,
) {
    let (rate, on) = (alike.treatment.withholding_rate.normalize(), invoice.taxed_on());
    if rate.is_zero() {
        return;
    }
    let who = if client.private_person { "a private person" } else { "a client outside Spain" };
    let what = format!("withholding_rate {rate}, and {who} withholds nothing: 0");
    missing.unless(client.withholds(), &alike.tell(&what), tool_of(invoice));
    let known = rates::withheld(on);
    let what = format!("withholding_rate {rate} is no rate of IRPF on {on}: 0, {}", list(&known));
    if !known.is_empty() && !known.contains(&rate) {
        return missing.unless(false, &alike.tell(&what), tool_of(invoice));
    }
    let what = format!(
        "withholding_rate {rate} is of natural persons, and the business is a company: {WITHHELD_OF_COMPANIES}"
    );
    let holds = known.is_empty() || business.may_have_withheld(rate);
    missing.unless(holds, &alike.tell(&what), tool_of(invoice));
}
