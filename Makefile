# Two commands that need nothing but Python >= 3.11 with pip and venv: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARTICLE := seeds/articles/00-borrell-lavrov.md

.PHONY: demo test check bench lock clean help

help: ## Show what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

demo: $(VENV)/.installed ## Extract the claims of the real article, with the offline model
	$(BIN)/claimx extract $(ARTICLE) --format table

test: $(VENV)/.dev ## Run every test
	$(BIN)/python -m pytest

check: $(VENV)/.dev ## Lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.dev ## Print the figures: cost beside a bare loop, size of answers, quality of the offline model
	$(BIN)/python -m evals.bench
	$(BIN)/python -m evals.bench.answer_size
	$(BIN)/python evals/bench_offline.py seeds

lock: ## Pin every dependency, with hashes, in the requirements files (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --group dev -c requirements.txt -o requirements-dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --group llama -c requirements-dev.txt -o requirements-llama.txt

clean: ## Remove the environment
	rm -rf $(VENV)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "claimx needs Python 3.11 or newer: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The requirements files are the lock: versions and hashes of what was tested, for plain pip.
$(VENV)/.installed: $(VENV)/bin/python pyproject.toml requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.installed requirements-dev.txt requirements-llama.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: -r requirements-llama.txt \
	  || echo "no wheel of llama.cpp for this platform: the tests that need it are skipped"
	@touch $@
