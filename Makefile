# Two commands do everything by themselves: `make run` and `make test`.
# Each makes its own environment in .venv, installs what requirements.lock says, and finds or installs
# the system libraries that it needs. A second call finds all of that in place and starts at once.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

BIN := .venv/bin
# The installed command is its own stamp: whatever removes it makes the next call install again.
ENGINE := $(BIN)/privacy-engine
PYTEST := $(BIN)/pytest -p no:cacheprovider
# One process per core, and a slow machine is helped by whoever has finished first.
IN_PARALLEL := -n auto --dist worksteal

export UV_SYSTEM_CERTS := 1

.PHONY: help run test check bench soak docs lock wheel fuzz clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(ENGINE) ## start the engine with the reference instance on this machine; prints its addresses
	@tools/system-libraries run
	@$(ENGINE) --instance . run

test: $(ENGINE) ## all tests but the slow ones, against real PostgreSQL, Redis, mail and a browser
	@tools/system-libraries test
	@REQUIRE_SERVICES=1 $(PYTEST) $(IN_PARALLEL) -m "not slow"

check: $(ENGINE) ## format, lint, types, layout, the instance's content, and the slow tests
	@tools/system-libraries test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(ENGINE) --instance . check
	@REQUIRE_SERVICES=1 $(PYTEST) $(IN_PARALLEL) -m slow

fuzz: $(ENGINE) ## the property tests with many more examples; for a coffee, or for a night
	@tools/system-libraries test
	@REQUIRE_SERVICES=1 $(PYTEST) $(IN_PARALLEL) --hypothesis-profile=fuzz --timeout=0 tests

bench: $(ENGINE) ## measure this machine against the limits in docs/performance.md
	@tools/system-libraries test
	@$(BIN)/python -m tests.bench

soak: $(ENGINE) ## load it while its processes and servers are killed; MINUTES=2
	@tools/system-libraries test
	@$(BIN)/python -m tests.soak --minutes $(or $(MINUTES),2)

docs: $(ENGINE) ## write the pages under docs/ that are generated from code
	@$(BIN)/python tools/write_docs.py

# Hashes and no addresses: whoever installs decides where packages come from.
lock: $(ENGINE) ## resolve pyproject.toml into requirements.lock again
	@$(BIN)/uv pip compile --quiet --python-version 3.11 --universal --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --extra dev \
	  pyproject.toml -o requirements.lock
	@$(MAKE) --no-print-directory $(ENGINE)

wheel: $(ENGINE) ## build an installable wheel under dist/
	@$(BIN)/python -m hatchling build -t wheel -d dist

clean: ## remove everything that was made here, except var/ with its data and keys
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(ENGINE): requirements.lock pyproject.toml tools/environment
	@tools/environment
	@touch $@
