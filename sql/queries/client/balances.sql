-- an invoice that another stands in for counts no more; what was paid of it does
SELECT currency, coalesce(sum(total) FILTER (WHERE NOT superseded), 0) AS invoiced, sum(paid) AS paid,
       sum(payable - paid - netted) AS outstanding,
       coalesce(sum(payable - paid - netted)
                FILTER (WHERE status = 'pending' AND due_date < $3 AND payable - paid - netted > 0), 0) AS overdue
FROM invoices
WHERE business_id = $1 AND client_id = $2 AND status IN ('pending', 'paid')
GROUP BY currency
ORDER BY currency
