# Two commands matter: `make demo` and `make test`. Both set up what they need in .venv, as locks/develop.txt says.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup demo test unit cloud check lock schemas format bench faults mutants package deploy clean

help:  ## Show this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Emptied first: nothing stays that an earlier lock or another Python brought.
.venv/.locked: locks/develop.txt
	$(PYTHON) -m venv --clear .venv
	$(INSTALL) --require-hashes -r locks/develop.txt
	@touch $@

$(STAMP): .venv/.locked pyproject.toml
	$(INSTALL) --no-build-isolation --no-deps -e .
	@touch $@

setup: $(STAMP)  ## Set up .venv with the locked versions. PYTHON=python3.12 takes that Python (after `make clean`).

demo: $(STAMP)  ## Play a trading day through five channels on the embedded AWS.
	$(BIN)/tributary demo

# Each module is played whole by one of so many processes (tests/conftest.py): one more than cores, as some wait.
WORKERS ?= 3
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# Tests start hundreds of small processes: without byte code each of them compiles the source again.
unexport PYTHONDONTWRITEBYTECODE

test: $(STAMP)  ## Run every test: seven minutes.
	$(PYTEST)

unit: $(STAMP)  ## Run the quick tests, which need no AWS: two minutes.
	$(PYTEST) -m 'not cloud and not slow'

cloud: $(STAMP)  ## Run the rest: the embedded AWS, moto, long campaigns.
	$(PYTEST) -m 'cloud or slow'

check: $(STAMP)  ## Check everything but behaviour: lock, schemas, format, lint, rules of the house, imports, types, connectors, templates.
	$(BIN)/python -m ops.hub.lock --check
	$(BIN)/python -m ops.schemas --check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python -m pytest tests/test_house.py
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	$(BIN)/tributary connectors lint
	$(BIN)/cfn-lint infra/*.yaml

lock: $(STAMP)  ## Write locks/ anew after a change of dependencies. UPGRADE=1 moves every version up.
	$(BIN)/python -m ops.hub.lock $(if $(UPGRADE),--upgrade)

schemas: $(STAMP)  ## Write events/schemas/ anew after a change of a fact or a bus event.
	$(BIN)/python -m ops.schemas

format: $(STAMP)  ## Format the source, and fix what the linter can fix.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(STAMP)-bench: $(STAMP) locks/bench.txt
	$(INSTALL) --require-hashes -r locks/bench.txt
	@touch $@

bench: $(STAMP)-bench  ## Measure: print a table and write build/bench.json.
	$(BIN)/python -m ops.bench

faults: $(STAMP)  ## Play thousands of days under faults and write build/faults.json. FAULTS=full plays more, SEED=n one again.
	$(BIN)/python -m tests.faults

mutants: $(STAMP)  ## Seed 25 bugs, one at a time. The tests must catch each.
	$(BIN)/python -m tests.mutants

package: $(STAMP)  ## Build the deployment package for AWS from the lock, and say its size.
	$(BIN)/python -m ops.hub.package

deploy: package  ## Deploy to the AWS account of the current credentials.
	$(BIN)/tributary deploy

clean:  ## Remove .venv and all that was built.
	rm -rf build .venv
