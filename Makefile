# The two main commands: `make run` serves the product, `make test` tests it. Both install
# what is missing.
.DEFAULT_GOAL := help
SHELL := /bin/bash
CARGO ?= cargo
DIST := web-client/dist
NODE_MODULES := web-client/node_modules/.package-lock.json
# The sources of the client. If none is newer than the last build, the client and the binary that
# embeds it are not rebuilt.
WEB_SOURCES = $(shell find web-client \( -name node_modules -o -name dist -o -name test -o -name e2e -o -name screenshots \) -prune -o \( -type f -o -type d \) -print)
# The commit, for the metric helpline_build_info; empty outside a clone.
REVISION = $(shell git rev-parse HEAD 2>/dev/null)
# Compiles in a third of the time of a release build, and is fast enough for every feature.
QUICK := --profile quick --locked
# As fast as a release build, but with failpoints, which release builds do not have.
BREAKABLE := --profile breakable --locked

.PHONY: help build server run quick servers test check web sizes widget-cost screenshots test-core test-rust test-web test-browser test-load test-world prove fuzz bench fmt clean

help: ## Lists the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

build: web ## Builds the release binaries: helpline, including the web client and `helpline dev`, and the load generator
	@.ci/install cc
	HELPLINE_REVISION=$(REVISION) $(CARGO) build --release --locked -p helpline-gateway -p helpline-loadtest --features helpline-gateway/embed

server: web ## Builds the release binary for servers: with the web client, without `helpline dev` and the test rig
	@.ci/install cc
	HELPLINE_REVISION=$(REVISION) $(CARGO) build --release --locked -p helpline-gateway --no-default-features --features embed

run: ## Serves Helpline on http://127.0.0.1:8080 with a private Postgres and demo people (ARGS="--instances 2" for two gateways)
	@.ci/install cc
	@$(MAKE) --no-print-directory -j3 quick web servers
	HELPLINE_ASSETS_DIR=$${HELPLINE_ASSETS_DIR:-$(DIST)} target/quick/helpline dev $(ARGS)

quick:
	$(CARGO) build $(QUICK) -p helpline-gateway

servers:
	@.ci/install postgres redis

test: test-rust test-web test-browser test-load ## Runs all tests that a clean machine can run

check: $(NODE_MODULES) ## Checks formatting, lints and types
	@.ci/install cc
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --all-features --locked -- -D warnings
	$(CARGO) clippy --workspace --test sabotage --all-features --locked -- -D warnings
	$(CARGO) clippy -p helpline-gateway --no-default-features --features embed --locked -- -D warnings
	cd web-client && npm run --silent check

web: $(DIST)/.built ## Builds the web client into web-client/dist

# The build empties the directory first, so a failed build leaves no marker file.
$(DIST)/.built: $(NODE_MODULES) $(WEB_SOURCES)
	cd web-client && npm run --silent build
	@touch $@

$(NODE_MODULES): web-client/package-lock.json
	cd web-client && npm ci --no-audit --no-fund --silent
	@touch $@

# Twice as many tests at a time as there are processors, because the tests also wait for servers.
test-rust: web ## Runs the Rust tests; they start their own Postgres and Redis
	@.ci/install cc postgres redis curl openssl
	RUST_TEST_THREADS=$${RUST_TEST_THREADS:-$$((2 * $$(getconf _NPROCESSORS_ONLN)))} $(CARGO) test --workspace --all-features --locked

test-web: web ## Runs the web client's tests that need no browser, and checks its size
	cd web-client && npm test --silent && npm run --silent sizes

test-browser: web ## Runs the browser tests in Chromium, on two instances joined by Redis
	@.ci/install cc postgres redis chromium
	$(CARGO) build --workspace --all-features --locked --bins
	.ci/test-browser

sizes: web ## Checks the size of the client's pages against their budgets
	cd web-client && npm run --silent sizes

widget-cost: web ## Measures what the widget costs its host page: requests, bytes, main-thread time
	@.ci/install cc postgres redis chromium
	$(CARGO) build --workspace --all-features --locked --bins
	.ci/with-dev npm --prefix web-client run --silent widget-cost

screenshots: web ## Takes screenshots of every screen into web-client/screenshots
	@.ci/install cc postgres redis chromium
	$(CARGO) build --workspace --all-features --locked --bins
	.ci/with-dev npm --prefix web-client run --silent screenshots

test-load: ## Tests that the proof finds broken promises, runs a brief proof under faults, and checks the stable performance ratios
	@.ci/install cc postgres redis
	$(CARGO) build $(BREAKABLE) -p helpline-gateway -p helpline-loadtest
	$(CARGO) test $(BREAKABLE) -p helpline-gateway -p helpline-loadtest --test sabotage --no-run
	.ci/side-by-side "$(CARGO) test $(BREAKABLE) -p helpline-gateway -p helpline-loadtest --test sabotage -- --test-threads 3" "target/breakable/helpline-loadtest prove --brief"
	target/breakable/helpline-loadtest bench --check

test-world: $(NODE_MODULES) ## Runs tests that need more: a newer Postgres, the previous build, Firefox, tools for /openapi.json; prints what it could not test
	@.ci/install cc postgres redis
	.ci/test-world

prove: ## Injects faults for ten minutes by a seeded plan, and checks every history; report in target/prove (ARGS="--seed 7")
	@.ci/install cc postgres redis
	$(CARGO) build $(BREAKABLE) -p helpline-gateway -p helpline-loadtest
	target/breakable/helpline-loadtest prove $(ARGS)

fuzz: ## Reads mutated mails for ten minutes (SECONDS=60 for one)
	@.ci/install cc
	HELPLINE_MAIL_FUZZ_S=$(or $(SECONDS),600) $(CARGO) test --release --locked -p helpline-mail --test hostile -- --nocapture

bench: build ## Compares Helpline with its peers; report in target/bench (ARGS="--quick", ARGS="fanout rooms")
	@.ci/install cc postgres redis
	@.ci/install nchan || echo "without nchan"
	@cd loadtest/peers && npm ci --silent || echo "without the Node peers"
	target/release/helpline-loadtest bench $(ARGS)

fmt: ## Formats the Rust code
	$(CARGO) fmt --all

clean: ## Removes what was built, except the demo data under .helpline/
	rm -rf target $(DIST) web-client/node_modules
