INSERT INTO alarms (business_id, raised_at, chain, subject, finding)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (business_id, chain, subject, finding) DO NOTHING
