SELECT min(business_id) FROM businesses
