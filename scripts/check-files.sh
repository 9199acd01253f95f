#!/usr/bin/env bash
# The part of `make check` that is not Rust: dependencies, scripts, container files. A checker that is not there is
# skipped and named at the end; `make tools` fetches them all.
set -euo pipefail
cd "${BASH_SOURCE[0]%/*}/.."

skipped=
at_hand() {
    if command -v "$1" >/dev/null; then return 0; fi
    skipped="$skipped $1"
    return 1
}
run() {
    printf '%s\n' "$*"
    "$@"
}

# Advisories need the network: `make audit`.
if at_hand cargo-deny; then run cargo-deny --locked check --hide-inclusion-graph bans licenses sources; fi

if at_hand shellcheck; then run shellcheck --shell=bash .ci/run scripts/*.sh; fi

if at_hand hadolint; then run hadolint Dockerfile; fi

run scripts/check-compose.sh

if [ -n "$skipped" ]; then
    echo "Skipped, since not there:$skipped. To have them: make tools"
fi
