-- No row back: the key is taken, and its answer is to be given again. An expired key is free.
INSERT INTO idempotency_keys AS taken (business_id, actor, tool, key, arguments_hash, expires_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (business_id, actor, tool, key) DO UPDATE
    SET arguments_hash = excluded.arguments_hash, answer = NULL, expires_at = excluded.expires_at
    WHERE taken.expires_at < $7
