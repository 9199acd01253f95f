-- Events of all entities, or of one, each entity's together and in the order they were written.
SELECT e.entity_kind, e.entity_id, e.client_id, e.id, e.at, e.actor, e.action, e.changes_digest, e.hash, d.changes
FROM events e
LEFT JOIN event_changes d ON d.business_id = e.business_id AND d.event_id = e.id
WHERE e.business_id = $1
  AND (e.entity_kind, e.entity_id, e.id) > ($2, $3, $4)
  AND ($5::bigint IS NULL OR e.entity_kind = 'invoice' AND e.entity_id = $5)
ORDER BY e.entity_kind, e.entity_id, e.id
LIMIT $6
