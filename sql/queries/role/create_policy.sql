SELECT format('CREATE POLICY %I ON businesses TO %I USING (business_id = %s)', $1::text, $1::text, $2::text::bigint)
