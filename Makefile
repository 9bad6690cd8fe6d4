# The first two commands of a newcomer: each alone makes .venv, installs what it needs and does its work.
#   make demo    train on real data, look inside, save, load, predict
#   make test    lint, types, walls between the packages, tests
# And `make docs` builds the documentation: docs/_build/html/index.html

PYTHON ?= python3
BIN := .venv/bin
# One BLAS thread a process: the tests run in two processes, and thread pools must not nest.
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1

.PHONY: demo test faults lint bench docs clean

demo: .venv/.installed
	$(BIN)/glassnet demo

test: lint
	$(ONE_THREAD) $(BIN)/python -m pytest -n 2 --dist worksteal -q

# Kills, damaged files, caches and environments, many of each; `make test` tries a few.
faults: .venv/.installed-dev
	$(ONE_THREAD) GLASSNET_FAULTS=many $(BIN)/python -m pytest -n 2 --dist worksteal -q tests/faults

lint: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/[bf]*.yml
	$(BIN)/zizmor --offline --quiet .
	$(BIN)/pre-commit validate-config

bench: .venv/.installed-dev
	$(BIN)/python bench/all.py
	$(BIN)/python bench/report.py

# Warnings are errors here too. All that is built lies in folders that git ignores.
docs: .venv/.installed-docs
	$(ONE_THREAD) MPLBACKEND=agg $(BIN)/python -m sphinx -q -W --keep-going docs docs/_build/html

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "glassnet needs Python 3.11 or newer; name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	@touch $@

.venv/.installed: .venv/.made pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

.venv/.installed-dev: .venv/.installed
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@

.venv/.installed-docs: .venv/.installed
	$(BIN)/python -m pip install --quiet --group docs
	@touch $@

clean:
	rm -rf docs/_build docs/auto_gallery .venv dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
