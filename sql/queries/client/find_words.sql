-- every word somewhere in the folded text
SELECT id, version, name, tax_id, street, postal_code, city, province, country, email, phone, language, payment_terms_days,
       private_person, surcharge, notes, archived_at, created_at, updated_at
FROM clients
WHERE business_id = $1
  AND ($2 OR archived_at IS NULL)
  AND ($3::text IS NULL OR city_folded LIKE $3)
  AND search_text LIKE ALL ($4::text[])
  AND id > $5
ORDER BY id
LIMIT $6
