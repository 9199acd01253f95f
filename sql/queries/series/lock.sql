-- series are made one at a time, so that no two whose numbers could be the same are made at once
SELECT business_id
FROM businesses
WHERE business_id = $1
FOR UPDATE
