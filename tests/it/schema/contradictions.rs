//! Rows that contradict themselves: the database refuses each, and names the rule.

use crate::support::database::Database;

fn stocked() -> Database {
    let database = Database::new();
    database.rows(
        "INSERT INTO clients (business_id, name, private_person, surcharge, search_text, created_at, updated_at)
         VALUES (1, 'Ana', true, false, 'ana', now(), now());
         INSERT INTO invoices (business_id, client_id, client_name, kind, status, number, series, issue_date, due_date, due_from_terms,
                               document_due_date, currency, tax_scheme, subtotal, tax, surcharge, total, withholding, payable,
                               search_text, created_at, updated_at)
         VALUES (1, 1, 'Ana', 'standard', 'pending', 'F-2026-0001', 'F', '2026-01-01', '2026-01-31', true,
                 '2026-01-31', 'EUR', 'iva', 100, 21, 0, 121, 15, 106, '', now(), now()),
                (1, 1, NULL, 'standard', 'draft', NULL, NULL, '2026-01-01', '2026-01-31', true,
                 NULL, 'EUR', 'iva', 100, 21, 0, 121, 0, 121, '', now(), now());
         INSERT INTO invoices (business_id, client_id, client_name, kind, status, number, series, issue_date, due_date, due_from_terms,
                               document_due_date, currency, tax_scheme, subtotal, tax, surcharge, total, withholding, payable,
                               corrects, correction_method, correction_code, correction_reason, search_text, created_at, updated_at)
         VALUES (1, 1, 'Ana', 'corrective', 'pending', 'R-2026-0001', 'R', '2026-01-01', '2026-01-31', true,
                 '2026-01-31', 'EUR', 'iva', -10, 0, 0, -10, 0, -10, 1, 'difference', 'R1', 'returned', '', now(), now());
         INSERT INTO invoice_lines VALUES (1, 1, 1, 'Work', 'item', 1, 100, NULL, NULL, 0, '', 'standard', 21, NULL, 0, 15, 100);
         INSERT INTO payments (business_id, invoice_id, amount, paid_on, method, created_at)
         VALUES (1, 1, 5, '2026-01-02', 'cash', now());
         INSERT INTO series_counters VALUES (1, 'F', 2026, 5, 2, '2026-01-01');
         INSERT INTO issued_documents VALUES (1, 1, '{}', '');
         INSERT INTO registration_records VALUES (1, 1, 1, 'registration', '{}', '', '')",
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
        ("status = 'draft', number = NULL, client_name = NULL", "invoices_document_when_issued"),
        ("status = 'draft', document_due_date = NULL, client_name = NULL", "invoices_numbered_when_issued"),
        ("client_name = NULL", "invoices_document_when_issued"),
        ("number = NULL", "invoices_numbered_when_issued"),
        ("document_due_date = NULL", "invoices_document_when_issued"),
        ("status = 'overdue'", "invoices_status"),
        ("status = 'paid'", "invoices_paid_when_settled"),
        ("paid = 106", "invoices_pending_while_owing"),
        ("status = 'paid', paid = 106, netted = 1", "invoices_paid_when_settled"),
        ("paid = 107", "invoices_sign"),
        ("paid = 100, netted = 7", "invoices_sign"),
        ("paid = -1", "invoices_sign"),
        ("netted = -1", "invoices_sign"),
        ("status = 'cancelled'", "invoices_cancelled_with_reason"),
        ("cancel_reason = 'x'", "invoices_cancelled_with_reason"),
        ("status = 'cancelled', cancel_reason = 'x', paid = 1", "invoices_unpaid_unless_issued"),
        ("status = 'cancelled', cancel_reason = 'x', netted = 1", "invoices_unpaid_unless_issued"),
        ("due_date = '2025-12-31'", "invoices_due_after_issue"),
        ("document_due_date = '2025-12-31'", "invoices_due_after_issue"),
        ("total = 120", "invoices_total"),
        ("payable = 107", "invoices_total"),
        ("surcharge = 1", "invoices_total"),
        ("withholding = 14", "invoices_total"),
        ("subtotal = -200, total = -179, payable = -194", "invoices_sign"),
        ("withholding = 122, payable = -1", "invoices_sign"),
        ("kind = 'ticket'", "invoices_kind"),
        ("kind = 'corrective'", "invoices_corrective_names_original"),
        ("corrects = 1", "invoices_corrective_names_original"),
        ("correction_reason = 'x'", "invoices_corrective_names_original"),
        ("tax_scheme = 'vat'", "invoices_tax_scheme"),
        ("exchange_rate = 0", "invoices_exchange_rate"),
        ("series = 'Z'", "invoices_business_id_series_fkey"),
        ("currency = 'eur'", "invoices_currency"),
        ("client_id = 4711", "invoices_business_id_client_id_fkey"),
    ] {
        refuses(&database, &format!("UPDATE invoices SET {pending} WHERE id = 1"), constraint);
    }
    for (draft, constraint) in [
        ("number = 'F-2026-0002'", "invoices_numbered_when_issued"),
        ("document_due_date = due_date", "invoices_document_when_issued"),
        ("client_name = 'Ana'", "invoices_document_when_issued"),
        ("paid = 1", "invoices_unpaid_unless_issued"),
        ("cancel_reason = 'x'", "invoices_cancelled_with_reason"),
        (
            "status = 'pending', number = 'F-2026-0001', document_due_date = due_date, client_name = 'Ana'",
            "invoices_number",
        ),
    ] {
        refuses(&database, &format!("UPDATE invoices SET {draft} WHERE id = 2"), constraint);
    }
    for (corrective, constraint) in [
        ("corrects = NULL", "invoices_corrective_names_original"),
        ("corrects = 4711", "invoices_business_id_corrects_fkey"),
        ("kind = 'standard'", "invoices_corrective_names_original"),
        ("correction_method = NULL", "invoices_corrective_names_original"),
        ("correction_method = 'x'", "invoices_correction_method"),
        ("correction_code = 'R6'", "invoices_correction_code"),
        ("status = 'paid'", "invoices_paid_when_settled"),
        ("paid = -10", "invoices_pending_while_owing"),
    ] {
        refuses(&database, &format!("UPDATE invoices SET {corrective} WHERE id = 3"), constraint);
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
        ("UPDATE invoice_lines SET surcharge_rate = 101", "invoice_lines_surcharge_rate"),
        ("UPDATE invoice_lines SET withholding_rate = -1", "invoice_lines_withholding_rate"),
        ("UPDATE invoice_lines SET rest_tax = 1", "invoice_lines_rest_whole"),
        ("UPDATE invoice_lines SET kind = 'x'", "invoice_lines_kind"),
        ("UPDATE invoice_lines SET position = 0", "invoice_lines_position"),
        ("UPDATE payments SET amount = 0", "payments_amount"),
        ("UPDATE payments SET method = 'write_off'", "payments_explained"),
        ("UPDATE payments SET reverses = 1", "payments_explained"),
        ("DELETE FROM invoices WHERE id = 1", "invoices_business_id_corrects_fkey"),
        ("DELETE FROM invoices WHERE id <> 2", "payments_business_id_invoice_id_fkey"),
        ("DELETE FROM series WHERE code = 'F'", "series_counters_business_id_series_fkey"),
        ("UPDATE series SET kind = 'x'", "series_kind"),
        ("UPDATE series SET kind = 'standard'", "series_one_default"),
        ("UPDATE registration_records SET kind = 'x'", "registration_records_kind"),
        ("UPDATE registration_records SET place = 0", "registration_records_place"),
        (
            "UPDATE registration_records SET invoice_id = 4711",
            "registration_records_business_id_invoice_id_fkey",
        ),
        ("UPDATE issued_documents SET invoice_id = 4711", "issued_documents_business_id_invoice_id_fkey"),
        ("DELETE FROM clients", "invoices_business_id_client_id_fkey"),
        ("UPDATE series_counters SET last_external = 6", "series_counters_order"),
        ("UPDATE clients SET name = ''", "clients_name"),
        ("UPDATE clients SET name = repeat('x', 201)", "clients_name"),
        ("UPDATE clients SET country = 'Spain'", "clients_country"),
        ("UPDATE clients SET payment_terms_days = 366", "clients_payment_terms"),
        ("UPDATE businesses SET currency = 'euro'", "businesses_currency"),
        ("UPDATE businesses SET language = 'fr'", "businesses_language"),
        ("UPDATE businesses SET default_tax_rate = 101", "businesses_default_tax_rate"),
        ("UPDATE businesses SET default_withholding_rate = -1", "businesses_default_withholding_rate"),
        ("UPDATE businesses SET tax_scheme = 'vat'", "businesses_tax_scheme"),
        ("DELETE FROM businesses", "clients_business_id_fkey"),
    ] {
        refuses(&database, sql, constraint);
    }
    let reversal = "INSERT INTO payments (business_id, invoice_id, amount, paid_on, method, reverses, reason, created_at)
                    VALUES (1, 1, -5, '2026-01-03', 'cash', 1, 'bounced', now())";
    database.rows(reversal);
    refuses(&database, reversal, "payments_reversed_once");
}
