-- waits for those who are making something that refers to the client, and keeps others from it: FOR NO KEY UPDATE would not
SELECT version, name
FROM clients
WHERE business_id = $1 AND id = $2
FOR UPDATE
