#!/usr/bin/env bash
# Has another's scanner look for what should not stand in a list of tools (injected instructions, hidden commands, lures for
# credentials), by its offline rules, in the list that a test holds the server to.
# The scanner is installed, pinned, under target/scan: that wants python3 (3.11 or newer, with venv), the network and 330 MB.
set -euo pipefail
cd "${BASH_SOURCE[0]%/*}/.."

pins=tests/interop/scan.requirements
home=target/scan
if ! cmp -s "$pins" "$home/installed"; then
    rm -rf "$home"
    mkdir -p "$home"
    if ! python3 -m venv "$home/python"; then
        echo 'scan-tools: python3 with venv is needed (Debian: apt-get install python3-venv).' >&2
        exit 1
    fi
    "$home/python/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$pins"
    cp "$pins" "$home/installed"
fi
export PYTHONDONTWRITEBYTECODE=1
exec "$home/python/bin/python" tests/interop/scan.py tests/it/snapshots/tools.json
