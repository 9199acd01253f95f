-- Of the client itself and of invoices that are no more. What an invoice that stands now says of itself stays.
DELETE FROM event_changes
WHERE business_id = $1
  AND event_id IN (
      SELECT e.id
      FROM events e
      WHERE e.business_id = $1 AND e.client_id = $2
        AND NOT (e.entity_kind = 'invoice'
                 AND EXISTS (SELECT FROM invoices i WHERE i.business_id = $1 AND i.id = e.entity_id)))
