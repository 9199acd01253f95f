-- Beside the migrations, since a managed server may not allow the extension: search then falls back to words.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX IF NOT EXISTS clients_search_trigrams ON clients USING gin (search_text gin_trgm_ops);
CREATE INDEX IF NOT EXISTS invoices_search_trigrams ON invoices USING gin (search_text gin_trgm_ops);
