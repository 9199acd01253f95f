INSERT INTO series (business_id, code, kind, format, yearly, is_default)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (business_id, code) DO NOTHING
