SELECT i.id, i.version, i.client_id, coalesce(i.client_name, c.name) AS client_name, i.kind, i.status, i.number, i.series,
       i.issue_date, i.document_due_date, i.cancel_reason, i.due_date, i.due_from_terms, i.operation_date, i.currency,
       i.exchange_rate, i.tax_scheme, i.notes, i.internal_notes, i.subtotal, i.tax, i.surcharge, i.total, i.withholding,
       i.payable, i.paid, i.netted, i.corrects, o.number AS original_number, o.issue_date AS original_issue_date,
       i.correction_method, i.correction_code, i.correction_reason, i.superseded, i.created_at, i.updated_at
FROM invoices i
JOIN clients c ON c.business_id = i.business_id AND c.id = i.client_id
LEFT JOIN invoices o ON o.business_id = i.business_id AND o.id = i.corrects
WHERE i.business_id = $1
  AND i.status = ANY ($2::text[])
  AND ($3::bigint IS NULL OR i.client_id = $3)
  AND i.issue_date BETWEEN $4 AND $5
  AND i.due_date BETWEEN $6 AND $7
  AND i.total BETWEEN $8 AND $9
  AND ($10 = 'any' OR i.payable - i.paid - i.netted > 0 AND ($10 = 'owing' OR i.paid > 0))
  AND (i.search_text || ' ' || c.search_text) LIKE ALL ($11::text[])
  AND (i.due_date, i.id) > ($12, $13)
ORDER BY i.due_date, i.id
LIMIT $14
