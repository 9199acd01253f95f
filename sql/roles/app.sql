-- What the code needs, and no more: of what is append-only nothing is updated or deleted.
GRANT SELECT ON schema_migrations TO facturo_app;
GRANT SELECT, UPDATE ON businesses TO facturo_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON clients, invoices, idempotency_keys TO facturo_app;
GRANT SELECT, INSERT, UPDATE (is_default) ON series TO facturo_app;
GRANT SELECT, INSERT, UPDATE ON series_counters, record_chains TO facturo_app;
GRANT SELECT, INSERT, DELETE ON invoice_lines, event_changes TO facturo_app;
GRANT SELECT, INSERT ON payments, events, issued_documents, registration_records, alarms TO facturo_app;
