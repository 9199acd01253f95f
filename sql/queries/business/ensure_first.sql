INSERT INTO businesses (business_id, country, currency, time_zone, language, retail, cash_accounting, payment_terms_days, tax_scheme,
                        default_tax_rate, default_withholding_rate, created_at, updated_at)
VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
ON CONFLICT (business_id) DO NOTHING
