-- On each table of tenants, what each role may see of the businesses. The expression is a constant: an engine that shards takes no
-- subquery there, and a planner makes nothing of it but a comparison of two constants.
SELECT format('CREATE POLICY %I ON %s TO %I USING %s', p.polname, t.oid::regclass, p.polname, pg_get_expr(p.polqual, p.polrelid))
FROM pg_policy p
JOIN pg_roles r ON r.rolname = p.polname AND p.polroles = ARRAY[r.oid]
JOIN pg_class b ON b.oid = p.polrelid
JOIN pg_class t ON t.relnamespace = b.relnamespace AND t.relkind IN ('r', 'p')
WHERE b.oid = 'businesses'::regclass
  AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'business_id')
  AND NOT EXISTS (SELECT FROM pg_policy q WHERE q.polrelid = t.oid AND q.polname = p.polname)
ORDER BY p.polname, t.relname
