#!/usr/bin/env bash
# Has the published schema of VERI*FACTU and another's linter read registration records: the files that are named, or
# else one sample of each kind, which a test writes, and spoilt copies of them to see that they can complain.
# The checkers are installed, pinned, under target/records: that wants python3 (3.11 or newer, with venv) and the network.
set -euo pipefail
here=$PWD
cd "${BASH_SOURCE[0]%/*}/.."

pins=tests/interop/records.requirements
home=target/records
if ! cmp -s "$pins" "$home/installed"; then
    rm -rf "$home/python"
    mkdir -p "$home"
    if ! python3 -m venv "$home/python"; then
        echo 'check-records: python3 with venv is needed (Debian: apt-get install python3-venv).' >&2
        exit 1
    fi
    "$home/python/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$pins"
    cp "$pins" "$home/installed"
fi
python=$PWD/$home/python/bin/python
checker=$PWD/tests/interop/records.py
export PYTHONDONTWRITEBYTECODE=1

if [ $# -gt 0 ]; then
    cd "$here"
    exec "$python" "$checker" check "$@"
fi

rm -rf "$home/samples"
cargo test --locked --quiet --lib render::verifactu::tests::write_samples -- --ignored >"$home/log" 2>&1 || {
    cat "$home/log" >&2
    exit 1
}
"$python" "$checker" check "$home"/samples/*
"$python" "$checker" prove "$home/samples/all.xml"
