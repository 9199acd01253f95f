SELECT raised_at, chain, subject, finding
FROM alarms
WHERE business_id = $1
ORDER BY id DESC
LIMIT $2
