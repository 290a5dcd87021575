# make run       set up what is missing, index the sample documents (or DOCS=folder) and serve them
# make test      set up what is missing and run every check
# make coverage  run the tests and say how much of each room they reach; fails under the floor in pyproject.toml
# make types     check types as every Python from 3.11 to 3.13 sees them
# make docs      write the pages of reference from the program
# make encoder   train the adapter of the encoder that comes with the program; then make fit
# make fit       fit all that learns from its vectors: themes, what comments say of closure, match strength
# make bench     measure the encoder on this machine
# make clean     remove the virtual environment; your data folder stays

# Any of 3.11 to 3.13 that starts: a name on the path may be that of a version which is not there.
PYTHON ?= $(shell for v in 3.11 3.12 3.13; do python$$v -c "" 2>/dev/null && echo python$$v && exit; done; echo python3)
VENV ?= .venv
DOCS ?= corpus/sample
PORT ?= $(or $(PRECEDENT_PORT),8000)
BIN := $(VENV)/bin
# As many processes as there are processors to use; a process holds up to 1.5 GB.
PYTEST := $(BIN)/pytest -n auto --maxprocesses 8 --dist worksteal
ROOMS := corpus indexer models service

export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONDONTWRITEBYTECODE # tests start many processes, and each would compile every module

.PHONY: run test lint tests coverage types docs encoder fit bench clean

# A forces.toml beside the documents names forces of theirs, unless PRECEDENT_FORCES names another file.
run: $(VENV)/run.stamp
	@if [ -z "$$PRECEDENT_FORCES" ] && [ -f "$(DOCS)/forces.toml" ]; then export PRECEDENT_FORCES="$(DOCS)/forces.toml"; fi; \
	$(BIN)/precedent build --replace "$(DOCS)" && exec $(BIN)/precedent serve --port $(PORT)

test: lint tests

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

tests: $(VENV)/test.stamp
	$(PYTEST)

coverage: $(VENV)/test.stamp
	$(BIN)/coverage erase
	$(PYTEST) --cov --cov-report= --cov-fail-under=0
	@for room in $(ROOMS); do echo "$$room: $$($(BIN)/coverage report --include="$$room/*" --format=total --fail-under=0) % covered"; done
	@echo "together: $$($(BIN)/coverage report --format=total --fail-under=0) % covered"
	@$(BIN)/coverage report --format=total >/dev/null || { echo "That is under the floor in pyproject.toml."; exit 2; }

types: $(VENV)/test.stamp
	for version in 3.11 3.12 3.13; do $(BIN)/mypy --python-version $$version || exit; done

docs: $(VENV)/run.stamp
	$(BIN)/python docs/make_reference.py

encoder: $(VENV)/test.stamp
	$(BIN)/precedent encoder train --out models/data/adapter

fit: $(VENV)/run.stamp
	$(BIN)/python -m models.shipped
	$(BIN)/python -m indexer.closure_training
	$(BIN)/precedent calibrate --data build/fit
	cp build/fit/strength.json build/fit/similar_strength.json service/data/

bench: $(VENV)/test.stamp
	PYTHONPATH=. $(BIN)/python tests/benchmarks/bench_encode.py

$(VENV)/run.stamp: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; (3, 11) <= v <= (3, 13) or sys.exit(f"Precedent needs Python 3.11, 3.12 or 3.13, and this is {v[0]}.{v[1]}: run make PYTHON=/path/to/python3.11")'
	@echo "Setting up: 1 of 3, virtual environment with $(PYTHON)"
	$(PYTHON) -m venv $(VENV)
	@echo "Setting up: 2 of 3, PyTorch (the largest part: about 200 MB as a CPU build)"
	$(BIN)/pip install torch==2.13.0
	@echo "Setting up: 3 of 3, everything else"
	$(BIN)/pip install --no-deps -r requirements.txt
	$(BIN)/pip install --no-deps -e .
	@touch $@

$(VENV)/test.stamp: $(VENV)/run.stamp requirements-dev.txt requirements-train.txt requirements-mcp.txt requirements-milvus.txt
	@echo "Setting up: the tests' own tools"
	$(BIN)/pip install --no-deps -r requirements-dev.txt
	@touch $@

clean:
	rm -rf $(VENV)
