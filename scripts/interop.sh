#!/usr/bin/env bash
# Plays tests/interop/session.json through other MCP clients, in both eras of the protocol: the real program, each time
# on a private server in a scratch directory. Prints a table; exits non-zero when any client fails.
# The clients are installed, pinned, under target/interop: that wants python3 (3.11 or newer, with venv), npm and the network.
set -euo pipefail
umask 022
cd "${BASH_SOURCE[0]%/*}/.."

here=$PWD/target/interop
tests=$PWD/tests/interop
fail() {
    printf 'interop: %s\n' "$*" >&2
    exit 1
}

# ---- the clients ----

same() { cmp -s "$1" "$2"; }

install_python() {
    if same "$tests/requirements.txt" "$here/python/installed"; then return; fi
    rm -rf "$here/python"
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail 'python3 from 3.11 on is needed.'
    python3 -m venv "$here/python" || fail 'python3 with venv is needed (Debian: apt-get install python3-venv).'
    "$here/python/bin/python" -m pip install --quiet --disable-pip-version-check -r "$tests/requirements.txt"
    cp "$tests/requirements.txt" "$here/python/installed"
}

install_node() {
    if same "$tests/package.json" "$here/node/installed"; then return; fi
    command -v npm >/dev/null || fail 'npm is needed (Debian: apt-get install npm).'
    rm -rf "$here/node"
    mkdir -p "$here/node"
    cp "$tests/package.json" "$here/node/package.json"
    (cd "$here/node" && npm install --silent --no-fund --no-audit --no-package-lock)
    cp "$tests/package.json" "$here/node/installed"
}

mkdir -p "$here"
install_python
install_node

# ---- the server ----

if [ -z "${FACTURO:-}" ]; then
    cargo build --locked --quiet
    FACTURO=$PWD/target/debug/facturo
fi
unset DATABASE_URL FACTURO_BUSINESS
FACTURO_POSTGRES_BIN=$(scripts/setup.sh --print-bin)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/facturo-interop-XXXXXX")
chmod 755 "$scratch" # as root, PostgreSQL runs as another user
trap 'rm -rf "$scratch" 2>/dev/null || { sleep 2; rm -rf "$scratch"; }' EXIT
export FACTURO FACTURO_POSTGRES_BIN FACTURO_SCRATCH=1 FACTURO_LINGER=5 FACTURO_LOG=warn,rmcp=error
export NODE_PREFIX=$here/node PATH=$here/node/node_modules/.bin:$PATH PYTHONDONTWRITEBYTECODE=1

# ---- the session ----

failures=0
row() { printf '%-28s %-12s %-12s %6s %7s  %s\n' "$@"; }

# play WHO ERA COMMAND…
play() {
    local who=$1 era=$2 begun=$SECONDS outcome said
    shift 2
    export FACTURO_DATA_DIR=$scratch/${who// /-}-$era
    if said=$(HOME=$scratch "$@" 2>"$scratch/errors"); then
        outcome=passed
    else
        outcome=FAILED
        failures=$((failures + 1))
    fi
    row "$who" "$era" "${said% *}" "${said#* }" "$((SECONDS - begun)) s" "$outcome"
    if [ "$outcome" = FAILED ]; then sed 's/^/    /' "$scratch/errors"; fi
}

python=$here/python/bin/python
row client era protocol steps time ''
play 'mcp 2.3.0' legacy "$python" "$tests/run.py" mcp legacy
play 'mcp 2.3.0' 2026-07-28 "$python" "$tests/run.py" mcp 2026-07-28
play 'fastmcp 4.1.2' legacy "$python" "$tests/run.py" fastmcp legacy
play 'fastmcp 4.1.2' auto "$python" "$tests/run.py" fastmcp auto
play 'TypeScript SDK 1.32.2' legacy node "$tests/run.mjs"
play 'Inspector 2.12.0' legacy "$python" "$tests/run.py" inspector legacy
play 'Inspector 2.12.0' modern "$python" "$tests/run.py" inspector modern

if [ "$failures" != 0 ]; then fail "$failures of 7 failed."; fi
echo 'All passed.'
