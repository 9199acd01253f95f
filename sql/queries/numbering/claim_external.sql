-- Our series goes on after the highest number issued elsewhere, as long as it has given none itself.
INSERT INTO series_counters AS counter (business_id, series, year, last_number, last_external)
VALUES ($1, $2, $3, $4, $4)
ON CONFLICT (business_id, series, year) DO UPDATE
    SET last_number   = greatest(counter.last_number, excluded.last_number),
        last_external = greatest(counter.last_external, excluded.last_external)
    WHERE counter.last_number = counter.last_external OR excluded.last_external <= counter.last_external
