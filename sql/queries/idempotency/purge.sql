DELETE FROM idempotency_keys
WHERE business_id = $1 AND expires_at < $2
