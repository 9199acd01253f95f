use rust_decimal::Decimal;
use time::Date;

use super::{
    Act,
    invoice::{self, Document},
};
use crate::{
    domain::{
        correction,
        event::Fields,
        ids::{InvoiceId, PaymentId},
        invoice::Invoice,
        money,
        payment::{Method, Payment, Standing},
    },
    error::{Error, Result},
    repository::{self, payment::NewPayment},
};

/// A payment as a person tells it.
#[derive(Debug)]
pub struct Received {
    /// All that is outstanding where absent.
    pub amount: Option<Decimal>,
    pub paid_on: Option<Date>,
    pub method: Method,
    pub reference: Option<String>,
    /// Why it is given up; for a write-off.
    pub reason: Option<String>,
}

/// Takes a payment in, pays a credit back, or writes an amount off; the invoice is paid once nothing is outstanding.
pub async fn record(
    act: &Act<'_>,
    id: InvoiceId,
    expected_version: Option<i64>,
    received: Received,
) -> Result<(Payment, Document)> {
    let paid_on = received.paid_on.unwrap_or(act.today);
    if paid_on > act.today {
        let accepted = format!("{} or earlier", act.today);
        return Err(Error::invalid("paid_on", format!("{paid_on} is in the future"), accepted));
    }
    if (received.method == Method::WriteOff) != received.reason.is_some() {
        let accepted = "a reason with the method write_off, and with no other";
        return Err(Error::invalid("reason", "does not go with the method", accepted));
    }
    let mut document = invoice::lock(act, id, expected_version).await?;
    let before = document.invoice.fields(&document.lines);
    let amount = document.invoice.pay(received.amount)?;
    let payment = NewPayment {
        invoice_id: id,
        amount,
        paid_on,
        method: received.method,
        reference: received.reference.as_deref(),
        reverses: None,
        reason: received.reason.as_deref(),
    };
    let payment = enter(act, &mut document, before, "payment_recorded", &payment).await?;
    Ok((payment, document))
}

/// Takes a payment back by an entry of its own; the invoice owes the amount again.
pub async fn reverse(
    act: &Act<'_>,
    id: PaymentId,
    expected_version: Option<i64>,
    reason: &str,
) -> Result<(Payment, Document)> {
    let original = repository::payment::get(act.tx, act.business_id(), id).await?;
    // under the invoice's lock nobody else can reverse it
    let mut document = invoice::lock(act, original.invoice_id, expected_version).await?;
    let original = repository::payment::get(act.tx, act.business_id(), id).await?;
    match original.standing {
        Standing::Counts => {}
        Standing::Reversed { by } => {
            let problem = format!("Payment {id} was already reversed, by entry {by}.");
            return Err(Error::conflict(problem, "There is nothing left to reverse."));
        }
        Standing::Reversal { of } => {
            let problem = format!("Entry {id} is itself the reversal of payment {of}.");
            return Err(Error::conflict(problem, "If the money did arrive, record_payment enters it again."));
        }
    }
    let before = document.invoice.fields(&document.lines);
    document.invoice.unpay(original.amount);
    if document.invoice.superseded {
        pass_on(act, &mut document.invoice, original.amount).await?;
    }
    let reversal = NewPayment {
        invoice_id: original.invoice_id,
        amount: -original.amount,
        paid_on: act.today,
        method: original.method,
        reference: original.reference.as_deref(),
        reverses: Some(id),
        reason: Some(reason),
    };
    let reversal = enter(act, &mut document, before, "payment_reversed", &reversal).await?;
    Ok((reversal, document))
}

/// What was paid of a superseded invoice counts for the one that stands in its place now.
async fn pass_on(act: &Act<'_>, superseded: &mut Invoice, amount: Decimal) -> Result<()> {
    let mut standing = superseded.id;
    loop {
        let corrections = repository::invoice::corrections(act.tx, act.business_id(), standing).await?;
        match corrections.iter().find(|it| it.method == correction::Method::Substitution) {
            Some(substitute) => standing = substitute.id,
            None => break,
        }
    }
    let mut document = invoice::lock(act, standing, None).await?;
    let before = document.invoice.fields(&document.lines);
    correction::pass_on(superseded, &mut document.invoice, amount);
    let Document { invoice, lines } = &mut document;
    let details = vec![("payment_reversed_on", Some(superseded.label()))];
    invoice::save(act, invoice, lines, "payment_reversed", before, details).await
}

/// Writes the entry, the invoice and its event.
async fn enter(
    act: &Act<'_>,
    document: &mut Document,
    before: Fields,
    action: &'static str,
    payment: &NewPayment<'_>,
) -> Result<Payment> {
    let id = repository::payment::insert(act.tx, act.business_id(), payment, act.moment()).await?;
    let Document { invoice, lines } = document;
    let details = vec![
        ("payment_id", Some(id.to_string())),
        ("amount", Some(money::display(payment.amount, invoice.currency))),
        ("paid_on", Some(payment.paid_on.to_string())),
        ("method", Some(payment.method.name().to_owned())),
        ("reference", payment.reference.map(str::to_owned)),
        ("reverses", payment.reverses.map(|id| id.to_string())),
        ("reversal_reason", payment.reverses.and(payment.reason).map(str::to_owned)),
        ("write_off_reason", payment.reason.filter(|_| payment.reverses.is_none()).map(str::to_owned)),
    ];
    invoice::save(act, invoice, lines, action, before, details).await?;
    repository::payment::get(act.tx, act.business_id(), id).await
}
