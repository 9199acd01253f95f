SELECT last_place, last_hash, last_seal
FROM record_chains
WHERE business_id = $1 AND last_place > 0
