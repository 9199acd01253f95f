INSERT INTO clients (business_id, name, tax_id, street, postal_code, city, province, country, email, phone, language,
                     payment_terms_days, private_person, surcharge, notes, search_text, city_folded, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18)
RETURNING id, version, name, tax_id, street, postal_code, city, province, country, email, phone, language, payment_terms_days,
       private_person, surcharge, notes, archived_at, created_at, updated_at
