# Each target sets up what it needs, once. PYTHON=python3.12 chooses another interpreter.

PYTHON ?= python3
ifndef VENV
VERSION_OF := -c 'import sys; print("-%d.%d" % sys.version_info[:2])'
VENV := .venv$(if $(filter-out python3,$(PYTHON)),$(shell $(PYTHON) $(VERSION_OF)))
endif
BIN := $(VENV)/bin
COMPONENTS := setup-debian "setup-peer pyteleinfo" "setup-peer esphome" "setup-peer homeassistant"
SETUP := scripts/setup-python scripts/setup-debian pyproject.toml
PAGE := $(BIN)/python hatch_build.py
NPM := cd frontend && PATH="$(abspath $(BIN)):$$PATH" npm --silent
# An environment that was moved along with its directory is made anew.
MOVED := $(shell test ! -e $(VENV) || grep -qs '=["]*$(abspath $(VENV))["]*$$' $(VENV)/bin/activate || echo moved)
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate $(if $(UPGRADE),--upgrade) --extra all pyproject.toml

# Real time on a shared machine: what fails is tried once more by itself and named as a rerun.
ONCE_MORE := --reruns 1 --max-suite-reruns 6 --rerun-show-tracebacks -r aR

.DEFAULT_GOAL := help
.PHONY: help demo install components check static test bench docs record lock clean moved

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

demo: $(VENV)/run.stamp ## See telewatt at work on simulated meters, without any hardware
	@$(PAGE)
	@$(BIN)/telewatt demo

install: ## Make it a service of this machine: sudo make install
	@test "$$(id -u)" = 0 || { echo 'Please type / tapez :   sudo make install' >&2; exit 1; }
	@$(MAKE) --no-print-directory $(VENV)/run.stamp
	@$(PAGE)
	@scripts/install $(VENV)

check: $(VENV)/dev.stamp static ## The fast gate: format, lint, types, unit tests
	$(BIN)/pytest -q -n 4 --dist worksteal --hypothesis-profile=quick -m "not slow and not real"

static: $(VENV)/dev.stamp
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(PAGE)
	@cmp -s frontend/package-lock.json frontend/node_modules/checked.lock || \
	  { ($(NPM) ci --ignore-scripts) && cp frontend/package-lock.json frontend/node_modules/checked.lock; }
	($(NPM) run check)

test: $(VENV)/dev.stamp static components docs ## Everything, with the real components
	$(BIN)/pytest -q -n 3 --dist worksteal --durations=15 $(ONCE_MORE)

components: $(VENV)/dev.stamp # one that cannot be had: its tests are skipped, or with CI=true all fails
	@for setup in $(COMPONENTS); do scripts/$$setup || test "$(CI)" != true || exit 1; done

bench: $(VENV)/dev.stamp ## Measure the figures; ONLY=pattern measures some
	@$(BIN)/python -m bench $(if $(ONLY),'$(ONLY)')

docs: $(VENV)/dev.stamp ## Build the documentation into docs/site/
	@for language in en fr; do \
	  $(BIN)/zensical build --strict --config-file docs/$$language.toml || exit 1; done
	@echo "Read them:   python3 -m http.server --directory docs/site"

record: $(VENV)/dev.stamp ## Make the pictures of the documentation from real runs
	@$(PAGE)
	$(BIN)/python scripts/record.py
	$(BIN)/python scripts/record_pages.py

lock: $(VENV)/dev.stamp ## Resolve requirements/*.txt from pyproject.toml; UPGRADE=1 for newer ones
	$(LOCK) --group dev --output-file requirements/dev.txt
	$(LOCK) --group build --constraint requirements/dev.txt --output-file requirements/run.txt

clean: ## Remove what the other targets made
	rm -rf .venv* .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache \
	  build dist docs/.cache docs/site frontend/node_modules src/telewatt/web/static

$(VENV)/%.stamp: requirements/%.txt $(SETUP) $(MOVED)
	@PYTHON='$(PYTHON)' scripts/setup-python $(VENV) $*
	@touch $@
