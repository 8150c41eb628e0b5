# The commands of this repository. `make` lists them.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help dev test bench fuzz check clean
# `make dev` runs servers in the foreground: parallel targets would only mix their output.
.NOTPARALLEL:

cargo-there = command -v cargo >/dev/null || { echo "Rust is missing: install it with rustup (its site shows the one command), open a new shell, and run make again." >&2; exit 1; }

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

dev: ## run everything on http://localhost:8787 (installs what is missing); Ctrl-C stops it
	@$(cargo-there)
	@tools/setup dev
	@tools/build
	@. tools/env.sh; exec target/debug/wayleave-dev

test: ## every test, with MariaDB, MySQL, workerd and Chromium (installs what is missing)
	@$(cargo-there)
	@tools/setup test
	@exec tools/test

bench: ## what it costs, beside peers, measured here: QUESTIONS="edge-hot edge-cold" for some
	@$(cargo-there)
	@tools/setup bench
	@exec tools/bench $(QUESTIONS)

fuzz: ## every fuzz target for a long time: FUZZ_SECONDS=600 each
	@$(cargo-there)
	@tools/setup test
	@exec tools/fuzz $${FUZZ_SECONDS:-600}

check: ## format, lints, documentation, licences and sources of dependencies
	@$(cargo-there)
	@tools/setup check
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --document-private-items
	@tools/deny

clean: ## remove what was built here (tools kept per user stay)
	@if [[ -x tools/databases ]]; then tools/databases stop; fi
	rm -rf target fuzz/target edge/build examples/app/build .wayleave/test
