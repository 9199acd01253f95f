-- Each table, and the statement that counts its rows: which tables there are depends on the version of the schema.
SELECT relname::text, format('SELECT count(*) FROM %I.%I', nspname, relname)
FROM pg_class
JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = current_schema() AND relkind IN ('r', 'p')
ORDER BY relname
