INSERT INTO series_counters AS counter (business_id, series, year, last_number)
VALUES ($1, $2, $3, 1)
ON CONFLICT (business_id, series, year) DO UPDATE SET last_number = counter.last_number + 1
RETURNING last_number
