# Every task of the project, one line each: `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
BUILD := $(BIN)/jupyter-book build . -W --keep-going -n

.DEFAULT_GOAL := help
.PHONY: help book test test-oracle test-site bench lint refresh clean

help:  ## list the tasks
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[book,test]"
	touch $@

book: $(INSTALLED)  ## build the website, strictly, into _build/html
	rm -rf _build
	$(BUILD)
	@echo "Open $(CURDIR)/_build/html/index.html"

test: $(INSTALLED) lint  ## run every test: package, doctests, notebooks, the book's gates
	$(BIN)/python -m pytest

test-oracle: $(INSTALLED)  ## compare networks and training with PyTorch and JAX (installs both)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[oracle]"
	$(BIN)/python -m pytest tests/oracle

test-site: book  ## open every page in Chromium: accessibility, no requests, formulas, phone
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[site]"
	$(BIN)/python -m pytest --override-ini addopts= tests/site

bench: $(INSTALLED)  ## time mathnn beside the peers that are installed, and the small functions
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[bench]"
	env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE $(BIN)/python tests/benchmarks/bench.py
	env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest --override-ini addopts= tests/benchmarks

lint: $(INSTALLED)  ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

refresh: $(INSTALLED)  ## execute every notebook afresh and store it in normal form
	$(BIN)/python book/_ext/normalise.py

clean:  ## remove the site and the environment
	rm -rf _build .venv
