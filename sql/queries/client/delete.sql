DELETE FROM clients
WHERE business_id = $1 AND id = $2
