INSERT INTO invoice_lines (business_id, invoice_id, position, kind, description, quantity, unit_price, price_with_tax, gross,
                           discount_percent, tax_said, tax_category, tax_rate, exemption, surcharge_rate, withholding_rate, net,
                           rest_tax, rest_surcharge, rest_withholding)
SELECT $1, $2, line.position, line.kind, line.description, line.quantity, line.unit_price, line.price_with_tax, line.gross,
       line.discount_percent, line.tax_said, line.tax_category, line.tax_rate, line.exemption, line.surcharge_rate,
       line.withholding_rate, line.net, line.rest_tax, line.rest_surcharge, line.rest_withholding
FROM unnest($3::text[], $4::text[], $5::numeric[], $6::numeric[], $7::numeric[], $8::numeric[], $9::numeric[], $10::text[],
            $11::text[], $12::numeric[], $13::text[], $14::numeric[], $15::numeric[], $16::numeric[], $17::numeric[],
            $18::numeric[], $19::numeric[])
     WITH ORDINALITY AS line (kind, description, quantity, unit_price, price_with_tax, gross, discount_percent, tax_said,
                              tax_category, tax_rate, exemption, surcharge_rate, withholding_rate, net,
                              rest_tax, rest_surcharge, rest_withholding, position)
