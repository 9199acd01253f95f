#!/usr/bin/env bash
# Which lines the tests run, those of the facturo that they start among them: printed for each part of src/. Exits non-zero
# below the share that is asked for. Wants cargo-llvm-cov (make tools), cargo-nextest, and the llvm-cov and llvm-profdata of
# rustc's own LLVM.
set -euo pipefail
cd "${BASH_SOURCE[0]%/*}/.."

least=90 # per cent of all lines

fail() {
    printf 'coverage: %s\n' "$1" >&2
    shift
    if [ $# -gt 0 ]; then printf '          %s\n' "$@" >&2; fi
    exit 1
}
command -v cargo-llvm-cov >/dev/null || fail 'cargo-llvm-cov is not there: make tools'
command -v cargo-nextest >/dev/null || fail 'cargo-nextest is not there: cargo install --locked cargo-nextest'

# Another LLVM's tools do not read what rustc's writes. rustup keeps fitting ones, which cargo-llvm-cov finds by itself.
llvm=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
for tool in cov profdata; do
    if compgen -G "$(rustc --print sysroot)/lib/rustlib/*/bin/llvm-$tool" >/dev/null; then continue; fi
    found=$(command -v "llvm-$tool-$llvm") || fail "There is no llvm-$tool of LLVM $llvm, which this rustc is built with." \
        'rustup component add llvm-tools' "Debian: apt-get install llvm-$llvm, where it is packaged"
    export "LLVM_${tool^^}=$found"
done

# Run by root, the private server's supervisor becomes another user, who is to write down what it ran too.
umask 000
mkdir -p target/llvm-cov-target
rm -f default_*.profraw
if [ "$(id -u)" = 0 ]; then chmod 1777 target/llvm-cov-target; fi

cargo llvm-cov clean --workspace
cargo llvm-cov nextest --locked --no-report --no-fail-fast --status-level fail --hide-progress-bar

# What those ran that were started without an environment (the demo's hosts) lies where they were started.
for profile in default_*.profraw; do
    if [ -e "$profile" ]; then mv "$profile" "target/llvm-cov-target/${PWD##*/}-$profile"; fi
done

# A line per file; the last three columns before branches are lines, missed lines and their share.
cargo llvm-cov report | awk -v least="$least" '
    function row(name, lines, missed) { return sprintf("%-24s %7d %7d %8.2f %%", name, lines, missed, 100 * (lines - missed) / lines) }
    /\.rs / {
        parts = split($1, path, "/")
        part = parts > 1 ? path[1] (parts > 2 && path[2] !~ /\.rs$/ ? "/" path[2] : "") : $1
        lines[part] += $8; missed[part] += $9; all += $8; unrun += $9
    }
    END {
        if (!all) { print "coverage: nothing was counted" > "/dev/stderr"; exit 1 }
        printf "%-24s %7s %7s %10s\n", "src/", "lines", "missed", "run"
        for (part in lines) print row(part, lines[part], missed[part]) | "sort"
        close("sort")
        print row("all", all, unrun)
        print "The supervisor of the private server, which has no environment and its own user, runs in the tests and is not counted."
        if (100 * (all - unrun) < least * all) { printf "coverage: less than %d %% of all lines\n", least > "/dev/stderr"; exit 1 }
    }'
