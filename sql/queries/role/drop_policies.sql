SELECT format('DROP POLICY %I ON %s', p.polname, p.polrelid::regclass)
FROM pg_policy p
JOIN pg_roles r ON r.rolname = p.polname AND p.polroles = ARRAY[r.oid]
WHERE r.rolname = $1::text
ORDER BY p.polrelid
