-- All but the answers that are kept for repeats, which only a write looks up.
GRANT SELECT ON schema_migrations, businesses, clients, series, series_counters, invoices, invoice_lines, payments, events, event_changes,
                issued_documents, registration_records, record_chains, alarms TO facturo_read;
