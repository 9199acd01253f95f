//! Whether the surcharge of equivalence is as the law of Spain has it (arts. 148 to 163 LIVA; RD 1619/2012, art. 16.4).

use super::{
    Missing,
    taxes::{Alike, list},
    tool_of,
};
use crate::domain::{
    client::ClientDetails,
    invoice::Invoice,
    tax::{
        category::{Category, Exemption, Scheme},
        rates,
        treatment::{self, Treatment},
    },
};

/// Arts. 148, 154, 156 and 161 LIVA: to each rate its surcharge, to IVA alone, for goods, and from retailers in the regime.
pub(super) fn check(client: &ClientDetails, invoice: &Invoice, alike: &Alike, missing: &mut Missing) {
    let Treatment { rate, surcharge_rate, .. } = alike.treatment;
    let (surcharge_rate, on) = (surcharge_rate.normalize(), invoice.taxed_on());
    let known = rates::surcharges(invoice.scheme, rate, on);
    if surcharge_rate.is_zero() {
        return;
    }
    let withheld = alike.treatment.withholding_rate;
    let what = format!(
        "surcharge_rate {surcharge_rate} is for goods, and withholding_rate {} for services and rents: 0 for the one or the other",
        withheld.normalize()
    );
    missing.unless(treatment::may_bear_surcharge(withheld), &alike.tell(&what), tool_of(invoice));
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

/// Art. 16.4: what bears the surcharge is documented apart from all else that was sold. What was paid for the client was not sold,
/// and may stand beside it.
pub(super) fn apart(invoice: &Invoice, all: &[Alike], missing: &mut Missing) {
    let new = || all.iter().filter(|alike| !alike.taken_back);
    let surcharged = new().find(|alike| !alike.treatment.surcharge_rate.is_zero());
    let other = new().find(|alike| !may_stand_beside(invoice, &alike.treatment));
    let (Some(surcharged), Some(other)) = (surcharged, other) else { return };
    let what = format!(
        "lines with and without surcharge_rate, which belong on separate invoices ({} with, {} without); only outside_scope N1 may stand beside",
        surcharged.place, other.place
    );
    missing.unless(false, &what, tool_of(invoice));
}

/// Goods at a rate of 0 were in the regime as long as there was a surcharge of 0 for them.
fn may_stand_beside(invoice: &Invoice, treatment: &Treatment) -> bool {
    let Treatment { category, rate, exemption, surcharge_rate, .. } = *treatment;
    match category {
        Category::OutsideScope => exemption != Some(Exemption::N2),
        Category::Zero => !rates::surcharges(invoice.scheme, rate, invoice.taxed_on()).is_empty(),
        _ => !surcharge_rate.is_zero(),
    }
}
