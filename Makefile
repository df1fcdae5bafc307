# Sarangbang: one command runs it, one checks it; `make` alone lists them all.
# Each target gets what it lacks first, so a fresh clone needs nothing but
# rustup, Node.js 20, make and a C compiler.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

BINARY := target/release/sarangbang
SITE := target/site
PAGE := $(SITE)/pkg/sarangbang.wasm.br
WATCHED := target/watched
CARGO_LEPTOS := 0.3.10
SCHEMATHESIS := 4.32.5
# The command-line tool must be of the library's very version.
WASM_BINDGEN := $(shell sed -n '/^name = "wasm-bindgen"$$/{n;s/.*"\(.*\)".*/\1/p;}' Cargo.lock)

# Tools of other versions in ~/.cargo/bin belong to other projects and stay as they are.
TOOLS := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/sarangbang/tools
VENV := $(TOOLS)/schemathesis-$(SCHEMATHESIS)
export PATH := $(CURDIR)/end2end/node_modules/.bin:$(TOOLS)/bin:$(or $(CARGO_HOME),$(HOME)/.cargo)/bin:$(PATH)

# Where others check what we release, the lock file is law.
LOCKED := $(if $(CI),--locked)
title = @printf '\n== %s\n' '$(1)'

##@ Use

help: ## List these targets
	@awk 'BEGIN { FS = ":.*## " } \
	    /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	    /^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

run: $(BINARY) ## Build what changed and serve http://127.0.0.1:3000 (ARGS="--help" lists flags)
	@exec $(BINARY) $(ARGS)

build: $(BINARY) ## Build the page and the program that holds it (target/release/sarangbang)

##@ Work on it

dev: tools ## Serve, and rebuild at every change
	@cargo leptos watch

fmt: prerequisites ## Format the Rust sources
	@cargo fmt --all

test: fmt-check lint $(BINARY) test-rust test-load test-api test-browser ## Check everything

fmt-check: prerequisites ## Check the format
	$(call title,Format)
	@cargo fmt --all --check

lint: prerequisites wasm-target ## Check with clippy, for the server and for the browser
	$(call title,Clippy)
	@mkdir -p target/site # the server embeds this folder and does not compile without it
	@cargo clippy $(LOCKED) --workspace --all-targets -- -D warnings
	@cargo clippy $(LOCKED) -p app --lib --features hydrate --target wasm32-unknown-unknown -- -D warnings

test-rust: $(BINARY) ## Test with cargo
	$(call title,Rust tests)
	@mkdir -p target/site
	@cargo test $(LOCKED) --workspace --no-fail-fast

test-load: $(BINARY) ## Run the benchmark at its smallest: no delivery lost, doubled or out of order
	$(call title,Load)
	@SARANGBANG="$(CURDIR)/$(BINARY)" cargo test $(LOCKED) --workspace --bench load -- --test

test-api: $(BINARY) schemathesis ## Test the HTTP API by its own description, for half a minute
	$(call title,HTTP API)
	@$(VENV)/bin/python end2end/api.py $(BINARY) $(VENV)/bin/schemathesis

test-browser: $(BINARY) chromium ## Test with a browser (ARGS="composer" picks specs)
	$(call title,Browser tests)
	@cd end2end && npm run --silent check
	@cd end2end && $(BROWSER) npx playwright test --project=chromium $(ARGS)

sheets: $(BINARY) chromium ## Picture every state in every size, theme and language (end2end/sheets)
	@cd end2end && $(BROWSER) npx playwright test --project=sheets $(ARGS)

weigh: $(PAGE) ## Tell what the page's program consists of
	@node app/pack/weigh.mjs "$(compiled)"

profile: $(BINARY) chromium ## Find out anew what of the page's program a visit calls (app/pack/late.txt)
	@rm -rf $(WATCHED) && mkdir -p $(WATCHED)/pkg
	@node app/pack/finish.mjs $(WATCHED) "$(compiled)" --watched
	@cd end2end && $(BROWSER) WATCHED="$(CURDIR)/$(WATCHED)" npx playwright test --project=profile
	@node app/pack/profile.mjs $(WATCHED)

bench: $(BINARY) ## Measure beside other servers, and write the README's figures
	@cd server/benches/peers && npm ci --no-audit --no-fund --loglevel=error
	@cargo bench $(LOCKED) -p server --bench engine --bench micro
	@cargo bench $(LOCKED) -p server --bench load -- --readme $(ARGS)

clean: ## Delete what was built; data/ stays
	@cargo clean
	@rm -rf target end2end/node_modules end2end/test-results end2end/playwright-report end2end/sheets

##@ What the others call by themselves

setup: tools chromium schemathesis ## Get everything that run and test need

# Once per machine, about ten minutes on two cores where no binary is to be had.
tools: prerequisites wasm-target npm ## Get the wasm target, cargo-leptos, wasm-bindgen and wasm-opt
	@[ "$$(cargo-leptos --version 2>/dev/null)" = "cargo-leptos $(CARGO_LEPTOS)" ] || \
	    { $(call install,cargo-leptos,$(CARGO_LEPTOS),--features no_downloads); }
	@[ "$$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $(WASM_BINDGEN)" ] || \
	    { $(call install,wasm-bindgen-cli,$(WASM_BINDGEN)); }

wasm-target: prerequisites
	@[ -d "$$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown" ] || \
	    rustup target add wasm32-unknown-unknown

npm: end2end/node_modules/.package-lock.json

# Debian's Chromium comes with fonts, so that Hangul is drawn as Hangul.
chromium: npm ## Get a browser for the tests, unless CHROMIUM names one or one is there
	@if [ -n "$(CHROMIUM)" ]; then exit; fi; \
	export DEBIAN_FRONTEND=noninteractive; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -q \
	    && apt-get install -qy chromium fonts-noto-cjk fonts-noto-color-emoji; then exit; fi; \
	cd end2end && npx playwright install chromium

schemathesis: $(VENV)/bin/schemathesis ## Get the tool that test-api asks with

prerequisites:
	$(call need,cargo,Rust is missing: get it from https://rustup.rs and run make again.)
	$(call need,cc,A C compiler is missing: on Debian or Ubuntu `apt-get install build-essential`$(comma) on a Mac `xcode-select --install`.)
	$(call need,node,Node.js is missing: get version 20 or newer from https://nodejs.org or your package manager.)
	$(call need,npm,npm is missing: it comes with Node.js from https://nodejs.org; on Debian `apt-get install npm`.)
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || \
	    { echo "Node.js $$(node --version) is too old: get version 20 or newer from https://nodejs.org or your package manager." >&2; exit 1; }

# ---- how

sources = $(shell find Cargo.toml Cargo.lock rust-toolchain.toml $(1) \
    \( -path server/tests -o -path server/benches -o -path server/deploy \) -prune -o -print 2>/dev/null)

# cargo-leptos builds the page, finish.mjs makes it small, and the server, which embeds it, is
# compiled after it.
$(PAGE): $(call sources,app style) | tools
	$(call title,Page)
	@cargo leptos build --release --frontend-only --js-minify false $(if $(CI),--cargo-locked)
	@node app/pack/finish.mjs $(SITE) "$(compiled)"

# Where cargo's target directory is shared, the copy here is this checkout's own.
$(BINARY): $(PAGE) $(call sources,app server)
	$(call title,Program)
	@cargo build --release $(LOCKED) -p server
	@built="$(cargo-target)/release/sarangbang"; mkdir -p $(@D); [ "$$built" -ef $@ ] || cp -f "$$built" $@; touch $@

end2end/node_modules/.package-lock.json: end2end/package.json end2end/package-lock.json | prerequisites
	@cd end2end && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(VENV)/bin/schemathesis:
	$(call need,python3,Python is missing: get version 3.10 or newer from https://python.org or your package manager.)
	@python3 -c 'import ensurepip, venv' || \
	    { echo 'Python lacks its venv module: on Debian or Ubuntu `apt-get install python3-venv`.' >&2; exit 1; }
	@python3 -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check schemathesis==$(SCHEMATHESIS)

CHROMIUM ?= $(shell command -v chromium || command -v google-chrome || command -v google-chrome-stable)

BROWSER = CHROMIUM="$(CHROMIUM)" SARANGBANG_BIN="$(CURDIR)/$(BINARY)"

# The page's program as cargo leaves it.
compiled = $(cargo-target)/front/wasm32-unknown-unknown/wasm-release/app.wasm

# Where cargo puts what it builds, for a recipe's shell to find out.
cargo-target = $$(cargo metadata --no-deps --format-version 1 | node -p 'JSON.parse(fs.readFileSync(0)).target_directory')

comma := ,
need = @command -v $(1) >/dev/null || { echo '$(2)' >&2; exit 1; }

# install NAME,VERSION,FLAGS: a ready-made binary where cargo-binstall can find one, else a
# build that is quick rather than optimal (these tools' own release profiles take twice as long).
install = printf '\n== Getting %s %s (once per machine)\n' $(1) $(2); \
    { cargo binstall -V >/dev/null 2>&1 \
      && cargo binstall --no-confirm --disable-strategies compile --root "$(TOOLS)" $(1)@$(2); } || \
    env -u CARGO_TARGET_DIR CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
        CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
        cargo install --locked --root "$(TOOLS)" $(1) --version =$(2) $(3)

.PHONY: help run build dev fmt test fmt-check lint test-rust test-load test-api test-browser sheets weigh profile bench clean \
    setup tools wasm-target npm chromium schemathesis prerequisites
