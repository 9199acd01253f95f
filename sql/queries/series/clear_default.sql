UPDATE series
SET is_default = false
WHERE business_id = $1 AND kind = $2 AND is_default
