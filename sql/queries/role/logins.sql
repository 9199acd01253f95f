-- The roles that see a business, by their policies.
SELECT r.rolname::text,
       substring(pg_get_expr(p.polqual, p.polrelid) FROM '\d+')::bigint,
       has_table_privilege(r.oid, 'events', 'INSERT')
FROM pg_policy p
JOIN pg_roles r ON r.rolname = p.polname AND p.polroles = ARRAY[r.oid]
WHERE p.polrelid = 'businesses'::regclass
ORDER BY r.rolname
