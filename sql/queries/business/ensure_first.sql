INSERT INTO businesses (business_id, legal_name, tax_id, street, postal_code, city, province, country, email, phone, iban, currency,
                        time_zone, language, retail, cash_accounting, payment_terms_days, tax_scheme, default_tax_rate,
                        default_withholding_rate, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $21)
ON CONFLICT (business_id) DO NOTHING
RETURNING business_id, version, legal_name, tax_id, street, postal_code, city, province, country, email, phone, iban, currency,
       time_zone, language, retail, cash_accounting, payment_terms_days, tax_scheme, default_tax_rate, default_withholding_rate,
       created_at, updated_at
