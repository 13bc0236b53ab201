# Two commands on a fresh machine: `make demo` and `make test`. Everything else is set up by them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test test-fast check format clean

demo: $(STAMP)  ## fetch models and sample photos, enrol, verify, identify; writes demo/
	$(BIN)/python scripts/demo.py demo

test: $(STAMP)  ## everything
	$(BIN)/python -m pytest -n auto --dist loadfile

test-fast: $(STAMP)  ## what takes seconds and no network
	$(BIN)/python -m pytest -n auto --dist loadfile -m 'not slow and not data and not network' tests/unit tests/architecture tests/docs

check: $(STAMP)  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(STAMP)  ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("rostro needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group dev --editable '.[all]'
	touch $(STAMP)

clean:
	rm -rf $(VENV) demo
