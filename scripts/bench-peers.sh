#!/usr/bin/env bash
# Installs the servers that `make bench` compares facturo with, under target/bench/peers: that wants python3 with venv, node
# with npm, cargo and the network. Usage: scripts/bench-peers.sh DIRECTORY, where there are peers/p1_fastmcp.py and
# peers/p3_ts_sdk.mjs, a crate in rust/ with the binary p5_rmcp, and their tables in sql/.
set -euo pipefail
cd "${BASH_SOURCE[0]%/*}/.."

from=$(cd "$1" && pwd)
here=$PWD/target/bench/peers
mkdir -p "$here/node"

# what is there already is left as it is
[ -x "$here/python/bin/python" ] || python3 -m venv "$here/python"
"$here/python/bin/python" -m pip install --quiet --disable-pip-version-check fastmcp asyncpg pydantic orjson
(cd "$here/node" && npm install --silent --no-fund --no-audit --prefer-offline @modelcontextprotocol/sdk pg zod)
ln -sf "$(command -v node)" "$here/node/node"
# built from a copy, since cargo writes a lock beside the crate
mkdir -p "$here/crate" && cp -R "$from/rust/." "$here/crate"
CARGO_TARGET_DIR=$here/rust cargo build --quiet --release --manifest-path "$here/crate/Cargo.toml" --bin p5_rmcp
