-- Beside the migrations, since a managed server may not allow the extension: search then falls back to words.
-- There is no index of its kind: LIKE ALL (array) and word_similarity() >= n, which sql/queries/client/find_*.sql go by, could
-- not use one, and reading all clients is quick enough with ten thousand of them (EXPLAIN ANALYZE of either says how quick).
CREATE EXTENSION IF NOT EXISTS pg_trgm;
