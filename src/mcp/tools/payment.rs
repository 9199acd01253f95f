use schemars::JsonSchema;
use serde::Deserialize;

use super::invoice::{Target, details, find};
use crate::{
    auth::scope::Scope,
    domain::{
        ids::{ClientId, PaymentId},
        payment::Method,
        text,
    },
    error::Result,
    mcp::{
        args::{And, Int, InvoiceRef, Number, PageArgs, Text, VersionArgs, amount, day, given, period},
        tool::{About, Ask, Desk, Entry, Read, Write},
        views::{
            List,
            invoice::{InvoiceView, PaymentAndInvoice},
            payment::PaymentView,
        },
    },
    repository::{self, payment::Filter},
    service::{
        self, Act,
        payment::{Received, Reversed},
    },
};

pub fn tools() -> Vec<Entry> {
    vec![Entry::write::<RecordPayment>(), Entry::write::<ReversePayment>(), Entry::read::<ListPayments>()]
}

#[derive(Deserialize, JsonSchema)]
struct RecordPayment {
    /// In the invoice's currency; all that is outstanding where absent.
    amount: Option<Number>,
    /// YYYY-MM-DD; today where absent.
    paid_on: Option<Text>,
    /// transfer (where absent), card, cash, direct_debit, cheque, online or other; write_off gives a small difference or a
    /// bank fee up, 5% of the invoice at most.
    method: Option<Text>,
    /// Such as the bank's reference.
    reference: Option<Text>,
    /// Why it is written off.
    reason: Option<Text>,
}

impl Write for RecordPayment {
    const ABOUT: About = About {
        name: "record_payment",
        title: "Record a payment",
        description: "Record money that came in for a pending invoice, or was paid back of a credit, in part or whole. The invoice \
                      is paid once nothing is outstanding. More than is outstanding is refused.",
        scopes: &[Scope::PaymentsWrite],
    };
    type Args = And<And<Target, Self>, VersionArgs>;
    type View = PaymentAndInvoice;

    async fn call(act: &Act<'_>, And(And(target, args), version): Self::Args) -> Result<PaymentAndInvoice> {
        let reference = given(args.reference.as_ref());
        let received = Received {
            amount: amount("amount", args.amount.as_ref())?,
            paid_on: day("paid_on", args.paid_on.as_ref())?,
            method: method(args.method.as_ref())?.unwrap_or(Method::Transfer),
            reference: reference.map(|text| text::line("reference", text, text::NAME_MAX)).transpose()?,
            reason: given(args.reason.as_ref()).map(|text| text::note("reason", text)).transpose()?,
        };
        let id = target.id(act.tx, act.business.id).await?;
        let (payment, document) = service::payment::record(act, id, version.expected(), received).await?;
        Ok(PaymentAndInvoice {
            payment: payment.into(),
            invoice: details(act, document).await?,
            stands_in_its_place: None,
        })
    }
}

fn method(name: Option<&Text>) -> Result<Option<Method>> {
    given(name).map(|name| Method::parse("method", name)).transpose()
}

#[derive(Deserialize, JsonSchema)]
struct ReversePayment {
    payment_id: Int,
    /// Why; it stays in the history.
    reason: Text,
}

impl Write for ReversePayment {
    const ABOUT: About = About {
        name: "reverse_payment",
        title: "Reverse a payment",
        description: "Take a payment back that bounced or was recorded by mistake, by an entry of its own. The invoice owes \
                      the amount again. expected_version is the invoice's.",
        scopes: &[Scope::PaymentsWrite],
    };
    const DESTRUCTIVE: bool = true;
    type Args = And<Self, VersionArgs>;
    type View = PaymentAndInvoice;

    fn asks(_: &Self::Args) -> Option<Ask<PaymentAndInvoice>> {
        Some(PaymentAndInvoice::ask_to_reverse)
    }

    async fn call(act: &Act<'_>, And(args, version): Self::Args) -> Result<PaymentAndInvoice> {
        let reason = text::note("reason", &args.reason.0)?;
        let id = PaymentId(args.payment_id.0);
        let Reversed { entry, invoice, substitute } =
            service::payment::reverse(act, id, version.expected(), &reason).await?;
        Ok(PaymentAndInvoice {
            payment: entry.into(),
            invoice: details(act, invoice).await?,
            stands_in_its_place: substitute
                .map(|substitute| InvoiceView::new(&substitute.invoice, act.today)),
        })
    }
}

#[derive(Deserialize, JsonSchema)]
struct ListPayments {
    /// Id or legal number.
    invoice_id: Option<InvoiceRef>,
    client_id: Option<Int>,
    /// YYYY-MM-DD.
    paid_from: Option<Text>,
    paid_to: Option<Text>,
    method: Option<Text>,
}

impl Read for ListPayments {
    const ABOUT: About = About {
        name: "list_payments",
        title: "List payments",
        description: "Payments and reversals, newest first, of an invoice, a client, a stretch of days or a method.",
        scopes: &[Scope::PaymentsRead],
    };
    type Args = And<Self, PageArgs>;
    type View = List<PaymentView>;

    async fn call(desk: &Desk<'_>, And(args, page): Self::Args) -> Result<List<PaymentView>> {
        let invoice_id = match &args.invoice_id {
            Some(reference) => Some(find(desk.client, desk.business, reference).await?),
            None => None,
        };
        let open = Filter::default().paid;
        let filter = Filter {
            invoice_id,
            client_id: args.client_id.map(|id| ClientId(id.0)),
            paid: period(open, ("paid_from", &args.paid_from), ("paid_to", &args.paid_to))?,
            method: method(args.method.as_ref())?,
        };
        let found = repository::payment::list(desk.client, desk.business, &filter, &page.into()).await?;
        Ok(List::of(found, PaymentView::from))
    }
}
