#!/usr/bin/env bash
# What our dependencies are, and what is known of them: licences, bans and sources by deny.toml, and advisories by the database
# of RustSec, which is fetched, or taken as it was fetched last. Where there is neither, that is said, and fails nothing.
set -euo pipefail
cd "${BASH_SOURCE[0]%/*}/.."

command -v cargo-deny >/dev/null || {
    echo 'audit: cargo-deny is not there: make tools' >&2
    exit 1
}
cargo deny --locked check --hide-inclusion-graph bans licenses sources

databases=${CARGO_HOME:-$HOME/.cargo}/advisory-dbs
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if cargo deny --locked check advisories 2>"$log"; then
    cat "$log"
elif ! grep -q 'failed to fetch advisory database' "$log"; then
    cat "$log" >&2
    exit 1
elif compgen -G "$databases/*/crates" >/dev/null; then
    echo 'The advisory database cannot be fetched now; the one that was fetched last is asked.'
    cargo deny --locked check --disable-fetch advisories
else
    echo 'Advisories were not asked for: their database cannot be fetched (https://github.com/RustSec/advisory-db), and none is at hand.'
fi
