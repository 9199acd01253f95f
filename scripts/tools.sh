#!/usr/bin/env bash
# Fetches the checkers that `make check` uses beyond Rust's own, pinned, into target/tools. Idempotent.
set -euo pipefail
cd "${BASH_SOURCE[0]%/*}/.."

pins=scripts/tools.requirements
here=target/tools
if cmp -s "$pins" "$here/installed"; then exit 0; fi

rm -rf "$here"
mkdir -p target
if ! python3 -m venv "$here"; then
    echo "tools: python3 with venv is needed (Debian: apt-get install python3-venv)." >&2
    exit 1
fi
"$here/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: --requirement "$pins"
cp "$pins" "$here/installed"
echo "The checkers are in $here."
