SELECT id, version, name, tax_id, street, postal_code, city, province, country, email, phone, language, payment_terms_days,
       private_person, surcharge, notes, archived_at, created_at, updated_at
FROM clients
WHERE business_id = $1 AND id = $2
FOR NO KEY UPDATE
