# Everything a person or CI runs. `make site` and `make test` do all set-up by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?=
READY := $(VENV)/.ready
JOBS ?= 2

.PHONY: site test check torture mutants bench bench-scale bench-growth clean shots setup lock tools

site: setup ## build from data/ (or the made-up sample where it is empty) and serve it on loopback
	$(BIN)/trending-arxiv serve $(if $(PORT),--port $(PORT))

test: setup tools ## everything that is tested
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

check: setup ## lint, types, direction of imports and the quick tests: under a minute
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/zizmor --offline --quiet --persona auditor .github
	$(BIN)/actionlint -shellcheck $(BIN)/shellcheck
	$(BIN)/python -m pytest -n $(JOBS) -q -m "not slow and not browser and not tools"

torture: setup ## kills, failing disks, hostile answers and text: up to an hour; writes docs/reliability.md
	$(BIN)/python -m benchmarks.torture --write

mutants: setup ## changes the program one place at a time and counts what the quick tests notice
	$(BIN)/python -m benchmarks.mutants

bench: setup ## time and memory at several sizes, and beside Hugo and Eleventy (benchmarks/README.md says how to read it)
	$(BIN)/python -m benchmarks.run
	$(BIN)/python -m benchmarks.beside_peers

bench-scale: setup ## import of a large past, in one process and on Dask workers
	$(BIN)/python -m benchmarks.scale

bench-growth: setup ## a year of hourly runs as a git repository: what it weighs
	$(BIN)/python -m benchmarks.growth

shots: setup tools ## screenshots of every kind of page into shots/
	$(BIN)/python scripts/shots.py $(TREES)

setup: $(READY)

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is %d.%d: name one with make PYTHON=python3.11" % sys.version_info[:2])'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(READY)

tools: setup ## what tests need beyond pip: installed where that is possible, skipped with a reason where not
	scripts/install_test_tools.sh

lock: ## write the lock files anew from pyproject.toml (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url \
		--quiet --group dev pyproject.toml --output-file requirements-dev.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url \
		--quiet pyproject.toml --output-file requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url \
		--quiet --extra cards pyproject.toml --output-file requirements-cards.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url \
		--quiet --extra announce pyproject.toml --output-file requirements-announce.lock

clean: ## remove what can be made again; never data/
	find site -mindepth 1 ! -name .gitkeep -delete
	rm -rf .cache .tools shots .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
