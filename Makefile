# make run    set up what is missing, index the sample documents (or DOCS=folder) and serve them
# make test   set up what is missing and run every check
# make docs   write the pages of reference from the program
# make bench  measure the encoder on this machine
# make clean  remove the virtual environment; your data folder stays

PYTHON ?= $(shell command -v python3.11 || command -v python3)
DOCS ?= corpus/sample
PORT ?= $(or $(PRECEDENT_PORT),8000)
BIN := .venv/bin

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test docs bench clean

# A forces.toml beside the documents names forces of theirs, unless PRECEDENT_FORCES names another file.
run: .venv/run.stamp
	@if [ -z "$$PRECEDENT_FORCES" ] && [ -f "$(DOCS)/forces.toml" ]; then export PRECEDENT_FORCES="$(DOCS)/forces.toml"; fi; \
	$(BIN)/precedent build --replace "$(DOCS)" && exec $(BIN)/precedent serve --port $(PORT)

test: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

docs: .venv/run.stamp
	$(BIN)/python docs/make_reference.py

bench: .venv/test.stamp
	$(BIN)/python tests/benchmarks/bench_encode.py corpus/sample/saltmere-2007-inspection.txt

.venv/run.stamp: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; v == (3, 11) or sys.exit(f"Precedent needs Python 3.11, and this is {v[0]}.{v[1]}: run make PYTHON=/path/to/python3.11")'
	@echo "Setting up: 1 of 3, virtual environment with $(PYTHON)"
	$(PYTHON) -m venv .venv
	@echo "Setting up: 2 of 3, PyTorch (the largest part: about 200 MB as a CPU build)"
	$(BIN)/pip install torch==2.13.0
	@echo "Setting up: 3 of 3, everything else"
	$(BIN)/pip install -r requirements.txt
	$(BIN)/pip install --no-deps -e .
	@touch $@

.venv/test.stamp: .venv/run.stamp requirements-dev.txt
	@echo "Setting up: the tests' own tools"
	$(BIN)/pip install -r requirements-dev.txt
	@touch $@

clean:
	rm -rf .venv
