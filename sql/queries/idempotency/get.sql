SELECT arguments_hash, answer
FROM idempotency_keys
WHERE business_id = $1 AND actor = $2 AND tool = $3 AND key = $4
