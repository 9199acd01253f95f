SELECT kind, description, quantity, unit_price, price_with_tax, gross, discount_percent, tax_said, tax_category, tax_rate,
       exemption, surcharge_rate, withholding_rate, net, rest_tax, rest_surcharge, rest_withholding
FROM invoice_lines
WHERE business_id = $1 AND invoice_id = $2
ORDER BY position
