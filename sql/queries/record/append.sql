WITH record AS (
    INSERT INTO registration_records (business_id, place, invoice_id, kind, record, hash, seal)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
)
UPDATE record_chains
SET last_place = $2, last_hash = $6, last_seal = $7
WHERE business_id = $1
