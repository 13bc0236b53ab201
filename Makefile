# Two commands on a fresh machine: `make demo` and `make test`. Everything else is set up by them. Neither needs git or a
# compiler. The demonstration installs what everybody installs; tests need all extras, which are five times as large.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BASE := $(VENV)/.base
ALL := $(VENV)/.all
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo test test-fast check format clean

demo: $(BASE)  ## fetch models and sample photos, enrol, verify, identify; writes demo/
	$(BIN)/python scripts/demo.py demo

test: $(ALL)  ## everything
	$(BIN)/python -m pytest -n auto --dist loadfile

test-fast: $(ALL)  ## what takes seconds and no network
	$(BIN)/python -m pytest -n auto --dist loadfile -m 'not slow and not data and not network' tests/unit tests/architecture tests/docs

check: $(ALL)  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(ALL)  ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(BASE): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("rostro needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	@echo "installing rostro into $(VENV) …"
	$(PIP) install --quiet --constraint constraints.txt --editable .
	touch $(BASE)

$(ALL): $(BASE)
	@echo "installing all extras and what tests need into $(VENV) …"
	$(PIP) install --quiet --upgrade pip
	$(PIP) install --quiet --constraint constraints.txt --group dev --editable '.[all]'
	touch $(ALL)

clean:
	rm -rf $(VENV) demo
