-- series are made one at a time, so that no two whose numbers could be the same are made at once, and none while a
-- number of its form is brought in from elsewhere
SELECT business_id
FROM businesses
WHERE business_id = $1
FOR NO KEY UPDATE
