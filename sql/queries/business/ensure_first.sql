INSERT INTO businesses (business_id, currency, time_zone, language, payment_terms_days, default_tax_rate, created_at, updated_at)
VALUES (1, $1, $2, $3, $4, $5, $6, $6)
ON CONFLICT (business_id) DO NOTHING
