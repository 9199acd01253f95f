INSERT INTO invoice_lines (business_id, invoice_id, position, description, quantity, unit_price, discount_percent, tax_rate, net)
SELECT $1, $2, line.position, line.description, line.quantity, line.unit_price, line.discount_percent, line.tax_rate, line.net
FROM unnest($3::text[], $4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[], $8::numeric[])
     WITH ORDINALITY AS line (description, quantity, unit_price, discount_percent, tax_rate, net, position)
