SELECT installation, last_place
FROM record_chains
WHERE business_id = $1
FOR UPDATE
