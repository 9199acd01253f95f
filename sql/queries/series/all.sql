SELECT code, kind, format, yearly, is_default
FROM series
WHERE business_id = $1
ORDER BY code
