UPDATE businesses
SET legal_name = $2, tax_id = $3, street = $4, postal_code = $5, city = $6, province = $7, country = $8, email = $9,
    phone = $10, iban = $11, currency = $12, time_zone = $13, language = $14, retail = $15, cash_accounting = $16, payment_terms_days = $17,
    tax_scheme = $18, default_tax_rate = $19, default_withholding_rate = $20, updated_at = $21, version = version + 1
WHERE business_id = $1
RETURNING business_id, version, legal_name, tax_id, street, postal_code, city, province, country, email, phone, iban, currency,
       time_zone, language, retail, cash_accounting, payment_terms_days, tax_scheme, default_tax_rate, default_withholding_rate,
       created_at, updated_at
