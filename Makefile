# Sosei: a clone, Python 3.11 and make are all that is needed. `make demo` runs it, `make test` checks it.

SHELL := /bin/bash
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --require-hashes --only-binary :all:
# There is no wheel of these; what builds them is pinned and installed before.
FROM_SOURCE := --no-binary localstripe --no-build-isolation
# The project itself: nothing is fetched, its build tool is pinned in requirements/.
INSTALL_SELF := $(PIP) install --quiet --no-deps --no-build-isolation --no-index --editable .
# A file to one process. Tracing branches slows tests by a quarter, so only the engines' are traced; where tests wait for
# processes that they killed, others work meanwhile.
PYTEST := $(BIN)/pytest --dist loadfile --no-loadscope-reorder --max-worker-restart 0
COMPILE := CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras $(UPGRADE)

.PHONY: help demo test static-checks engines-tests bench audit lint format lock clean

help: ## what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1	/'

$(VENV)/made:
	@python=$$(command -v python3.11 || command -v python3); \
	if ! "$$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then \
		echo 'Python 3.11 が見つかりません。入れてからもう一度実行してください。'; \
		echo 'Python 3.11 is not found. Install it and run make again.'; exit 1; \
	fi; \
	if ! "$$python" -m venv $(VENV); then \
		echo 'Python 3.11 の venv が使えません（Debian では python3.11-venv を入れてください）。'; \
		echo 'The venv module of Python 3.11 is missing (on Debian install python3.11-venv).'; exit 1; \
	fi
	@touch $@

$(VENV)/run: $(VENV)/made requirements/run.txt pyproject.toml
	@echo '必要なものを入れています / Installing what is needed'
	@$(INSTALL) -r requirements/run.txt
	@$(INSTALL_SELF)
	@touch $@

$(VENV)/dev: $(VENV)/made requirements/dev.txt pyproject.toml
	@echo '開発に必要なものを入れています / Installing what development needs'
	@$(INSTALL) -r requirements/run.txt
	@$(INSTALL) $(FROM_SOURCE) -r requirements/dev.txt
	@$(INSTALL_SELF)
	@touch $@ $(VENV)/run

demo: $(VENV)/run ## the whole site with its demonstration data; PORT=8000
	@$(BIN)/sosei demo --port $(PORT)

# Tests start many processes: what Python compiled for one of them is kept for the next, whatever the environment says.
test: export PYTHONDONTWRITEBYTECODE :=
test: $(VENV)/dev ## every check: style, types, floors, migrations, tests, coverage
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@tools/ensure_chromium.sh
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target static-checks engines-tests
	$(PYTEST) -n 4 --ignore=tests/browser --ignore=tests/engines
	$(PYTEST) -n 2 tests/browser

# These use one core; the tests of the engines take the other meanwhile.
static-checks: $(VENV)/dev
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sosei makemigrations --check --dry-run

engines-tests: $(VENV)/dev
	$(PYTEST) -n 2 tests/engines --cov --cov-report=
	$(BIN)/coverage report --skip-covered --fail-under=95

bench: $(VENV)/dev ## figures that must hold; ONLY=demography for one subject
	@$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY))

audit: $(VENV)/dev ## known vulnerabilities of what is pinned; says so where they cannot be asked for
	@$(BIN)/python -m tools.audit

lint: $(VENV)/dev ## style, types and floors alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/dev ## rewrite the source in the project's style
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

lock: $(VENV)/dev ## pin the requirements anew; UPGRADE=--upgrade takes newer versions
	$(COMPILE) --extra build --extra dev --output-file requirements/dev.txt pyproject.toml
	$(COMPILE) --extra build --constraint requirements/dev.txt --output-file requirements/run.txt pyproject.toml

clean: ## remove what was installed and built, never the data in var/
	rm -rf $(VENV) build dist src/sosei.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	rm -f .coverage .coverage.*
	find src tests bench tools -name __pycache__ -type d -prune -exec rm -rf {} +
	find src -name '*.mo' -delete
