-- Each table in the order in which they were made, so that what rows refer to comes first: its columns as an archive names them, and
-- the statement that takes its rows. Which migrations were applied is known without an archive.
SELECT relname::text, string_agg(attname, ', ' ORDER BY attnum),
       format('COPY %I (%s) FROM STDIN', relname, string_agg(quote_ident(attname), ', ' ORDER BY attnum))
FROM pg_class
JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND relname <> 'schema_migrations'
GROUP BY pg_class.oid, relname
ORDER BY pg_class.oid
