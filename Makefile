# Two commands on a fresh machine: `make demo` and `make test`. Everything else is set up by them. Neither needs git or a
# compiler. The demonstration installs what everybody installs; tests need all extras, which are five times as large.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOWER := .venv-lower
TOOLS := .venv-tools
# torch and Milvus are gigabytes; their bounds are those that the tests of their extras run with.
LOWER_EXTRAS := server heif keras onnx parquet video postgres encryption pdf
empty :=
space := $(empty) $(empty)
comma := ,
BASE := $(VENV)/.base
ALL := $(VENV)/.all
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo test test-fast test-lower check format dist sbom hashes clean

demo: $(BASE)  ## fetch models and sample photos, enrol, verify, identify; writes demo/
	$(BIN)/python scripts/demo.py demo

test: $(ALL)  ## everything
	$(BIN)/python -m pytest -n auto --dist loadfile

test-fast: $(ALL)  ## what takes seconds and no network
	$(BIN)/python -m pytest -n auto --dist loadfile -m 'not slow and not data and not network' tests/unit tests/architecture tests/docs

test-lower:  ## the oldest versions that pyproject.toml allows, in an environment of their own
	$(PYTHON) -m venv $(LOWER)
	$(LOWER)/bin/python -m pip install --quiet --upgrade pip packaging
	$(LOWER)/bin/python scripts/lower_bounds.py $(LOWER_EXTRAS) > $(LOWER)/lower.txt
	$(LOWER)/bin/python -m pip install --quiet --constraint $(LOWER)/lower.txt \
		--editable '.[$(subst $(space),$(comma),$(LOWER_EXTRAS))]' hypothesis httpx pytest pytest-timeout scikit-learn
	$(LOWER)/bin/python -m pytest -m 'not slow and not data and not network' tests/unit tests/architecture

check: $(ALL)  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(ALL)  ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

dist: sbom  ## what a release consists of: wheel, source, what the container installs, and their hashes
	$(TOOLS)/bin/python -m pip install --quiet build
	$(TOOLS)/bin/python -m build --outdir dist .
	cd dist && sha256sum rostro-* > SHA256SUMS

sbom:  ## the parts that the container installs, with their versions and hashes, as CycloneDX
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet cyclonedx-bom
	mkdir -p dist
	$(TOOLS)/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --of JSON \
		--output-file dist/rostro-sbom.cdx.json deploy/requirements.txt

hashes:  ## deploy/*requirements.txt anew, by the Python that the container has: make hashes PYTHON=python3.12
	$(PYTHON) scripts/hashed_requirements.py --output deploy/requirements.txt server
	$(PYTHON) scripts/hashed_requirements.py --output deploy/build-requirements.txt --build

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
	rm -rf $(VENV) $(LOWER) $(TOOLS) demo dist
