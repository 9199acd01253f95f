UPDATE clients
SET name = $3, tax_id = $4, street = $5, postal_code = $6, city = $7, province = $8, country = $9, email = $10,
    phone = $11, language = $12, payment_terms_days = $13, private_person = $14, surcharge = $15,
    notes = $16, search_text = $17, city_folded = $18, updated_at = $19, version = version + 1
WHERE business_id = $1 AND id = $2
RETURNING id, version, name, tax_id, street, postal_code, city, province, country, email, phone, language, payment_terms_days,
       private_person, surcharge, notes, archived_at, created_at, updated_at
