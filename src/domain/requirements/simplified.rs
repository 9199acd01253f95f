//! What a simplified invoice may be (RD 1619/2012, art. 4).

use rust_decimal::Decimal;

use super::Missing;
use crate::domain::{
    business::BusinessDetails,
    codes::Currency,
    invoice::Invoice,
    line::Line,
    money,
    series::Kind,
    tax::category::{Category, Exemption},
};

/// Euros with tax that a simplified invoice may come to (art. 4.1.a).
const MAX: Decimal = Decimal::from_parts(400, 0, 0, false, 0);
/// The same in the sectors that art. 4.2 lists.
const RETAIL_MAX: Decimal = Decimal::from_parts(3_000, 0, 0, false, 0);

/// Up to 400 euros, and never for what goes or is done abroad (art. 4.4) or reverses the charge; a correction together with what stands of its
/// original. A correction that takes back is let be.
pub(super) fn check(
    business: &BusinessDetails,
    invoice: &Invoice,
    lines: &[Line],
    left: Decimal,
    missing: &mut Missing,
) {
    if invoice.kind == Kind::Corrective && invoice.totals.total <= Decimal::ZERO {
        return;
    }
    let wants = match invoice.kind {
        Kind::Corrective => "take it all back (correct_invoice without lines), then make one of",
        Kind::Standard | Kind::Simplified => "this one wants",
    };
    let rate = invoice.exchange_rate.unwrap_or(Decimal::ONE);
    let euros = (left + invoice.totals.total) * rate;
    let limit = if business.retail { RETAIL_MAX } else { MAX };
    missing.unless(
        euros <= limit,
        &format!(
            "a simplified invoice comes to {} EUR at most; {wants} kind: standard",
            money::display(limit, Currency::EUR)
        ),
        "create_invoice",
    );
    let abroad = lines.iter().any(|line| {
        matches!(line.treatment.category, Category::IntraEu | Category::Export | Category::ReverseCharge)
            || line.treatment.exemption == Some(Exemption::N2)
    });
    missing.unless(
        !abroad,
        &format!("across borders or with reverse charge, {wants} kind: standard"),
        "create_invoice",
    );
}
