INSERT INTO record_chains (business_id, last_place, last_hash, last_seal)
VALUES ($1, 0, '', '')
ON CONFLICT (business_id) DO NOTHING
