SELECT pg_export_snapshot(), current_schema()::text
