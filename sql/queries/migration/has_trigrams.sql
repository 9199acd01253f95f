SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm')
