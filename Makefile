# make run    set up what is missing, index the sample documents (or DOCS=folder) and serve them
# make test   set up what is missing and run every check
# make clean  remove the virtual environment; your data folder stays

PYTHON ?= $(shell command -v python3.11 || command -v python3)
DOCS ?= corpus/sample
PORT ?= 8000
BIN := .venv/bin
SAMPLE_FORCES := $(if $(wildcard $(DOCS)/forces.toml),$(DOCS)/forces.toml,$(PRECEDENT_FORCES))

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PRECEDENT_FORCES := $(SAMPLE_FORCES)

.PHONY: run test bench clean

run: .venv/run.stamp
	$(BIN)/precedent build $(DOCS)
	$(BIN)/precedent serve --port $(PORT)

test: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

bench: .venv/test.stamp
	$(BIN)/python tests/benchmarks/bench_encode.py

.venv/run.stamp: requirements.txt pyproject.toml
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
