#!/usr/bin/env bash
# Holds docker-compose.yml to the schema of the Compose specification (which check-jsonschema brings along), and
# .env.example to docker-compose.yml: the same variables, the same defaults. No Docker is needed; where its client has
# the compose plugin, that has its say too, for which it needs no engine.
set -euo pipefail
cd "${BASH_SOURCE[0]%/*}/.."

# shellcheck disable=SC2016 # the dollars are the file's. A file that is not there is /dev/null.
used=$(grep -o '\${[A-Z_]*:-[^}]*}' docker-compose.yml | sed 's/^\${\(.*\):-\(.*\)}$/\1=\2/; s|=/dev/null$|=|' | sort -u)
documented=$(grep '^[A-Z_]*=' .env.example | sort -u)
if [ "$used" != "$documented" ]; then
    echo "docker-compose.yml (<) and .env.example (>) differ in their variables or defaults:" >&2
    diff <(echo "$used") <(echo "$documented") | grep '^[<>]' >&2
    exit 1
fi
if grep -v '^ *#' docker-compose.yml | sed 's/\$\$//g; s/\${[A-Z_]*:[-+][^}]*}//g' | grep -n '\$'; then
    echo "docker-compose.yml: every variable has a default, written \${NAME:-default}." >&2
    exit 1
fi

if command -v check-jsonschema >/dev/null; then
    check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
else
    echo "The compose file was not held to its schema: check-jsonschema is not there (make tools)."
fi

if docker compose version >/dev/null 2>&1; then
    docker compose --env-file .env.example --profile '*' config --quiet
fi
