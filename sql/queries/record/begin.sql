INSERT INTO record_chains (business_id, installation, last_place, last_hash, last_seal)
VALUES ($1, gen_random_uuid()::text, 0, '', '')
ON CONFLICT (business_id) DO NOTHING
