SELECT s.code, s.kind, s.format, s.yearly, s.is_default, n.last_number,
       CASE WHEN n.last_number > n.last_external THEN n.last_issue_date END AS last_issue_date
FROM series s
LEFT JOIN series_counters n ON n.business_id = s.business_id AND n.series = s.code
    AND n.period = CASE WHEN s.yearly THEN $2::integer ELSE 0 END
WHERE s.business_id = $1
ORDER BY s.code
