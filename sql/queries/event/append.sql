-- The hash takes in the one before it on the same entity, whose row is locked by the caller.
WITH event AS (
    INSERT INTO events (business_id, entity_kind, entity_id, client_id, at, actor, action, changes_digest, hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, sha256(coalesce(
        (SELECT hash FROM events
         WHERE business_id = $1 AND entity_kind = $2 AND entity_id = $3
         ORDER BY id DESC
         LIMIT 1), ''::bytea) || $9::bytea))
    RETURNING business_id, id
)
INSERT INTO event_changes (business_id, event_id, changes)
SELECT business_id, id, $10
FROM event
