-- What stood on an invoice at its issue: seller, buyer, lines and totals as one canonical text. Append-only.
CREATE TABLE issued_documents (
    business_id bigint NOT NULL,
    invoice_id  bigint NOT NULL,
    document    text NOT NULL,
    -- SHA-256 of the text
    digest      bytea NOT NULL,
    PRIMARY KEY (business_id, invoice_id),
    FOREIGN KEY (business_id, invoice_id) REFERENCES invoices (business_id, id)
);

-- Registration records of invoices and their cancellations (RD 1007/2023), one chain for each business. Append-only.
CREATE TABLE registration_records (
    business_id bigint NOT NULL,
    place       bigint NOT NULL CONSTRAINT registration_records_place CHECK (place >= 1),
    invoice_id  bigint NOT NULL,
    kind        text NOT NULL CONSTRAINT registration_records_kind CHECK (kind IN ('registration', 'cancellation')),
    -- the record's form, canonical
    record      text NOT NULL,
    -- the hash that the law prescribes (Huella)
    hash        text NOT NULL,
    -- SHA-256 over the seal before it, the place, the invoice and the record: covers what the prescribed hash does not
    seal        text NOT NULL,
    PRIMARY KEY (business_id, place),
    CONSTRAINT registration_records_once UNIQUE (business_id, invoice_id, kind),
    FOREIGN KEY (business_id, invoice_id) REFERENCES invoices (business_id, id)
);

-- Where each chain ends, so that a missing end is noticed; its row is what issuers of one business wait for.
CREATE TABLE record_chains (
    business_id  bigint PRIMARY KEY REFERENCES businesses (business_id),
    -- never used again by another database (NumeroInstalacion)
    installation text NOT NULL,
    last_place   bigint NOT NULL,
    last_hash    text NOT NULL,
    last_seal    text NOT NULL
);

-- Breaks that a verification found. They stay (RD 1007/2023, art. 8).
CREATE TABLE alarms (
    business_id bigint NOT NULL REFERENCES businesses (business_id),
    id          bigint GENERATED ALWAYS AS IDENTITY,
    raised_at   timestamptz NOT NULL,
    -- registration_records, or the kind of entity whose events are meant
    chain       text NOT NULL,
    -- what is broken, so that the same break is not raised twice
    subject     text NOT NULL,
    finding     text NOT NULL,
    PRIMARY KEY (business_id, id),
    CONSTRAINT alarms_once UNIQUE (business_id, chain, subject, finding)
);

ALTER TABLE issued_documents ENABLE ROW LEVEL SECURITY;
ALTER TABLE registration_records ENABLE ROW LEVEL SECURITY;
ALTER TABLE record_chains ENABLE ROW LEVEL SECURITY;
ALTER TABLE alarms ENABLE ROW LEVEL SECURITY;
