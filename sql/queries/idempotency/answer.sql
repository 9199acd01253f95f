UPDATE idempotency_keys
SET answer = $5, client_id = $6
WHERE business_id = $1 AND actor = $2 AND tool = $3 AND key = $4
