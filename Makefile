# Two commands: `make atlas` and `make test`. Both set up a virtual environment of their own.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: atlas test lint bench clean

atlas: $(VENV)/.core
	$(BIN)/yrdgeo run yrd --out outputs --overwrite

test: $(VENV)/.test
	$(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile \
		--cov --cov-report=term:skip-covered

lint: $(VENV)/.test
	$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy yrdgeo && $(BIN)/lint-imports

bench: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --editable '.[bench]'
	failed=0; \
	$(BIN)/python -m pytest tests/bench -o addopts= -s || failed=1; \
	$(BIN)/python tests/bench/bench_engine.py $(QUICK) || failed=1; \
	$(BIN)/python tests/bench/bench_paths.py $(if $(QUICK),40000) || failed=1; \
	exit $$failed

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.core: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	touch $@ $(VENV)/.core

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage build dist
