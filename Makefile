# Two commands do everything: `make demo` and `make test`. `make help` lists the rest.
.DEFAULT_GOAL := help
.PHONY: help setup setup-tests demo serve test check bench fuzz format lock clean

PY := .venv/bin
OUT ?= out
DECKS ?=
export COURSECRAFTER_TEST_DECKS := $(DECKS)

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## Install what the product needs (system packages, .venv, learner player, API pages)
	@tools/setup

setup-tests: ## Install what the product and its tests need
	@tools/setup tests

demo: setup ## Make the example course into ./out, with progress, and list what was made
	@$(PY)/coursecrafter build examples/safe-sign-in.pptx --doc examples/handbook.md --out $(OUT)

serve: setup ## Serve the API and its pages at http://localhost:8400/cc/docs; Ctrl-C stops it
	@$(PY)/coursecrafter serve

test: setup-tests ## Run every test, with coverage gates
	@rm -f .coverage .coverage.*
	@$(PY)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder --cov --cov-report= --durations=30 tests
	@$(PY)/coverage report --skip-covered --fail-under=80 --sort=cover
	@$(PY)/coverage report --include='*/engines/e?_*/*' --skip-covered --show-missing --fail-under=100
	@tools/npm --prefix web test --silent

check: setup-tests ## Run linters, types, import contracts and the schema's change control
	@$(PY)/ruff check .
	@$(PY)/ruff format --check .
	@$(PY)/mypy
	@$(PY)/lint-imports
	@$(PY)/python tools/lint_migrations.py
	@$(PY)/python tools/change_control.py
	@tools/npm --prefix web run lint --silent

bench: setup-tests ## Run the benchmarks against their peers (long)
	@for program in bench/*.py; do $(PY)/python $$program || exit 1; done

fuzz: setup-tests ## Try every call of the API with 100 made-up cases each (long)
	@$(PY)/python tests/fuzzing.py --cases 100

format: ## Format the Python code
	@$(PY)/ruff format . && $(PY)/ruff check --fix .

lock: ## Lock the requirements again, with hashes and without addresses
	@for name in setup runtime dev node; do \
	  source=requirements/$$name.in; [ $$name = runtime ] && source=pyproject.toml; \
	  $(PY)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	    $$source -c requirements/limits.in -o requirements/$$name.txt || exit 1; done

clean: ## Remove what set-up and builds made in this folder
	rm -rf .venv build out web/node_modules src/coursecrafter/engines/e4_elearning/player src/coursecrafter/api/docs_page \
	  .coverage*
