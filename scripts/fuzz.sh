#!/usr/bin/env bash
# Hostile input, so many seconds in all for the targets of fuzz/: scripts/fuzz.sh SECONDS [TARGET…]. What breaks a property is kept in
# fuzz/artifacts, and what is found on the way in fuzz/corpus, where the next run goes on. Wants cargo-fuzz (make tools).
# The properties, and how the suite tries them, are in src/mcp/hostile.rs.
set -euo pipefail
cd "${BASH_SOURCE[0]%/*}/.."

seconds=${1:?seconds in all}
shift
command -v cargo-fuzz >/dev/null || {
    echo 'fuzz: cargo-fuzz is not there: make tools' >&2
    exit 1
}
if [ $# = 0 ]; then
    for target in fuzz/fuzz_targets/*.rs; do set -- "$@" "$(basename "$target" .rs)"; done
fi
each=$(((seconds + $# - 1) / $#))

# What libFuzzer needs of rustc is stable in all but name. No sanitizer: there is no unsafe code in what is tried.
export RUSTC_BOOTSTRAP=1
cargo fuzz build --sanitizer none
log=$(mktemp)
trap 'rm -f "$log"' EXIT
broken=
for target in "$@"; do
    inputs=("fuzz/corpus/$target")
    mkdir -p "${inputs[0]}"
    if [ -d "fuzz/seeds/$target" ]; then inputs+=("fuzz/seeds/$target"); fi
    # libFuzzer's words are of use only when it has found something
    if cargo fuzz run --sanitizer none "$target" "${inputs[@]}" -- \
        -max_total_time="$each" -max_len=4096 -timeout=10 -print_final_stats=1 >"$log" 2>&1; then
        printf '%-10s %12s inputs in %s s, and all hold\n' "$target" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" "$each"
    else
        tail -n 60 "$log" >&2
        broken="$broken $target"
    fi
done
if [ -n "$broken" ]; then
    echo "fuzz: broken:$broken" >&2
    exit 1
fi
