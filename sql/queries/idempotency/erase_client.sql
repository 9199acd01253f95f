UPDATE idempotency_keys
SET answer = NULL
WHERE business_id = $1 AND client_id = $2
