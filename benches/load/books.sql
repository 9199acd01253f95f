-- The books that everything is measured over, the same on every machine: `:invoices` invoices (a multiple of 1,000), ten for
-- each client, in blocks by their id (n is :invoices):
--   up to n/5      of clients with 200 each, every second one pending, so that a filtered list fills its page
--   up to 2n/5     drafts, all alike, to be issued
--   up to 3n/5     pending, all alike, to be paid
--   the rest       a tenth pending, of which exactly 500 are overdue; a tenth cancelled; the others paid
-- Issued ones came from elsewhere (their numbers are A- and their id), so no document and no record has to be there.
-- Their history has the size of a real one, and stand-ins for its digests.

UPDATE businesses
SET legal_name = 'Estudio Medido', tax_id = '12345678Z', street = 'Calle Mayor 1', postal_code = '28001', city = 'Madrid'
WHERE business_id = 1;

-- numbers of five digits from the first on
INSERT INTO series_counters (business_id, series, period, last_number, last_external, last_issue_date)
VALUES (1, 'F', extract(year FROM current_date), 40000, 40000, current_date - 1);

-- begun, with no record yet
INSERT INTO record_chains (business_id, installation, last_place, last_hash, last_seal)
VALUES (1, 'measured', 0, '', '');

INSERT INTO clients (business_id, id, name, tax_id, street, postal_code, city, country, email, private_person, surcharge,
                     search_text, city_folded, created_at, updated_at)
OVERRIDING SYSTEM VALUE
SELECT 1, g, name, tax_id, 'Calle Real ' || g, '28001', city, 'ES', email, false, false,
       lower(concat_ws(' ', name, city, email, tax_id)), lower(city), now(), now()
FROM (
    SELECT g,
           (ARRAY['Talleres', 'Cristales', 'Muebles', 'Imprenta', 'Viveros', 'Bodegas', 'Transportes', 'Reformas', 'Dietas', 'Pinturas',
                  'Hostal', 'Academia', 'Gestoria', 'Ferreteria', 'Libreria', 'Carnes'])[1 + g % 16] || ' ' ||
           (ARRAY['Garcia', 'Lozano', 'Moreno', 'Iglesias', 'Vidal', 'Ferrer', 'Quintana', 'Salazar', 'Otero', 'Bermejo', 'Cuesta',
                  'Duran', 'Escudero', 'Fuentes', 'Galindo', 'Hidalgo', 'Izquierdo', 'Jurado', 'Luque', 'Montero',
                  'Navarro', 'Ortega', 'Pastor'])[1 + g % 23] || ' ' || g AS name,
           lpad((10000000 + g)::text, 8, '0') || substr('TRWAGMYFPDXBNJZSQVHLCKE', 1 + (10000000 + g) % 23, 1) AS tax_id,
           (ARRAY['Madrid', 'Sevilla', 'Valencia', 'Bilbao', 'Vigo', 'Toledo', 'Murcia'])[1 + g % 7] AS city,
           'cliente' || g || '@example.com' AS email
    FROM generate_series(1, :invoices / 10) g
) made;

CREATE TEMPORARY TABLE made AS
SELECT g AS id,
       CASE WHEN heavy THEN 1 + (g - 1) % (:invoices / 1000)
            ELSE 1 + :invoices / 1000 + (g - 1) % (:invoices / 10 - :invoices / 1000) END AS client_id,
       status,
       CASE WHEN alike THEN 10 ELSE 1 + g % 20 END AS quantity,
       CASE WHEN alike THEN 45.50 ELSE 10 + (g::bigint * 7919 % 9000) / 100.0 END AS unit_price,
       CASE WHEN status = 'draft' THEN current_date + 30 WHEN overdue THEN current_date - 40 - g % 50
            WHEN alike THEN current_date - 60 ELSE current_date - 90 - g % 700 END AS issue_date,
       CASE WHEN status = 'draft' THEN current_date + 60 WHEN overdue THEN current_date - 10 - g % 50
            WHEN alike THEN current_date + 100 WHEN status = 'pending' THEN current_date + 100 + g % 100
            ELSE current_date - 60 - g % 700 END AS due_date
FROM (
    SELECT g, heavy, alike, status, status = 'pending' AND g > 3 * (:invoices / 5) AND g <= 3 * (:invoices / 5) + 5000 AS overdue
    FROM (
        SELECT g, g <= :invoices / 5 AS heavy, g > :invoices / 5 AND g <= 3 * (:invoices / 5) AS alike,
               CASE WHEN g <= :invoices / 5 THEN CASE (g - 1) / (:invoices / 1000) % 2 WHEN 0 THEN 'pending' ELSE 'paid' END
                    WHEN g <= 2 * (:invoices / 5) THEN 'draft'
                    WHEN g <= 3 * (:invoices / 5) THEN 'pending'
                    ELSE CASE g % 10 WHEN 0 THEN 'pending' WHEN 1 THEN 'cancelled' ELSE 'paid' END END AS status
        FROM generate_series(1, :invoices) g
    ) blocks
) dated;

INSERT INTO invoices (business_id, id, version, client_id, client_name, kind, status, number, issue_date, due_date, due_from_terms,
                      document_due_date, currency, tax_scheme, subtotal, tax, surcharge, total, withholding, payable, paid,
                      cancel_reason, search_text, created_at, updated_at)
OVERRIDING SYSTEM VALUE
SELECT 1, m.id, CASE WHEN m.status IN ('paid', 'cancelled') THEN 2 ELSE 1 END, m.client_id,
       CASE WHEN m.status <> 'draft' THEN c.name END, 'standard', m.status, CASE WHEN m.status <> 'draft' THEN 'A-' || m.id END,
       m.issue_date, m.due_date, m.status = 'draft', CASE WHEN m.status <> 'draft' THEN m.due_date END, 'EUR', 'iva',
       m.net, m.tax, 0, m.net + m.tax, 0, m.net + m.tax, CASE WHEN m.status = 'paid' THEN m.net + m.tax ELSE 0 END,
       CASE WHEN m.status = 'cancelled' THEN 'twice by mistake' END,
       concat_ws(' ', CASE WHEN m.status <> 'draft' THEN 'a-' || m.id END, 'design hours', 'printing and delivery'), now(), now()
FROM (SELECT *, quantity * unit_price + 145 AS net, round((quantity * unit_price + 145) * 0.21, 2) AS tax FROM made) m
JOIN clients c ON c.business_id = 1 AND c.id = m.client_id
ORDER BY m.id;

INSERT INTO invoice_lines (business_id, invoice_id, position, description, kind, quantity, unit_price, discount_percent, tax_said,
                           tax_category, tax_rate, surcharge_rate, withholding_rate, net)
SELECT 1, id, position, description, 'item', quantity, price, 0, '', 'standard', 21, 0, 0, quantity * price
FROM (
    SELECT id, 1 AS position, 'Design hours' AS description, quantity, unit_price AS price FROM made
    UNION ALL
    SELECT id, 2, 'Printing and delivery', 5, 29 FROM made
) line
ORDER BY id, position;

INSERT INTO payments (business_id, invoice_id, amount, paid_on, method, created_at)
SELECT 1, id, payable, due_date, 'transfer', now()
FROM invoices
WHERE business_id = 1 AND status = 'paid'
ORDER BY id;

INSERT INTO events (business_id, entity_kind, entity_id, client_id, at, actor, action, changes_digest, hash)
SELECT 1, 'client', id, id, now(), 'local', 'created', sha256(id::text::bytea), sha256(sha256(id::text::bytea))
FROM clients
ORDER BY id;

INSERT INTO events (business_id, entity_kind, entity_id, client_id, at, actor, action, changes_digest, hash)
SELECT 1, 'invoice', id, client_id, now(), 'local',
       CASE WHEN v = 2 THEN CASE status WHEN 'paid' THEN 'payment_recorded' ELSE 'cancelled' END
            WHEN status = 'draft' THEN 'created' ELSE 'imported' END,
       sha256((id || '/' || v)::bytea), sha256(sha256((id || '/' || v)::bytea))
FROM invoices, generate_series(1, version) v
WHERE business_id = 1
ORDER BY v, id;

INSERT INTO event_changes (business_id, event_id, changes)
SELECT 1, id, CASE WHEN action IN ('created', 'imported') AND entity_kind = 'invoice'
    THEN jsonb_build_array(
        jsonb_build_array('status', NULL, 'pending'), jsonb_build_array('number', NULL, 'A-' || entity_id),
        jsonb_build_array('client_id', NULL, client_id::text), jsonb_build_array('issue_date', NULL, '2026-01-31'),
        jsonb_build_array('due_date', NULL, '2026-03-02'), jsonb_build_array('currency', NULL, 'EUR'),
        jsonb_build_array('line 1', NULL, 'Design hours: 10 x 45.50, 21 %'),
        jsonb_build_array('line 2', NULL, 'Printing and delivery: 5 x 29.00, 21 %'), jsonb_build_array('total', NULL, '726.00'))
    ELSE jsonb_build_array(jsonb_build_array('status', 'pending', 'paid'), jsonb_build_array('paid', '0.00', '726.00')) END
FROM events
WHERE business_id = 1
ORDER BY id;

SELECT setval(pg_get_serial_sequence('clients', 'id'), :invoices / 10), setval(pg_get_serial_sequence('invoices', 'id'), :invoices);

DROP TABLE made;
