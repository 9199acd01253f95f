-- Of a role, or of the one that asks. What is asked of tables that are not there yet is unknown.
SELECT r.rolname::text,
       r.rolsuper,
       r.rolbypassrls,
       -- who may make tables owns those that will be there
       coalesce((SELECT pg_has_role(r.oid, c.relowner, 'USAGE') FROM pg_class c WHERE c.oid = to_regclass('schema_migrations')),
                has_schema_privilege(r.oid, current_schema(), 'CREATE')),
       -- what it could become counts as well, whether by SET ROLE or by making itself a member
       coalesce(has_schema_privilege(r.oid, current_schema(), 'CREATE'), false) OR EXISTS (
           SELECT FROM pg_roles other
           WHERE pg_has_role(r.oid, other.oid, 'MEMBER')
             AND (other.oid <> r.oid AND other.rolcanlogin
                  -- a schema of its own would be looked into before facturo's by the role of the same name
                  OR has_database_privilege(other.oid, current_database(), 'CREATE')
                  OR other.rolsuper OR other.rolbypassrls OR other.rolcreaterole OR other.rolreplication
                  OR other.oid = (SELECT c.relowner FROM pg_class c WHERE c.oid = to_regclass('schema_migrations'))
                  OR other.rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program'))) OR EXISTS (
           SELECT FROM unnest(ARRAY['payments', 'events', 'issued_documents', 'registration_records', 'alarms']) appended
           WHERE has_table_privilege(r.oid, to_regclass(appended), 'DELETE, TRUNCATE')
              OR has_any_column_privilege(r.oid, to_regclass(appended), 'UPDATE')),
       has_table_privilege(r.oid, to_regclass('events'), 'INSERT'),
       has_table_privilege(r.oid, to_regclass('events'), 'SELECT')
FROM pg_roles r
WHERE r.rolname = coalesce($1::text, current_user)
