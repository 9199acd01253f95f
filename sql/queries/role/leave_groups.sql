SELECT format('REVOKE %I FROM %I', g.rolname, l.rolname)
FROM pg_auth_members m
JOIN pg_roles g ON g.oid = m.roleid
JOIN pg_roles l ON l.oid = m.member
WHERE l.rolname = $1::text AND g.rolname IN ('facturo_app', 'facturo_read') AND g.rolname <> $2::text
