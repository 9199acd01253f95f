SELECT last_issue_date
FROM series_counters
WHERE business_id = $1 AND series = $2 AND period = $3
