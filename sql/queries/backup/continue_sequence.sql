SELECT setval(to_regclass($1), $2, $3)
