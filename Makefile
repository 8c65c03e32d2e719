# Two commands: `make trial` installs everything and runs the main job; `make test` does the
# same and passes the tests. `make help` lists the rest.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help

PYTHON ?= python3
UV := .uv/bin/uv
BIN := .venv/bin
MODEL ?= reference/fuzzer
PLAN ?= plans/quick.toml
PACKAGE_LISTS := requirements/debian.txt
WEB := src/seatrial/faces/web
ASSETS := $(WEB)/static/vendor/uswds/LICENSE.md
export UV_PYTHON_DOWNLOADS := never
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

.PHONY: packages
packages: ## install missing Debian packages (root), or name them
	@missing=()
	for package in $$(grep -hvE '^(#|$$)' $(PACKAGE_LISTS)); do
	  dpkg-query -W -f='$${Status}' "$$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$$package")
	done
	if [ "$${#missing[@]}" -gt 0 ]; then
	  if [ "$$(id -u)" = 0 ]; then
	    apt-get update -q
	    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$${missing[@]}"
	  else
	    echo "Missing Debian packages. Ask an administrator to run:"
	    echo "  apt-get install --no-install-recommends $${missing[*]}"
	    exit 1
	  fi
	fi

$(UV): requirements/uv.txt
	@$(PYTHON) -m venv .uv
	.uv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	touch $(UV)

.venv/ready: $(UV) requirements/dev.txt pyproject.toml
	@echo 'Installing the Python environment (.venv)'
	[ -x $(BIN)/python ] || $(UV) venv --quiet --python $(PYTHON) .venv
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch .venv/ready

.PHONY: install
install: packages .venv/ready ## install everything, sandbox images included
	@$(BIN)/seatrial testbed build

.PHONY: trial
trial: install ## run the main job (MODEL=..., PLAN=...)
	@$(BIN)/seatrial trial run --plan $(PLAN) --model $(MODEL) --controls --trust-own-key

$(ASSETS): $(WEB)/assets/package-lock.json $(WEB)/assets/copy_assets.py
	@command -v npm >/dev/null || $(MAKE) packages PACKAGE_LISTS=requirements/debian-npm.txt
	cd $(WEB)/assets
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	$(PYTHON) copy_assets.py

.PHONY: assets
assets: $(ASSETS) ## copy what the portal's pages need from npm packages

.PHONY: serve
serve: install assets ## serve the portal on this machine
	@$(BIN)/seatrial serve

.PHONY: check
check: .venv/ready ## every static check
	@$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/mypy
	PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports --no-cache

.PHONY: test
test soak: PACKAGE_LISTS += requirements/debian-test.txt
test: install assets check ## every static check and every test
	@$(BIN)/pytest -n 2 --dist worksteal -m "not soak"

.PHONY: soak
soak: install assets ## the long counts (hours), resumable; results in docs/reference
	@$(BIN)/pytest -m soak
	$(BIN)/pytest -n 2 --hypothesis-profile=search tests/properties -m "not soak"
	$(BIN)/python benchmarks/soak.py

.PHONY: requirements
requirements: $(UV) ## compile the pinned requirement files anew
	@$(COMPILE) --all-extras pyproject.toml -o requirements/all.txt
	$(COMPILE) --all-extras --group dev pyproject.toml -o requirements/dev.txt
	$(COMPILE) requirements/uv.in -o requirements/uv.txt
