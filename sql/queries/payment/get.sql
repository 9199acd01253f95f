SELECT p.id, p.invoice_id, i.number AS invoice_number, i.client_id, coalesce(i.client_name, c.name) AS client_name, i.currency,
       p.amount, p.paid_on, p.method, p.reference, p.reverses, r.id AS reversed_by, p.reason, p.created_at
FROM payments p
JOIN invoices i ON i.business_id = p.business_id AND i.id = p.invoice_id
JOIN clients c ON c.business_id = i.business_id AND c.id = i.client_id
LEFT JOIN payments r ON r.business_id = p.business_id AND r.reverses = p.id
WHERE p.business_id = $1 AND p.id = $2
