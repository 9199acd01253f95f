SELECT business_id
FROM businesses
ORDER BY business_id
