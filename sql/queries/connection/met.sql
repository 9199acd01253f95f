-- Whether the server has heard what it was asked; whose connection this is; and who made the schema that is looked into first because
-- it has the role's name, where that is neither the role, nor the owner of the database, nor a superuser.
SELECT current_setting('facturo.asked', true), current_user,
       (SELECT maker.rolname
        FROM pg_namespace n
        JOIN pg_roles maker ON maker.oid = n.nspowner
        WHERE n.nspname = current_user
          AND n.nspname = ANY (current_schemas(false))
          AND NOT maker.rolsuper
          AND NOT pg_has_role(maker.oid, 'USAGE')
          AND maker.oid <> (SELECT datdba FROM pg_database WHERE datname = current_database()))
