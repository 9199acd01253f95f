CREATE TABLE series (
    business_id bigint NOT NULL REFERENCES businesses (business_id),
    code        text NOT NULL,
    kind        text NOT NULL CONSTRAINT series_kind CHECK (kind IN ('standard', 'simplified', 'corrective')),
    -- such as F-{year}-{number:04}
    format      text NOT NULL,
    yearly      boolean NOT NULL,
    -- taken for its kind where no series is named
    is_default  boolean NOT NULL,
    PRIMARY KEY (business_id, code)
);

CREATE UNIQUE INDEX series_one_default ON series (business_id, kind) WHERE is_default;

CREATE TABLE series_counters (
    business_id     bigint NOT NULL,
    series          text NOT NULL,
    -- the year, or 0 for a series that never begins again
    period          integer NOT NULL,
    last_number     bigint NOT NULL,
    -- the highest number of this series that was issued elsewhere, before facturo went on with it
    last_external   bigint NOT NULL DEFAULT 0,
    -- issue dates never run backwards within a series
    last_issue_date date NOT NULL,
    PRIMARY KEY (business_id, series, period),
    FOREIGN KEY (business_id, series) REFERENCES series (business_id, code),
    CONSTRAINT series_counters_order CHECK (last_external BETWEEN 0 AND last_number)
);

CREATE TABLE invoices (
    business_id       bigint NOT NULL REFERENCES businesses (business_id),
    id                bigint GENERATED ALWAYS AS IDENTITY,
    version           bigint NOT NULL DEFAULT 1,
    client_id         bigint NOT NULL,
    -- the client's name on the document; of a draft it is the client's own
    client_name       text,
    kind              text NOT NULL CONSTRAINT invoices_kind CHECK (kind IN ('standard', 'simplified', 'corrective')),
    status            text NOT NULL CONSTRAINT invoices_status CHECK (status IN ('draft', 'pending', 'paid', 'cancelled')),
    number            text,
    -- of a draft: the series it is to take its number from; absent when issued elsewhere, before facturo
    series            text,
    -- of a draft: the day that is planned
    issue_date        date NOT NULL,
    due_date          date NOT NULL,
    due_from_terms    boolean NOT NULL,
    document_due_date date,
    -- when it was delivered or done, where that is not the issue date
    operation_date    date,
    currency          text NOT NULL CONSTRAINT invoices_currency CHECK (currency ~ '^[A-Z]{3}$'),
    -- euros for one unit of the currency
    exchange_rate     numeric(19, 6) CONSTRAINT invoices_exchange_rate CHECK (exchange_rate > 0),
    tax_scheme        text NOT NULL CONSTRAINT invoices_tax_scheme CHECK (tax_scheme IN ('iva', 'igic', 'ipsi')),
    notes             text,
    internal_notes    text,
    subtotal          numeric(19, 4) NOT NULL,
    tax               numeric(19, 4) NOT NULL,
    surcharge         numeric(19, 4) NOT NULL,
    total             numeric(19, 4) NOT NULL,
    withholding       numeric(19, 4) NOT NULL,
    payable           numeric(19, 4) NOT NULL,
    paid              numeric(19, 4) NOT NULL DEFAULT 0,
    -- what corrections settle without money
    netted            numeric(19, 4) NOT NULL DEFAULT 0,
    cancel_reason     text,
    -- the invoice that this one corrects
    corrects          bigint,
    correction_method text CONSTRAINT invoices_correction_method CHECK (correction_method IN ('difference', 'substitution')),
    correction_code   text CONSTRAINT invoices_correction_code CHECK (correction_code IN ('R1', 'R2', 'R3', 'R4', 'R5')),
    correction_reason text,
    -- a corrective invoice by substitution stands in its place
    superseded        boolean NOT NULL DEFAULT false,
    -- number, descriptions and notes, folded by the application
    search_text       text NOT NULL,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    PRIMARY KEY (business_id, id),
    FOREIGN KEY (business_id, client_id) REFERENCES clients (business_id, id),
    CONSTRAINT invoices_number UNIQUE (business_id, number),
    CONSTRAINT invoices_numbered_when_issued CHECK ((status = 'draft') = (number IS NULL)),
    CONSTRAINT invoices_document_when_issued CHECK ((status = 'draft') = (document_due_date IS NULL)
        AND (status = 'draft') = (client_name IS NULL)),
    FOREIGN KEY (business_id, series) REFERENCES series (business_id, code),
    FOREIGN KEY (business_id, corrects) REFERENCES invoices (business_id, id),
    CONSTRAINT invoices_due_after_issue CHECK (due_date >= issue_date AND document_due_date >= issue_date),
    CONSTRAINT invoices_total CHECK (total = subtotal + tax + surcharge AND payable = total - withholding),
    CONSTRAINT invoices_sign CHECK (kind = 'corrective'
        OR total >= 0 AND payable >= 0 AND paid >= 0 AND netted >= 0 AND paid + netted <= payable),
    CONSTRAINT invoices_unpaid_unless_issued CHECK (paid = 0 AND netted = 0 OR status IN ('pending', 'paid')),
    CONSTRAINT invoices_paid_when_settled CHECK (status <> 'paid' OR paid + netted = payable),
    CONSTRAINT invoices_pending_while_owing CHECK (status <> 'pending' OR paid + netted <> payable OR netted <> 0),
    CONSTRAINT invoices_corrective_names_original CHECK ((kind = 'corrective') = (corrects IS NOT NULL)
        AND num_nonnulls(corrects, correction_method, correction_code, correction_reason) IN (0, 4)),
    CONSTRAINT invoices_cancelled_with_reason CHECK ((status = 'cancelled') = (cancel_reason IS NOT NULL))
);

CREATE INDEX invoices_by_client ON invoices (business_id, client_id, status, id);
CREATE INDEX invoices_by_issue_date ON invoices (business_id, issue_date, id);
CREATE INDEX invoices_by_due_date ON invoices (business_id, status, due_date, id);
CREATE INDEX invoices_drafts ON invoices (business_id, issue_date, id) WHERE status = 'draft';
CREATE INDEX invoices_by_series ON invoices (business_id, series);
CREATE INDEX invoices_by_original ON invoices (business_id, corrects) WHERE corrects IS NOT NULL;
CREATE INDEX invoices_by_total ON invoices (business_id, total, id);

CREATE TABLE invoice_lines (
    business_id      bigint NOT NULL,
    invoice_id       bigint NOT NULL,
    position         integer NOT NULL CONSTRAINT invoice_lines_position CHECK (position >= 1),
    description      text NOT NULL,
    kind             text NOT NULL CONSTRAINT invoice_lines_kind CHECK (kind IN ('item', 'allowance', 'charge')),
    quantity         numeric(19, 6) NOT NULL CONSTRAINT invoice_lines_quantity CHECK (quantity <> 0),
    unit_price       numeric(19, 6) NOT NULL CONSTRAINT invoice_lines_unit_price CHECK (unit_price >= 0),
    -- the price as it was given with its tax, and what it comes to
    price_with_tax   numeric(19, 6) CONSTRAINT invoice_lines_price_with_tax CHECK (price_with_tax >= 0),
    gross            numeric(19, 4),
    discount_percent numeric(7, 4) NOT NULL CONSTRAINT invoice_lines_discount CHECK (discount_percent BETWEEN 0 AND 100),
    -- which of the five below were said; the others followed from client, business and day
    tax_said         text NOT NULL,
    tax_category     text NOT NULL,
    tax_rate         numeric(7, 4) NOT NULL CONSTRAINT invoice_lines_tax_rate CHECK (tax_rate BETWEEN 0 AND 100),
    -- the legal basis of a line without tax
    exemption        text,
    surcharge_rate   numeric(7, 4) NOT NULL CONSTRAINT invoice_lines_surcharge_rate CHECK (surcharge_rate BETWEEN 0 AND 100),
    withholding_rate numeric(7, 4) NOT NULL CONSTRAINT invoice_lines_withholding_rate CHECK (withholding_rate BETWEEN 0 AND 100),
    net              numeric(19, 4) NOT NULL,
    -- of a correction that leaves nothing: what was left of the tax, in place of what the rates make of the net amount
    rest_tax         numeric(19, 4),
    rest_surcharge   numeric(19, 4),
    rest_withholding numeric(19, 4),
    PRIMARY KEY (business_id, invoice_id, position),
    CONSTRAINT invoice_lines_priced_once CHECK ((price_with_tax IS NULL) = (gross IS NULL)),
    CONSTRAINT invoice_lines_rest_whole CHECK ((rest_tax IS NULL) = (rest_surcharge IS NULL)),
    FOREIGN KEY (business_id, invoice_id) REFERENCES invoices (business_id, id) ON DELETE CASCADE
);

CREATE TABLE payments (
    business_id bigint NOT NULL,
    id          bigint GENERATED ALWAYS AS IDENTITY,
    invoice_id  bigint NOT NULL,
    -- below zero for a refund, and for the reversal of a payment
    amount      numeric(19, 4) NOT NULL CONSTRAINT payments_amount CHECK (amount <> 0),
    paid_on     date NOT NULL,
    method      text NOT NULL,
    reference   text,
    reverses    bigint,
    -- of a reversal or a write-off
    reason      text,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (business_id, id),
    FOREIGN KEY (business_id, invoice_id) REFERENCES invoices (business_id, id),
    FOREIGN KEY (business_id, reverses) REFERENCES payments (business_id, id),
    CONSTRAINT payments_reversed_once UNIQUE (business_id, reverses),
    CONSTRAINT payments_explained CHECK (reason IS NOT NULL OR reverses IS NULL AND method <> 'write_off')
);

CREATE INDEX payments_by_invoice ON payments (business_id, invoice_id, id);
CREATE INDEX payments_by_day ON payments (business_id, paid_on, id);

ALTER TABLE series ENABLE ROW LEVEL SECURITY;
ALTER TABLE series_counters ENABLE ROW LEVEL SECURITY;
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
ALTER TABLE invoice_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE payments ENABLE ROW LEVEL SECURITY;

-- Nobody but the owner can delete what has a number.
CREATE POLICY facturo_drafts_alone ON invoices AS RESTRICTIVE FOR DELETE USING (status = 'draft');
