# Two commands matter: `make demo` and `make test`. Both set up what they need in .venv.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format bench faults mutants package deploy clean

help:  ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | sort

$(STAMP): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[local,dev]'
	@touch $@

setup: $(STAMP)  ## install everything into .venv

demo: $(STAMP)  ## play a trading day through five channels on the embedded AWS
	$(BIN)/tributary demo

test: $(STAMP)  ## run every test
	$(BIN)/python -m pytest

check: $(STAMP)  ## format, lint, types, connector lint, template lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/tributary connectors lint
	$(BIN)/cfn-lint infra/*.yaml

format: $(STAMP)  ## format and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(STAMP)-bench: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[bench]'
	@touch $@

bench: $(STAMP)-bench  ## measure; writes build/bench.json and prints a table
	$(BIN)/python -m ops.bench

faults: $(STAMP)  ## play thousands of days under faults; FAULTS=full, SEED=n; writes build/faults.json
	$(BIN)/python -m tests.faults

mutants: $(STAMP)  ## seed 25 bugs, one at a time; the tests must catch each
	$(BIN)/python -m tests.mutants

package: $(STAMP)  ## build the deployment package for AWS in build/
	$(BIN)/python -m ops.hub.package

deploy: package  ## deploy to the AWS account of the current credentials
	$(BIN)/tributary deploy

clean:  ## remove what the build made
	rm -rf build .venv
