DELETE FROM event_changes
WHERE business_id = $1
  AND event_id IN (SELECT id FROM events WHERE business_id = $1 AND client_id = $2)
