-- Beside the migrations, since a managed server may not allow the extension: search then falls back to words.
-- There is no index of its kind: LIKE ALL (array) and word_similarity() >= n, which sql/queries/client/find_*.sql go by, could
-- not use one, so both read all clients of the business. By words that is quick. By resemblance it is slow with many thousands
-- of clients, and runs only where no client has every word. EXPLAIN ANALYZE of either says how long it takes.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
