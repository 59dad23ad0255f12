# Every command that a person needs. The environment is .venv, made on first use.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
WORKERS ?= 4

# Tests start hundreds of processes: each would compile every module anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: install demo test check cover lint bench messages lock wheel clean

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Relais needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: install          ## the whole service on sample data: make demo ARGS=--tour
	@$(BIN)/relais demo $(ARGS)

test:                  ## every test; cover runs the unit tests. Some only: make test ARGS="-k ledger"
ifeq ($(ARGS),)
	@$(MAKE) --no-print-directory cover
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal tests/acceptance tests/integration
else
	@$(MAKE) --no-print-directory install
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)
endif

check: lint test       ## what to run before every commit

cover: install         ## decisions and rules must be covered whole, branches included
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest -q -n $(WORKERS) tests/unit
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report --fail-under=100 --show-missing

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: install         ## the benchmarks: make bench ARGS=--quick
	@set -e; for name in $$(ls bench/*.py | sed -n 's|^bench/\([a-z]*\)\.py$$|\1|p'); do \
	  echo "== $$name"; $(BIN)/python -m bench.$$name $(ARGS); done

messages: install      ## bring the English catalogue up to date with the templates
	$(BIN)/pybabel -q extract -F babel.toml --add-location=file --no-wrap -o messages.pot .
	$(BIN)/pybabel -q update -i messages.pot -o templates/locales/en.po -l en \
	  --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap
	@rm messages.pot

lock:                  ## lock the dependencies anew
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
	  --no-header --no-emit-index-url --no-emit-find-links --generate-hashes --quiet -o requirements.lock

wheel: install
	$(BIN)/uv build --wheel --quiet --no-build-isolation --out-dir dist

clean:
	rm -rf .venv dist build .mypy_cache .pytest_cache .ruff_cache .coverage .hypothesis
