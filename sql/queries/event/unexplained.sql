-- The first event beside which nothing stands any more, though no deletion of its client explains that.
SELECT e.id, e.entity_kind, e.entity_id, e.action
FROM events e
WHERE e.business_id = $1
  AND ($2::bigint IS NULL OR e.entity_kind = 'invoice' AND e.entity_id = $2)
  AND NOT EXISTS (SELECT FROM event_changes d WHERE d.business_id = e.business_id AND d.event_id = e.id)
  AND (e.client_id IS NULL
       OR EXISTS (SELECT FROM clients c WHERE c.business_id = e.business_id AND c.id = e.client_id)
       OR e.entity_kind = 'invoice'
          AND EXISTS (SELECT FROM invoices i WHERE i.business_id = e.business_id AND i.id = e.entity_id))
ORDER BY e.id
LIMIT 1
