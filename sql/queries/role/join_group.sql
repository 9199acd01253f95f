SELECT format('GRANT %I TO %I', $2::text, $1::text)
WHERE NOT pg_has_role($1::text, $2::text, 'MEMBER')
