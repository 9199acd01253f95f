SELECT CASE WHEN status = 'draft' THEN 'unissued_draft' WHEN due_date < $2 THEN 'overdue' ELSE 'due_soon' END AS kind,
       currency, count(*) AS count,
       sum(CASE WHEN status = 'draft' THEN total ELSE payable - paid - netted END) AS amount
FROM invoices
WHERE business_id = $1
  AND (status = 'pending' AND due_date <= $3 AND payable - paid - netted > 0 OR status = 'draft' AND issue_date <= $2)
GROUP BY 1, 2
ORDER BY 1, 2
