UPDATE idempotency_keys
SET answer = $5
WHERE business_id = $1 AND actor = $2 AND tool = $3 AND key = $4
