#!/usr/bin/env bash
# Installs the servers that `make bench` compares facturo with, under target/bench/peers: that wants python3 with venv, node
# with npm, cargo and the network. Usage: scripts/bench-peers.sh DIRECTORY, where there are peers/p1_fastmcp.py and
# peers/p3_ts_sdk.mjs, a crate in rust/ with the binary p5_rmcp, and their tables in sql/.
set -euo pipefail
cd "${BASH_SOURCE[0]%/*}/.."

from=$(cd "$1" && pwd)
here=$PWD/target/bench/peers
mkdir -p "$here/node"

if [ ! -x "$here/python/bin/python" ]; then
    python3 -m venv "$here/python"
    "$here/python/bin/python" -m pip install --quiet --disable-pip-version-check fastmcp asyncpg pydantic orjson
fi
if [ ! -e "$here/node/node" ]; then
    (cd "$here/node" && npm init --yes >/dev/null && npm install --silent --no-fund --no-audit @modelcontextprotocol/sdk pg zod)
    ln -s "$(command -v node)" "$here/node/node"
fi
CARGO_TARGET_DIR=$here/rust cargo build --quiet --release --manifest-path "$from/rust/Cargo.toml" --bin p5_rmcp
