SELECT min(business_id) AS first FROM businesses
