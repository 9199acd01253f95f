-- Each change of a client or an invoice raises its version by one and leaves one event.
SELECT kind, id, version, events
FROM (
    SELECT 'client' AS kind, c.id, c.version,
           (SELECT count(*) FROM events e
            WHERE e.business_id = c.business_id AND e.entity_kind = 'client' AND e.entity_id = c.id) AS events
    FROM clients c
    WHERE c.business_id = $1 AND $2::bigint IS NULL
    UNION ALL
    SELECT 'invoice', i.id, i.version,
           (SELECT count(*) FROM events e
            WHERE e.business_id = i.business_id AND e.entity_kind = 'invoice' AND e.entity_id = i.id)
    FROM invoices i
    WHERE i.business_id = $1 AND ($2 IS NULL OR i.id = $2)
) counted
WHERE version <> events
ORDER BY kind, id
LIMIT 1
