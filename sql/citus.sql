-- Spreads the tables over the nodes of a Citus cluster, by business: all that one business has lies on one node. To be run once, on the
-- coordinator, when `facturo migrate` has made the schema (docs/en/scaling.md):
--     psql --single-transaction --set ON_ERROR_STOP=1 --file sql/citus.sql postgresql://…
-- A foreign key may only join tables that lie alike, so all of them are taken away first and put back last. The catalog says which
-- there are, so that this file names none.
DO $$
DECLARE
    statement text;
    drops     text[];
    adds      text[];
    tenants   text[];
BEGIN
    SELECT array_agg(format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname)),
           array_agg(format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)))
    INTO drops, adds
    FROM pg_constraint
    WHERE contype = 'f' AND connamespace = current_schema()::regnamespace;

    SELECT array_agg(relname ORDER BY relname)
    INTO tenants
    FROM pg_class
    WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname NOT IN ('businesses', 'schema_migrations');

    FOREACH statement IN ARRAY drops LOOP
        EXECUTE statement;
    END LOOP;

    PERFORM create_reference_table('schema_migrations');
    PERFORM create_distributed_table('businesses', 'business_id');
    FOREACH statement IN ARRAY tenants LOOP
        PERFORM create_distributed_table(statement, 'business_id', colocate_with => 'businesses');
    END LOOP;

    FOREACH statement IN ARRAY adds LOOP
        EXECUTE statement;
    END LOOP;
END
$$;
