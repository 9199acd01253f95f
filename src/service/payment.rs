use rust_decimal::Decimal;
use time::Date;

use super::{
    Act,
    invoice::{self, Held, InvoiceWithLines},
};
use crate::{
    domain::{
        correction,
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
) -> Result<(Payment, InvoiceWithLines)> {
    let paid_on = received.paid_on.unwrap_or(act.today);
    if paid_on > act.today {
        let accepted = format!("{} or earlier", act.today);
        return Err(Error::invalid("paid_on", format!("{paid_on} is in the future"), accepted));
    }
    if (received.method == Method::WriteOff) != received.reason.is_some() {
        let accepted = "a reason with the method write_off, and with no other";
        return Err(Error::invalid("reason", "does not go with the method", accepted));
    }
    let mut held = invoice::lock(act, id, expected_version).await?;
    let amount = held.now.invoice.pay(received.amount)?;
    let payment = NewPayment {
        invoice_id: id,
        amount,
        paid_on,
        method: received.method,
        reference: received.reference.as_deref(),
        reverses: None,
        reason: received.reason.as_deref(),
    };
    enter(act, held, "payment_recorded", &payment).await
}

/// Takes a payment back by an entry of its own; the invoice owes the amount again.
pub async fn reverse(
    act: &Act<'_>,
    id: PaymentId,
    expected_version: Option<i64>,
    reason: &str,
) -> Result<(Payment, InvoiceWithLines)> {
    let original = repository::payment::get(act.tx, act.business_id(), id).await?;
    // under the invoice's lock nobody else can reverse it
    let mut held = invoice::lock(act, original.invoice_id, expected_version).await?;
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
    held.now.invoice.unpay(original.amount);
    if held.now.invoice.superseded {
        pass_on(act, &mut held.now.invoice, original.amount).await?;
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
    enter(act, held, "payment_reversed", &reversal).await
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
    let mut held = invoice::lock(act, standing, None).await?;
    correction::pass_on(superseded, &mut held.now.invoice, amount);
    let details = vec![("payment_reversed_on", Some(superseded.label()))];
    held.save(act, "payment_reversed", details).await.map(drop)
}

/// Writes the entry, the invoice and its event.
async fn enter(
    act: &Act<'_>,
    held: Held,
    action: &'static str,
    payment: &NewPayment<'_>,
) -> Result<(Payment, InvoiceWithLines)> {
    let id = repository::payment::insert(act.tx, act.business_id(), payment, act.moment()).await?;
    let details = vec![
        ("payment_id", Some(id.to_string())),
        ("amount", Some(money::display(payment.amount, held.now.invoice.currency))),
        ("paid_on", Some(payment.paid_on.to_string())),
        ("method", Some(payment.method.name().to_owned())),
        ("reference", payment.reference.map(str::to_owned)),
        ("reverses", payment.reverses.map(|id| id.to_string())),
        ("reversal_reason", payment.reverses.and(payment.reason).map(str::to_owned)),
        ("write_off_reason", payment.reason.filter(|_| payment.reverses.is_none()).map(str::to_owned)),
    ];
    repository::together(
        repository::payment::get(act.tx, act.business_id(), id),
        held.save(act, action, details),
    )
    .await
}
