UPDATE clients
SET name = $3, tax_id = $4, street = $5, postal_code = $6, city = $7, province = $8, country = $9, email = $10,
    phone = $11, language = $12, payment_terms_days = $13, notes = $14, search_text = $15, city_folded = $16,
    updated_at = $17, version = version + 1
WHERE business_id = $1 AND id = $2
RETURNING id, version, name, tax_id, street, postal_code, city, province, country, email, phone, language, payment_terms_days,
       notes, archived_at, created_at, updated_at
