SELECT business_id, version, legal_name, tax_id, street, postal_code, city, province, country, email, phone, iban, currency,
       time_zone, language, retail, cash_accounting, payment_terms_days, tax_scheme, default_tax_rate, default_withholding_rate,
       created_at, updated_at
FROM businesses
WHERE business_id = $1
FOR NO KEY UPDATE
