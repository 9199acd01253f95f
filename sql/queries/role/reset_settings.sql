-- Settings that a role brings along, which it can give itself: everywhere, and in this database. What takes them away, and their names.
SELECT format('ALTER ROLE %I%s RESET ALL', r.rolname,
              CASE WHEN s.setdatabase = 0 THEN '' ELSE format(' IN DATABASE %I', current_database()) END),
       (SELECT string_agg(split_part(setting, '=', 1), ', ') FROM unnest(s.setconfig) setting)
FROM pg_db_role_setting s
JOIN pg_roles r ON r.oid = s.setrole
LEFT JOIN pg_database d ON d.oid = s.setdatabase
WHERE r.rolname = $1::text AND (s.setdatabase = 0 OR d.datname = current_database())
ORDER BY s.setdatabase
