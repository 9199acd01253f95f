-- Nothing where it is there: roles belong to the whole server, and another database may have made it.
SELECT format('CREATE ROLE %I NOLOGIN', $1::text)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)
