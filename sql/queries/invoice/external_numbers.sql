SELECT number, issue_date
FROM invoices
WHERE business_id = $1 AND series IS NULL AND number IS NOT NULL
