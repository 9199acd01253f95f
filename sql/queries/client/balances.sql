SELECT currency, sum(total), sum(paid), sum(payable - paid),
       coalesce(sum(payable - paid) FILTER (WHERE status = 'pending' AND due_date < $3), 0)
FROM invoices
WHERE business_id = $1 AND client_id = $2 AND status IN ('pending', 'paid')
GROUP BY currency
ORDER BY currency
