SELECT i.id, i.version, i.client_id, coalesce(i.client_name, c.name) AS client_name, i.kind, i.status, i.number, i.series,
       i.issue_date, i.document_due_date, i.cancel_reason, i.due_date, i.due_from_terms, i.operation_date, i.currency,
       i.exchange_rate, i.tax_scheme, i.notes, i.internal_notes, i.subtotal, i.tax, i.surcharge, i.total, i.withholding,
       i.payable, i.paid, i.netted, i.corrects, o.number AS original_number, o.issue_date AS original_issue_date,
       i.correction_method, i.correction_code, i.correction_reason, i.superseded, i.created_at, i.updated_at
FROM invoices i
JOIN clients c ON c.business_id = i.business_id AND c.id = i.client_id
LEFT JOIN invoices o ON o.business_id = i.business_id AND o.id = i.corrects
WHERE i.business_id = $1 AND i.id = $2
