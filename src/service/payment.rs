use rust_decimal::Decimal;
use time::Date;

use super::{
    Act,
    correction::{family, set_off},
    invoice::{self, Held, InvoiceWithLines},
};
use crate::{
    domain::{
        correction,
        ids::{InvoiceId, PaymentId},
        invoice::Invoice,
        money,
        payment::{self, Entry, Method, Payment},
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
    let is_write_off = received.method == Method::WriteOff;
    if is_write_off != received.reason.is_some() {
        let (problem, accepted) = if is_write_off {
            ("is missing", "why it is given up, with the method write_off")
        } else {
            (
                "was given, and nothing is given up",
                "nothing; a reason goes with write_off and with no other method",
            )
        };
        return Err(Error::invalid("reason", problem, accepted));
    }
    let mut held = invoice::lock(act, id, expected_version).await?;
    let paid_on = payment::day(received.paid_on, &held.now.invoice, act.today)?;
    let amount = held.now.invoice.pay(received.amount)?;
    if is_write_off {
        let (before, corrections) = repository::together(
            repository::payment::written_off(act.tx, act.business_id(), id),
            repository::invoice::corrections(act.tx, act.business_id(), id),
        )
        .await?;
        payment::small_enough(&held.now.invoice, &corrections, before, amount)?;
    }
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

/// What a reversal leads to.
pub struct Reversed {
    pub entry: Payment,
    pub invoice: InvoiceWithLines,
    /// Where another stands in the invoice's place, it is that one which owes the amount again.
    pub substitute: Option<InvoiceWithLines>,
}

/// Takes a payment back by an entry of its own; the invoice owes the amount again, or the one that stands in its place, less
/// what its corrections are to give back.
pub async fn reverse(
    act: &Act<'_>,
    id: PaymentId,
    expected_version: Option<i64>,
    reason: &str,
) -> Result<Reversed> {
    let original = repository::payment::get(act.tx, act.business_id(), id).await?;
    // under the invoice's lock nobody else can reverse it
    let (mut held, others) = family(act, original.invoice_id, expected_version).await?;
    let original = repository::payment::get(act.tx, act.business_id(), id).await?;
    match original.entry {
        Entry::Counts => {}
        Entry::Reversed { by } => {
            let problem = format!("Payment {id} was already reversed, by entry {by}.");
            return Err(Error::conflict(problem, "There is nothing left to reverse."));
        }
        Entry::Reversal { of } => {
            let problem = format!("Entry {id} is itself the reversal of payment {of}.");
            return Err(Error::conflict(problem, "If the money did arrive, record_payment enters it again."));
        }
    }
    held.now.invoice.unpay(original.amount);
    let substitute = if held.now.invoice.superseded {
        Some(pass_on(act, &mut held.now.invoice, original.amount).await?)
    } else {
        set_off(act, others, &mut held.now.invoice).await?;
        None
    };
    let reversal = NewPayment {
        invoice_id: original.invoice_id,
        amount: -original.amount,
        paid_on: act.today,
        method: original.method,
        reference: original.reference.as_deref(),
        reverses: Some(id),
        reason: Some(reason),
    };
    let (entry, invoice) = enter(act, held, "payment_reversed", &reversal).await?;
    Ok(Reversed { entry, invoice, substitute })
}

/// What was paid of a superseded invoice counts for the one that stands in its place now.
async fn pass_on(act: &Act<'_>, superseded: &mut Invoice, amount: Decimal) -> Result<InvoiceWithLines> {
    let mut id = superseded.id;
    loop {
        let corrections = repository::invoice::corrections(act.tx, act.business_id(), id).await?;
        match corrections.iter().find(|it| it.method == correction::Method::Substitution) {
            Some(substitute) => id = substitute.id,
            None => break,
        }
    }
    let (mut held, others) = family(act, id, None).await?;
    correction::pass_on(superseded, &mut held.now.invoice, amount);
    set_off(act, others, &mut held.now.invoice).await?;
    let details = vec![("payment_reversed_on", Some(superseded.label()))];
    held.save(act, "payment_reversed", details).await
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
