//! Rows that contradict themselves: the database refuses each, and names the rule.

use crate::support::database::Database;

fn stocked() -> Database {
    let database = Database::new();
    database.rows(
        "INSERT INTO clients (business_id, name, search_text, created_at, updated_at) VALUES (1, 'Ana', 'ana', now(), now());
         INSERT INTO invoices (business_id, client_id, status, number, issue_date, due_date, due_from_terms, document_due_date,
                               currency, subtotal, tax, total, search_text, created_at, updated_at)
         VALUES (1, 1, 'pending', 'F-2026-0001', '2026-01-01', '2026-01-31', true, '2026-01-31', 'EUR', 100, 21, 121, '', now(), now()),
                (1, 1, 'draft', NULL, '2026-01-01', '2026-01-31', true, NULL, 'EUR', 100, 21, 121, '', now(), now());
         INSERT INTO invoice_lines VALUES (1, 1, 1, 'Work', 1, 100, 0, 21, 100);
         INSERT INTO payments (business_id, invoice_id, amount, paid_on, method, created_at)
         VALUES (1, 1, 5, '2026-01-02', 'cash', now());
         INSERT INTO series_counters VALUES (1, 'F', 2026, 5, 2)",
    );
    database
}

#[track_caller]
fn refuses(database: &Database, sql: &str, constraint: &str) {
    let error = database.query(sql).expect_err(sql);
    let found = error.as_db_error().and_then(|error| error.constraint());
    assert_eq!(found, Some(constraint), "{sql}: {error:?}");
}

#[test]
fn no_invoice_can_be_in_a_state_that_contradicts_itself() {
    let database = stocked();
    for (pending, constraint) in [
        ("status = 'draft', number = NULL", "invoices_document_when_issued"),
        ("status = 'draft', document_due_date = NULL", "invoices_numbered_when_issued"),
        ("number = NULL", "invoices_numbered_when_issued"),
        ("document_due_date = NULL", "invoices_document_when_issued"),
        ("status = 'overdue'", "invoices_status"),
        ("status = 'paid'", "invoices_paid_when_settled"),
        ("paid = 121", "invoices_paid_when_settled"),
        ("paid = 122", "invoices_paid"),
        ("paid = -1", "invoices_paid"),
        ("status = 'cancelled'", "invoices_cancelled_with_reason"),
        ("cancel_reason = 'x'", "invoices_cancelled_with_reason"),
        ("status = 'cancelled', cancel_reason = 'x', paid = 1", "invoices_unpaid_unless_issued"),
        ("due_date = '2025-12-31'", "invoices_due_after_issue"),
        ("document_due_date = '2025-12-31'", "invoices_due_after_issue"),
        ("total = 120", "invoices_total"),
        ("subtotal = -200, total = -179", "invoices_paid"),
        ("currency = 'eur'", "invoices_currency"),
        ("client_id = 4711", "invoices_business_id_client_id_fkey"),
        ("business_id = 2", "invoice_lines_business_id_invoice_id_fkey"),
    ] {
        refuses(&database, &format!("UPDATE invoices SET {pending} WHERE id = 1"), constraint);
    }
    for (draft, constraint) in [
        ("number = 'F-2026-0002'", "invoices_numbered_when_issued"),
        ("document_due_date = due_date", "invoices_document_when_issued"),
        ("external = true", "invoices_external_is_issued"),
        ("paid = 1", "invoices_unpaid_unless_issued"),
        ("cancel_reason = 'x'", "invoices_cancelled_with_reason"),
        ("status = 'pending', number = 'F-2026-0001', document_due_date = due_date", "invoices_number"),
    ] {
        refuses(&database, &format!("UPDATE invoices SET {draft} WHERE id = 2"), constraint);
    }
}

#[test]
fn no_line_payment_or_counter_can_be_wrong_in_itself() {
    let database = stocked();
    for (sql, constraint) in [
        ("UPDATE invoice_lines SET quantity = 0", "invoice_lines_quantity"),
        ("UPDATE invoice_lines SET unit_price = -1", "invoice_lines_unit_price"),
        ("UPDATE invoice_lines SET discount_percent = 101", "invoice_lines_discount"),
        ("UPDATE invoice_lines SET tax_rate = -1", "invoice_lines_tax_rate"),
        ("UPDATE invoice_lines SET position = 0", "invoice_lines_position"),
        ("UPDATE payments SET amount = 0", "payments_sign"),
        ("UPDATE payments SET amount = -5", "payments_sign"),
        ("UPDATE payments SET reason = 'x'", "payments_reversed_with_reason"),
        ("DELETE FROM invoices WHERE id = 1", "payments_business_id_invoice_id_fkey"),
        ("DELETE FROM clients", "invoices_business_id_client_id_fkey"),
        ("UPDATE series_counters SET last_external = 6", "series_counters_order"),
        ("UPDATE clients SET name = ''", "clients_name"),
        ("UPDATE clients SET name = repeat('x', 201)", "clients_name"),
        ("UPDATE clients SET country = 'Spain'", "clients_country"),
        ("UPDATE clients SET payment_terms_days = 366", "clients_payment_terms"),
        ("UPDATE businesses SET currency = 'euro'", "businesses_currency"),
        ("UPDATE businesses SET language = 'fr'", "businesses_language"),
        ("UPDATE businesses SET default_tax_rate = 101", "businesses_default_tax_rate"),
        ("DELETE FROM businesses", "clients_business_id_fkey"),
    ] {
        refuses(&database, sql, constraint);
    }
    let reversal = "INSERT INTO payments (business_id, invoice_id, amount, paid_on, method, reverses, reason, created_at)
                    VALUES (1, 1, -5, '2026-01-03', 'cash', 1, 'bounced', now())";
    database.rows(reversal);
    refuses(&database, reversal, "payments_reversed_once");
}
