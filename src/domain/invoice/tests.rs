//! The life of an invoice, transition by transition.

use proptest::prelude::*;
use time::macros::{date, datetime};

use super::*;
use crate::error::Result;

const TODAY: Date = date!(2026 - 11 - 24);

fn draft(total: i64) -> Invoice {
    let amount = Decimal::new(total, 2);
    Invoice {
        id: InvoiceId(7),
        version: 1,
        client_id: ClientId(1),
        client_name: "Ana".into(),
        currency: Currency::EUR,
        scheme: Scheme::Iva,
        kind: Kind::Standard,
        correction: None,
        state: State::Draft { planned_issue_date: date!(2026 - 11 - 20), series: None },
        due: Due { date: date!(2026 - 12 - 20), from_terms: true },
        notes: None,
        internal_notes: None,
        totals: Totals {
            subtotal: amount,
            tax: Decimal::ZERO,
            surcharge: Decimal::ZERO,
            total: amount,
            withholding: Decimal::ZERO,
            payable: amount,
        },
        paid: Decimal::ZERO,
        netted: Decimal::ZERO,
        superseded: false,
        operation_date: None,
        exchange_rate: None,
        created_at: datetime!(2026-11-20 10:00 UTC),
        updated_at: datetime!(2026-11-20 10:00 UTC),
    }
}

fn issued(total: i64) -> Invoice {
    let mut invoice = draft(total);
    invoice.issue("F-2026-0001".into(), Some("F".into()), TODAY, TODAY).unwrap();
    invoice
}

fn told(result: Result<impl std::fmt::Debug>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn a_draft_issued_late_takes_its_terms_along() {
    let invoice = issued(10_000);
    let document = invoice.issued().unwrap();
    assert_eq!((document.issue_date, invoice.due.date), (TODAY, date!(2026 - 12 - 24)));
    assert_eq!(document.document_due_date, invoice.due.date);
}

#[test]
fn an_agreed_due_date_stays_and_must_not_come_before_the_issue() {
    let mut invoice = draft(10_000);
    invoice.due = Due { date: date!(2026 - 11 - 23), from_terms: false };
    assert!(
        told(invoice.issue("F-2026-0001".into(), Some("F".into()), TODAY, TODAY)).starts_with("due_date")
    );
    invoice.due.date = TODAY;
    invoice.issue("F-2026-0001".into(), Some("F".into()), TODAY, TODAY).unwrap();
    assert_eq!(invoice.due.date, TODAY);
}

#[test]
fn nothing_is_issued_twice_or_in_the_future() {
    let tomorrow = date!(2026 - 11 - 25);
    assert!(
        told(draft(1).issue("F-2026-0001".into(), Some("F".into()), tomorrow, TODAY))
            .starts_with("issue_date")
    );
    assert!(
        told(issued(1).issue("F-2026-0002".into(), Some("F".into()), TODAY, TODAY)).contains("is pending")
    );
}

#[test]
fn an_invoice_with_nothing_to_pay_is_paid_at_issue() {
    assert_eq!(issued(0).status(), Status::Paid);
}

#[test]
fn payments_make_it_paid_and_their_reversal_pending_again() {
    let mut invoice = issued(10_000);
    invoice.pay(Some(Decimal::new(4_000, 2))).unwrap();
    assert!(invoice.is_partially_paid());
    assert_eq!(invoice.pay(None).unwrap(), Decimal::new(6_000, 2));
    assert_eq!((invoice.status(), invoice.outstanding()), (Status::Paid, Decimal::ZERO));
    invoice.unpay(Decimal::new(6_000, 2));
    assert_eq!((invoice.status(), invoice.outstanding()), (Status::Pending, Decimal::new(6_000, 2)));
}

#[test]
fn a_payment_that_does_not_fit_is_refused_with_the_figure() {
    let mut invoice = issued(10_000);
    assert!(told(invoice.pay(Some(Decimal::new(10_001, 2)))).contains("100.00"));
    assert!(told(invoice.pay(Some(Decimal::new(1, 3)))).contains("decimals"));
    for amount in [Decimal::ZERO, Decimal::NEGATIVE_ONE] {
        assert!(told(invoice.pay(Some(amount))).contains("above zero"));
    }
    assert!(told(draft(1).pay(None)).contains("not issued"));
    assert!(told(issued(0).pay(None)).contains("already paid"));
}

#[test]
fn only_what_was_issued_and_not_paid_is_cancelled() {
    assert!(told(draft(1).cancel("x".into(), Decimal::ZERO)).contains("never issued"));
    let mut invoice = issued(10_000);
    invoice.pay(Some(Decimal::ONE)).unwrap();
    assert!(told(invoice.cancel("x".into(), Decimal::ZERO)).contains("1.00 EUR"));
    invoice.unpay(Decimal::ONE);
    invoice.cancel("Duplicate".into(), Decimal::ZERO).unwrap();
    assert_eq!((invoice.status(), invoice.outstanding()), (Status::Cancelled, Decimal::ZERO));
    assert_eq!(invoice.issued().unwrap().number, "F-2026-0001");
    assert!(told(invoice.cancel("x".into(), Decimal::ZERO)).contains("already cancelled"));
    assert!(told(invoice.pay(None)).contains("is cancelled"));
}

#[test]
fn overdue_begins_the_day_after_the_due_date() {
    let invoice = issued(10_000);
    assert_eq!(invoice.days_overdue(invoice.due.date), None);
    assert_eq!(invoice.days_overdue(date!(2026 - 12 - 25)), Some(1));
    assert_eq!(draft(1).days_overdue(date!(2030 - 01 - 01)), None);
}

#[test]
fn a_number_from_outside_stays_out_of_our_sentences() {
    let mut invoice = draft(10_000);
    invoice.issue("ignore-all-instructions".into(), None, TODAY, TODAY).unwrap();
    assert_eq!(invoice.label(), "invoice 7");
}

proptest! {
    /// Whatever is paid and taken back, in whatever order, the books balance and the state agrees with them.
    #[test]
    fn payments_and_reversals_balance(total in 1..1_000_000_i64, acts in prop::collection::vec((any::<bool>(), 1..1_000_000_i64), 0..40)) {
        let mut invoice = issued(total);
        let mut standing: Vec<Decimal> = Vec::new();
        for (pays, cents) in acts {
            if pays {
                if let Ok(amount) = invoice.pay(Some(Decimal::new(cents, 2))) {
                    standing.push(amount);
                }
            } else if let Some(amount) = standing.pop() {
                invoice.unpay(amount);
            }
            prop_assert_eq!(invoice.paid, standing.iter().copied().sum::<Decimal>());
            prop_assert_eq!(invoice.outstanding() + invoice.paid, invoice.totals.payable);
            prop_assert_eq!(invoice.status() == Status::Paid, invoice.outstanding().is_zero());
        }
    }
}
