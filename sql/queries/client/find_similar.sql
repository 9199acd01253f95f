-- typos forgiven: the folded texts that resemble the folded query, closest first; the rank is in thousandths
SELECT id, version, name, tax_id, street, postal_code, city, province, country, email, phone, language, payment_terms_days,
       private_person, surcharge, notes, archived_at, created_at, updated_at, rank
FROM (
    SELECT id, version, name, tax_id, street, postal_code, city, province, country, email, phone, language, payment_terms_days,
           private_person, surcharge, notes, archived_at, created_at, updated_at,
           (word_similarity($4, search_text) * 1000)::integer AS rank
    FROM clients
    WHERE business_id = $1
      AND ($2 OR archived_at IS NULL)
      AND ($3::text IS NULL OR city_folded LIKE $3)
) ranked
WHERE rank >= 350
  AND (-rank, id) > (-$5::integer, $6)
ORDER BY -rank, id
LIMIT $7
