//! Whether the tax of each line is what the law of Spain says of it (arts. 20 to 25, 84, 90, 91, 148 ff. LIVA; arts. 99
//! and 101 LIRPF; RD 1619/2012, arts. 6.1.j and 16.4).

use rust_decimal::Decimal;

use super::{Missing, is_for_a_business, tool_of};
use crate::domain::{
    client::ClientDetails,
    correction::Method,
    invoice::Invoice,
    line::{self, Line},
    mentions, money,
    tax::{
        Key, TaxGroup,
        category::{Category, Scheme},
        rates,
        treatment::Treatment,
    },
};

pub(super) fn check(client: &ClientDetails, invoice: &Invoice, lines: &[Line], missing: &mut Missing) {
    for alike in Alike::of(invoice, lines) {
        basis(invoice, &alike, missing);
        if !alike.taken_back {
            rate(invoice, &alike, missing);
            surcharge(client, invoice, &alike, missing);
            category(invoice, &alike, missing);
            destination(client, invoice, &alike, missing);
            withholding(client, invoice, &alike, missing);
        }
    }
    if invoice.correction.is_none() {
        not_below_zero(invoice, lines, missing);
    }
    // art. 16.4: what bears the surcharge is documented apart
    let taxed = || lines.iter().filter(|line| line.treatment.category.is_taxed());
    let surcharged = taxed().filter(|line| !line.treatment.surcharge_rate.is_zero()).count();
    missing.unless(
        surcharged == 0 || surcharged == taxed().count(),
        "lines with and without surcharge_rate, which belong on separate invoices",
        tool_of(invoice),
    );
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
struct Alike {
    treatment: Treatment,
    /// Where the first stands.
    place: String,
    count: usize,
    net: Decimal,
    /// A correction by difference takes them back: they stood before, right or wrong.
    taken_back: bool,
}

impl Alike {
    fn of(invoice: &Invoice, lines: &[Line]) -> Vec<Self> {
        let by_difference = invoice.correction.as_ref().is_some_and(|it| it.method == Method::Difference);
        let mut all = Vec::<Self>::new();
        for (place, Line { treatment, net, .. }) in line::places(lines) {
            match all.iter_mut().find(|alike| alike.treatment == *treatment) {
                Some(alike) => (alike.count, alike.net) = (alike.count + 1, alike.net + net),
                None => {
                    all.push(Self { treatment: *treatment, place, count: 1, net: *net, taken_back: false });
                }
            }
        }
        for alike in &mut all {
            alike.taken_back = by_difference && alike.net < Decimal::ZERO;
        }
        all
    }

    /// What is wrong, after where.
    fn tell(&self, what: &str) -> String {
        match self.count {
            1 => format!("{}: {what}", self.place),
            count => format!("{} and {} more: {what}", self.place, count - 1),
        }
    }
}

/// Rates as they are told, such as `21, 10, 4`.
fn list(rates: &[Decimal]) -> String {
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

/// Arts. 148, 154, 156 and 161 LIVA: to each rate its surcharge, to IVA alone, and from retailers in the regime.
fn surcharge(client: &ClientDetails, invoice: &Invoice, alike: &Alike, missing: &mut Missing) {
    let Treatment { rate, surcharge_rate, .. } = alike.treatment;
    let (surcharge_rate, on) = (surcharge_rate.normalize(), invoice.taxed_on());
    let known = rates::surcharges(invoice.scheme, rate, on);
    if surcharge_rate.is_zero() {
        return;
    }
    if known.contains(&surcharge_rate) {
        let what = format!(
            "surcharge_rate {surcharge_rate}, and the client is no retailer in that regime: 0; or, if it is, surcharge: true by update_client"
        );
        return missing.unless(client.surcharge, &alike.tell(&what), tool_of(invoice));
    }
    let rate = rate.normalize();
    let what = match invoice.scheme {
        Scheme::Iva if known.is_empty() => return, // the rate itself is no rate of that day
        Scheme::Iva => format!(
            "surcharge_rate {surcharge_rate} is not that of {rate}% on {on}: {}, or 0 where there is none",
            list(&known)
        ),
        Scheme::Igic | Scheme::Ipsi => {
            format!("surcharge_rate {surcharge_rate}, which {} does not have", invoice.scheme.name())
        }
    };
    missing.unless(false, &alike.tell(&what), tool_of(invoice));
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

/// Where goods for a client go.
#[derive(PartialEq, Eq)]
enum Place {
    /// The part of Spain where this tax is the one (art. 3 LIVA).
    Of(Scheme),
    /// Another member state, or Northern Ireland, which counts as one for goods.
    Union,
    Elsewhere,
}

impl Place {
    /// The parts of Spain are told by the province that a postal code begins with, and Northern Ireland by its VAT number.
    /// Where nothing is said, goods stay where they are: at the place of `scheme`.
    fn of(client: &ClientDetails, scheme: Scheme) -> Self {
        let northern_irish = client.tax_id.as_deref().is_some_and(|number| number.starts_with("XI"));
        match client.contact.country {
            None => Self::in_spain(client, scheme),
            Some(country) if country.is_spain() => Self::in_spain(client, scheme),
            Some(country) if country.is_in_union() => Self::Union,
            Some(country) if country.alpha2() == "GB" && northern_irish => Self::Union,
            Some(_) => Self::Elsewhere,
        }
    }

    fn in_spain(client: &ClientDetails, scheme: Scheme) -> Self {
        Self::Of(match client.contact.postal_code.as_deref().and_then(|code| code.get(..2)) {
            None => scheme,
            Some("35" | "38") => Scheme::Igic,
            Some("51" | "52") => Scheme::Ipsi,
            Some(_) => Scheme::Iva,
        })
    }

    /// Whether goods that are taxed by `scheme` are exported when they go there.
    fn is_abroad(&self, scheme: Scheme) -> bool {
        match self {
            Self::Of(there) => *there != scheme,
            Self::Union => scheme != Scheme::Iva,
            Self::Elsewhere => true,
        }
    }
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

/// Arts. 99.2 and 101 LIRPF: who withholds, and how much.
fn withholding(client: &ClientDetails, invoice: &Invoice, alike: &Alike, missing: &mut Missing) {
    let (rate, on) = (alike.treatment.withholding_rate.normalize(), invoice.taxed_on());
    if rate.is_zero() {
        return;
    }
    let who = if client.private_person { "a private person" } else { "a client outside Spain" };
    let what = format!("withholding_rate {rate}, and {who} withholds nothing: 0");
    missing.unless(client.withholds(), &alike.tell(&what), tool_of(invoice));
    let known = rates::withheld(on);
    let what = format!("withholding_rate {rate} is no rate of IRPF on {on}: 0, {}", list(&known));
    missing.unless(known.is_empty() || known.contains(&rate), &alike.tell(&what), tool_of(invoice));
}
