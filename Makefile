# Every task of the project, one line each: `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
BUILD := $(BIN)/jupyter-book build . -W --keep-going -n
PAPER := _build/paper/_build
DOWNLOAD := _build/download

.DEFAULT_GOAL := help
.PHONY: help book book-live pdf epub download site test test-oracle test-site test-paper bench lint refresh clean

help:  ## list the tasks
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[book,test]"
	touch $@

# What one extra adds. The stamp spares a second run the package index: after the first there is no need of a network.
.venv/with-%: $(INSTALLED)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[$*]"
	touch $@

book: $(INSTALLED)  ## build the website, strictly, into _build/html
	rm -rf _build/html _build/jupyter_execute _build/.doctrees _build/.jupyter_cache
	$(BUILD)
	@echo "Open $(CURDIR)/_build/html/index.html"
	@echo "To run its cells too: python3 -m http.server --directory _build/html, and open http://localhost:8000"

book-live: book  ## the same with its own copy of Python (needs npm): running a cell asks no other host
	$(BIN)/python book/_ext/own_python.py

pdf: $(INSTALLED)  ## the book on paper: _build/download/neural-networks.pdf (needs XeLaTeX)
	@for tool in latexmk xelatex rsvg-convert; do command -v $$tool > /dev/null || \
		{ echo "make pdf needs $$tool: CONTRIBUTING.md says how to install it" >&2; exit 1; }; done
	rm -rf $(PAPER)/latex $(PAPER)/.doctrees
	$(BUILD) --path-output _build/paper --builder latex
	cd $(PAPER)/latex && latexmk -pdf -dvi- -ps- -interaction=nonstopmode -halt-on-error -silent book.tex
	mkdir -p $(DOWNLOAD) && cp $(PAPER)/latex/book.pdf $(DOWNLOAD)/neural-networks.pdf

epub: $(INSTALLED)  ## the book for e-readers: _build/download/neural-networks.epub
	rm -rf $(PAPER)/epub $(PAPER)/.doctrees
	$(BUILD) --path-output _build/paper --builder custom --custom-builder epub
	mkdir -p $(DOWNLOAD) && cp $(PAPER)/epub/book.epub $(DOWNLOAD)/neural-networks.epub

download: book  ## site, notebooks and package in one file that needs no network: _build/download/neural-networks.zip
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir $(DOWNLOAD) .
	$(BIN)/python book/_ext/download.py

site: download pdf epub  ## all of it, for a web server: the site with its own Python, PDF, EPUB and zip
	$(BIN)/python book/_ext/own_python.py
	$(BIN)/python book/_ext/download.py --offer

test: $(INSTALLED) lint  ## run every test: package, doctests, notebooks, the book's gates
	$(BIN)/python -m pytest

test-oracle: .venv/with-oracle  ## compare networks and training with PyTorch and JAX (installs both)
	$(BIN)/python -m pytest tests/oracle

test-site: .venv/with-site book  ## open every page in Chromium: accessibility, no requests, phone, keyboard, and run every cell
	@$(BIN)/python book/_ext/own_python.py || echo "SKIPPED: RUNNING THE CELLS IN A BROWSER. Python for it can't be had here." >&2
	$(BIN)/python -m pytest --override-ini addopts= -rs --numprocesses=2 --dist=loadgroup tests/site

test-paper: book  ## build PDF, EPUB and download, and compare them with the site (skips what it has no tool for)
	$(BIN)/python -m pytest --override-ini addopts= -rs tests/paper

bench: .venv/with-bench  ## time mathnn beside the peers that are installed, and the small functions
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
