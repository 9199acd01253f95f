SELECT business_id, version, legal_name, tax_id, street, postal_code, city, province, country, email, phone, iban, currency,
       time_zone, language, payment_terms_days, default_tax_rate, created_at, updated_at
FROM businesses
WHERE business_id = $1
FOR NO KEY UPDATE
