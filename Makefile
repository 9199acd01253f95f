# facturo's workshop. `make` alone says what there is. (Works with GNU make 3.81, which macOS has.)

SHELL := /bin/bash
export PATH := $(PATH):$(HOME)/.cargo/bin:$(CURDIR)/target/tools/bin

DEMO_LANG ?= en
FUZZ_SECONDS ?= 60

.PHONY: help setup demo test check tools audit coverage endurance fuzz interop scan bench bench-quick bench-scale
.DEFAULT_GOAL := help

help:
	@echo 'make demo      watch an assistant keep the books (make demo DEMO_LANG=es: in Spanish)'
	@echo 'make test      run every test, on a private PostgreSQL'
	@echo 'make check     format, lints, licences, scripts, container files'
	@echo 'make setup     find what the others need, and install PostgreSQL if it is missing'
	@echo 'make tools     fetch the checkers that `make check` skips where they are missing (into target/tools)'
	@echo 'make audit     licences, bans and sources of our dependencies, and what the advisory database knows of them'
	@echo 'make coverage  which lines the tests run, for each part of src/; fails below 90 %'
	@echo 'make endurance ten thousand calls at random, right and wrong, after which the books must balance'
	@echo 'make fuzz      hostile input, for a minute in all (FUZZ_SECONDS=600 TARGETS=lines: as you like)'
	@echo 'make interop   run the session of the demo through other MCP clients'
	@echo 'make scan      have a scanner of MCP servers look at the list of tools (fetches it, 330 MB, into target/scan)'
	@echo 'make bench     how fast it is beside PostgreSQL itself, and beside other servers where PEERS has them (half an hour)'
	@echo '               make bench-quick is the short form (two minutes), make bench-scale its part about large books'

# The PostgreSQL that setup found, for the scratch data directories of demo and tests too.
WITH_POSTGRES = export FACTURO_POSTGRES_BIN="$$(scripts/setup.sh --print-bin)";

setup:
	@scripts/setup.sh

demo: setup
	cargo build --locked
	@$(WITH_POSTGRES) cargo run --quiet --locked -- demo --lang $(DEMO_LANG)

# Where tests write what they were skipped for (tests/it/support/mod.rs).
SKIPPED = target/tmp/skipped

# The examples in the documentation first, since nextest leaves them out and should have the last word.
test: setup
	@rm -f $(SKIPPED)
	@$(WITH_POSTGRES) trap 'if [ -s $(SKIPPED) ]; then echo "Skipped, for want of something:"; sort -u $(SKIPPED); fi' EXIT; \
	if command -v cargo-nextest >/dev/null; then \
	    (set -ex; cargo test --locked --doc --quiet; cargo nextest run --locked); \
	else \
	    (set -ex; cargo test --locked); \
	fi

check:
	@scripts/setup.sh --to-build
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	@scripts/check-files.sh

tools:
	@scripts/tools.sh

audit:
	@scripts/audit.sh

coverage: setup
	@$(WITH_POSTGRES) scripts/coverage.sh

endurance: setup
	@$(WITH_POSTGRES) cargo test --locked --test it endurance::random -- --include-ignored --nocapture

fuzz:
	@scripts/fuzz.sh "$(FUZZ_SECONDS)" $(TARGETS)

interop: setup
	@scripts/interop.sh

scan:
	@scripts/scan-tools.sh

# Where other servers are, to stand in the same tables.
PEERS ?= ../shared/bench
# A document whose tables are to be replaced by those measured now, such as docs/performance.md.
INTO ?=
BENCH = $(WITH_POSTGRES) cargo bench --locked --bench load --

bench: setup
	@if [ -d '$(PEERS)' ]; then scripts/bench-peers.sh '$(PEERS)'; fi
	@$(BENCH) $(if $(wildcard $(PEERS)),--peers '$(PEERS)') $(if $(INTO),--into '$(INTO)')

bench-quick: setup
	@$(BENCH) --quick

bench-scale: setup
	@$(BENCH) --scale
