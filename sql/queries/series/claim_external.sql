-- The series goes on after the highest number issued elsewhere, as long as it has given none itself.
INSERT INTO series_counters AS counter (business_id, series, period, last_number, last_external, last_issue_date)
VALUES ($1, $2, $3, $4, $4, $5)
ON CONFLICT (business_id, series, period) DO UPDATE
    SET last_number     = greatest(counter.last_number, excluded.last_number),
        last_external   = greatest(counter.last_external, excluded.last_external),
        last_issue_date = greatest(counter.last_issue_date, excluded.last_issue_date)
    WHERE counter.last_number = counter.last_external OR excluded.last_external <= counter.last_external
