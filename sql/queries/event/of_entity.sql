SELECT e.id, e.entity_kind, e.entity_id, e.at, e.actor, e.action, d.changes
FROM events e
LEFT JOIN event_changes d ON d.business_id = e.business_id AND d.event_id = e.id
WHERE e.business_id = $1 AND e.entity_kind = $2 AND e.entity_id = $3 AND e.id < $4
ORDER BY e.id DESC
LIMIT $5
