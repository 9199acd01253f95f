-- No row back: an invoice of this series carries a later date already.
INSERT INTO series_counters AS counter (business_id, series, period, last_number, last_issue_date)
VALUES ($1, $2, $3, 1, $4)
ON CONFLICT (business_id, series, period) DO UPDATE
    SET last_number = counter.last_number + 1, last_issue_date = excluded.last_issue_date
    WHERE counter.last_issue_date <= excluded.last_issue_date
RETURNING last_number
