-- Append-only: the chain of what happened to each entity.
CREATE TABLE events (
    business_id    bigint NOT NULL REFERENCES businesses (business_id),
    id             bigint GENERATED ALWAYS AS IDENTITY,
    entity_kind    text NOT NULL CONSTRAINT events_entity_kind CHECK (entity_kind IN ('business', 'client', 'invoice')),
    entity_id      bigint NOT NULL,
    -- the client that the entity belongs to; no foreign key, since events outlive a deleted client
    client_id      bigint,
    at             timestamptz NOT NULL,
    actor          text NOT NULL,
    action         text NOT NULL,
    changes_digest bytea NOT NULL,
    -- SHA-256 of the entity's hash before this one and this event's digest
    hash           bytea NOT NULL,
    PRIMARY KEY (business_id, id)
);

CREATE INDEX events_by_entity ON events (business_id, entity_kind, entity_id, id);
CREATE INDEX events_by_client ON events (business_id, client_id, id) WHERE client_id IS NOT NULL;

-- What changed stands beside the chain, so that a deleted client's personal data can be erased and the chain holds.
CREATE TABLE event_changes (
    business_id bigint NOT NULL,
    event_id    bigint NOT NULL,
    changes     jsonb NOT NULL,
    PRIMARY KEY (business_id, event_id),
    FOREIGN KEY (business_id, event_id) REFERENCES events (business_id, id)
);

-- One row a write. A repeat with the same key finds it and takes its answer.
CREATE TABLE idempotency_keys (
    business_id    bigint NOT NULL REFERENCES businesses (business_id),
    actor          text NOT NULL,
    tool           text NOT NULL,
    key            text NOT NULL,
    arguments_hash bytea NOT NULL,
    -- absent for the server's own retries, which remember the answer themselves
    answer         text,
    -- the client whose data the answer holds
    client_id      bigint,
    expires_at     timestamptz NOT NULL,
    PRIMARY KEY (business_id, actor, tool, key)
);

CREATE INDEX idempotency_keys_by_client ON idempotency_keys (business_id, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (business_id, expires_at);

ALTER TABLE events ENABLE ROW LEVEL SECURITY;
ALTER TABLE event_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
