-- One migrator at a time; freed with the transaction, so it holds behind a transaction pooler too.
SELECT pg_advisory_xact_lock(7236842711)
