-- What was written off of an invoice in all, less what of it was taken back.
SELECT coalesce(sum(amount), 0) AS amount
FROM payments
WHERE business_id = $1 AND invoice_id = $2 AND method = 'write_off'
