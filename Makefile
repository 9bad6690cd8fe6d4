# The first two commands of a newcomer: each alone makes .venv, installs what it needs and does its work.
#   make demo    train on real data, look inside, save, load, predict
#   make test    lint, types, walls between the packages, tests
# While writing: `make check`, in less than a minute. `make docs` builds the documentation: docs/_build/html/index.html
# What is installed are the exact versions of requirements/; `make update` renews them. `make test-newest` and
# `make test-lowest` test against the newest and the lowest releases that pyproject.toml allows.

PYTHON ?= python3
PROMISED := 3.11 3.12 3.13 3.14
BIN := .venv/bin
# One BLAS thread a process: the tests run in two processes, and thread pools must not nest.
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
NATIVE := hatch_build.py $(wildcard src/glassnet/backends/native/*.cpp src/glassnet/backends/native/*.[ch])
# gcc's check of every access to memory has to be in a process before what it checks; Python itself leaks on purpose. It
# writes what it finds to the terminal and ends the process, so pytest must not have taken the terminal away.
ON_LINUX := [ "$$(uname)" != Linux ] ||
SANITIZED := GLASSNET_NATIVE=sanitize ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD="$$(cc -print-file-name=libasan.so)"
PYTEST := -m pytest -n 2 --dist worksteal -q
COMPILE := .venv-update/bin/uv pip compile pyproject.toml --quiet --upgrade --generate-hashes --no-annotate \
	--custom-compile-command "make update" --python-version $(firstword $(PROMISED))

.PHONY: demo test check test-newest test-lowest faults lint bench docs update clean .venv-newest/.newest

demo: .venv/.run
	$(BIN)/glassnet demo

test: lint
	$(ONE_THREAD) $(BIN)/python $(PYTEST)

# In less than a minute: each test with its first parameters, but for long ones; tests/conftest.py chooses.
check: lint
	$(ONE_THREAD) $(BIN)/python $(PYTEST) --quick

test-newest: .venv-newest/.newest
test-lowest: .venv-lowest/.lowest
test-newest test-lowest:
	$(ONE_THREAD) $(@:test-%=.venv-%)/bin/python $(PYTEST)

# Kills, damaged files, caches and environments, many of each; `make test` tries a few. Then the native library with
# every access to memory checked, on Linux.
faults: .venv/.dev
	$(ONE_THREAD) GLASSNET_FAULTS=many $(BIN)/python $(PYTEST) tests/faults
	$(ON_LINUX) CC=cc CXX= GLASSNET_NATIVE=sanitize $(BIN)/python hatch_build.py
	$(ON_LINUX) $(ONE_THREAD) $(SANITIZED) $(BIN)/python $(PYTEST) --capture=sys tests/backends/native

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/[bf]*.yml
	$(BIN)/zizmor --offline --quiet .
	$(BIN)/pre-commit validate-config

# What is measured beside, where it is at hand: make bench BENCH="--before FOLDER --mnist mnist.npz"
bench: .venv/.dev
	$(BIN)/python bench/all.py $(BENCH)
	$(BIN)/python bench/report.py

# Warnings are errors here too. All that is built lies in folders that git ignores.
docs: .venv/.dev
	$(ONE_THREAD) MPLBACKEND=agg $(BIN)/python -m sphinx -q -W --keep-going docs docs/_build/html

# The newest that all promised Pythons can have, the same for each; for the lowest the oldest Python is enough.
update: .venv-update/.made
	.venv-update/bin/python -m pip install --quiet --upgrade uv
	$(COMPILE) --universal --fork-strategy fewest --group dev --group docs --output-file requirements/dev.txt
	$(COMPILE) --universal --fork-strategy fewest --group build --constraint requirements/dev.txt --output-file requirements/run.txt
	$(subst pyproject.toml,,$(COMPILE)) --universal --group wheels --constraint requirements/dev.txt --output-file requirements/wheels.txt
	$(COMPILE) --resolution lowest-direct --group dev --group docs --output-file requirements/lowest.txt
	for python in $(PROMISED); do for platform in linux macos windows; do \
		.venv-update/bin/uv pip compile requirements/dev.txt --no-deps --only-binary :all: --quiet --output-file /dev/null \
			--python-version $$python --python-platform $$platform || exit 1; done; done

%/.made:
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "glassnet needs Python 3.11 or newer; name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(@D)
	@touch $@

# Each release is checked by its hash; the project itself is then built by the tools that came with it, and with it the
# native library, where a C compiler is.
.SECONDEXPANSION:
.venv/.run .venv/.dev .venv-lowest/.lowest: $$(@D)/.made requirements/$$(subst .,,$$(@F)).txt pyproject.toml $(NATIVE)
	$(@D)/bin/python -m pip install --quiet --require-hashes --requirement requirements/$(subst .,,$(@F)).txt
	$(@D)/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv-newest/.newest: .venv-newest/.made $(NATIVE)
	$(@D)/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	$(@D)/bin/python -m pip install --quiet --upgrade --upgrade-strategy eager --editable . --group dev --group docs

clean:
	rm -rf docs/_build docs/auto_gallery .venv .venv-* dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	rm -f $(foreach end,so dylib dll json,src/glassnet/backends/native/kernels*.$(end))
