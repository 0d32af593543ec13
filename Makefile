# The two commands: `make run` serves the product, `make test` proves it. Both install what is missing.
.DEFAULT_GOAL := help
SHELL := /bin/bash
CARGO ?= cargo
DIST := web-client/dist
NODE_MODULES := web-client/node_modules/.package-lock.json
# What the client is built of: when none of it is newer than the last build, the client is left as it is, and so is what embeds it.
WEB_SOURCES = $(shell find web-client \( -name node_modules -o -name dist -o -name test -o -name e2e -o -name screenshots \) -prune -o \( -type f -o -type d \) -print)
# Compiled in a third of the time of a release, and fast enough to try everything.
QUICK := --profile quick --locked
# As fast as a release, and still to be told where to die: no release can be.
BREAKABLE := --profile breakable --locked

.PHONY: help build server run quick servers test check web sizes widget-cost screenshots test-core test-rust test-web test-browser test-load test-world prove bench fmt clean

help: ## What there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

build: web ## The release binaries: helpline with the web client and `helpline dev` in it, and the load generator
	@.ci/install cc
	$(CARGO) build --release --locked -p helpline-gateway -p helpline-loadtest --features helpline-gateway/embed

server: web ## The release binary for servers: with the web client, without `helpline dev` and the test rig
	@.ci/install cc
	$(CARGO) build --release --locked -p helpline-gateway --no-default-features --features embed

run: ## Serves Helpline on http://127.0.0.1:8080 with a private Postgres and demo people (ARGS="--instances 2" for two gateways)
	@.ci/install cc
	@$(MAKE) --no-print-directory -j3 quick web servers
	HELPLINE_ASSETS_DIR=$${HELPLINE_ASSETS_DIR:-$(DIST)} target/quick/helpline dev $(ARGS)

quick:
	$(CARGO) build $(QUICK) -p helpline-gateway

servers:
	@.ci/install postgres redis

test: test-rust test-web test-browser test-load ## Everything that proves it

check: $(NODE_MODULES) ## Formats, lints, types
	@.ci/install cc
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --all-features --locked -- -D warnings
	$(CARGO) clippy -p helpline-gateway --no-default-features --features embed --locked -- -D warnings
	cd web-client && npm run --silent check

web: $(DIST)/.built ## The web client, into web-client/dist

# A build empties the directory first: one that failed leaves no mark.
$(DIST)/.built: $(NODE_MODULES) $(WEB_SOURCES)
	cd web-client && npm run --silent build
	@touch $@

$(NODE_MODULES): web-client/package-lock.json
	cd web-client && npm ci --no-audit --no-fund --silent
	@touch $@

test-rust: web ## Rust tests, against a Postgres and a Redis that they start themselves
	@.ci/install cc postgres redis
	$(CARGO) test --workspace --all-features --locked

test-web: web ## The web client's tests outside a browser, and its weight
	cd web-client && npm test --silent && npm run --silent sizes

test-browser: web ## Two people in Chromium, on two instances joined by Redis
	@.ci/install cc postgres redis chromium
	$(CARGO) build --workspace --all-features --locked --bins
	.ci/test-browser

sizes: web ## What the client's faces weigh, held to their budgets
	cd web-client && npm run --silent sizes

widget-cost: web ## What the widget costs its host page: requests, bytes, main-thread time
	@.ci/install cc postgres redis chromium
	$(CARGO) build --workspace --all-features --locked --bins
	.ci/with-dev npm --prefix web-client run --silent widget-cost

screenshots: web ## The pictures of every screen, into web-client/screenshots
	@.ci/install cc postgres redis chromium
	$(CARGO) build --workspace --all-features --locked --bins
	.ci/with-dev npm --prefix web-client run --silent screenshots

test-load: ## A brief proof under faults, every history checked; and the ratios of speed that do not wobble
	@.ci/install cc postgres redis
	$(CARGO) build $(BREAKABLE) -p helpline-gateway -p helpline-loadtest
	target/breakable/helpline-loadtest prove --brief
	target/breakable/helpline-loadtest bench --check

test-world: $(NODE_MODULES) ## What needs more than a clean machine: a newer Postgres, the previous build beside this one, Firefox, tools that read /openapi.json; says what it could not test
	@.ci/install cc postgres redis
	.ci/test-world

prove: ## Ten minutes of faults by a seeded plan, every history checked; report in target/prove (ARGS="--seed 7")
	@.ci/install cc postgres redis
	$(CARGO) build $(BREAKABLE) -p helpline-gateway -p helpline-loadtest
	target/breakable/helpline-loadtest prove $(ARGS)

bench: build ## Helpline beside its peers, by turns; report in target/bench (ARGS="--quick", ARGS="fanout rooms")
	@.ci/install cc postgres redis
	@.ci/install nchan || echo "without nchan"
	@cd loadtest/peers && npm ci --silent || echo "without the Node peers"
	target/release/helpline-loadtest bench $(ARGS)

fmt: ## Formats
	$(CARGO) fmt --all

clean: ## Removes what was built; the demo data under .helpline/ stay
	rm -rf target $(DIST) web-client/node_modules
