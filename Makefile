# Facet: `make up` starts everything, `make help` lists the rest.

.DEFAULT_GOAL := help
.PHONY: help up test lint bench bench-search screenshots nets lock clean

PYTHON ?= python3
VENV := .venv
WORK ?= var/nets
# Each has a PostgreSQL of its own. More than four hold up each other.
TEST_PROCESSES ?= $(shell n=$$(getconf _NPROCESSORS_ONLN); echo $$((n < 3 ? n + 1 : 4)))
BIN := $(VENV)/bin
# uv trusts the machine's certificates only when told so; pip does it where uv cannot.
UV_INSTALL := UV_SYSTEM_CERTS=1 $(BIN)/uv pip install --quiet --compile-bytecode \
	--python $(BIN)/python
# Settings of a check that must not depend on what runs here, nor write into a home.
NO_SERVICE := env -u DATABASE_URL -u BROKER_URL DAM_HOME=/nonexistent DAM_SECRET_KEY=unused

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 22
	@echo "PYTHON names another Python (3.11 to 3.13); ARGS is handed to pytest and the benchmarks."
	@echo "Settings such as PORT and DAM_HOME are listed in docs/settings.md."

up: $(VENV)/requirements.lock ## Install what is needed and start the service; Ctrl-C stops it
	@exec $(BIN)/python manage.py up

test: $(VENV)/requirements-dev.lock ## Run the tests (ARGS="tests/dam -k name")
	@$(BIN)/python -m pytest --numprocesses $(TEST_PROCESSES) --dist worksteal $(ARGS)

lint: $(VENV)/requirements-dev.lock ## Check style, types, imports and migrations
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(NO_SERVICE) $(BIN)/python manage.py makemigrations --check --dry-run --skip-checks

bench: $(VENV)/requirements-dev.lock ## Measure (figures for the machine it runs on)
	@for script in bench/[a-z]*.py; do \
		echo "== $$script"; $(BIN)/python "$$script" $(ARGS) || exit 1; \
	done
	@echo "== bench.pages"; $(BIN)/python -m bench.pages $(ARGS)

bench-search: $(VENV)/requirements-dev.lock ## Measure search at 1,000,000 made-up faces (ARGS="--faces 100000")
	@$(BIN)/python -m bench.search $(ARGS)

screenshots: $(VENV)/requirements-dev.lock ## Take the pictures of docs/tour.md (ARGS="--only status")
	@$(BIN)/python -m docs.screenshots $(ARGS)

nets: $(VENV)/requirements.lock ## Train the heads again (DATA=labelled sets, WORK=where features are kept)
	@[ -n "$(DATA)" ] || { echo "Name the folder of the labelled sets: make nets DATA=folder"; exit 1; }
	@$(BIN)/python -c 'import onnx, scipy, torch' 2>/dev/null || { \
		echo "Training needs more packages: see models/recipes/README.md, \"Training the heads\"."; \
		exit 1; }
	@$(BIN)/python models/recipes/train_heads.py "$(DATA)" --work "$(WORK)"

lock: $(VENV)/made ## Pin the newest versions that pyproject.toml allows
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url \
		--no-emit-find-links --upgrade pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 pyproject.toml --group dev \
		-c requirements.lock --no-emit-index-url --no-emit-find-links --upgrade \
		-o requirements-dev.lock

clean: ## Remove what can be made again (never the data in var/)
	@rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment holds a copy of the lock file that was installed last, so the lock's content
# decides, not its date.
$(VENV)/requirements.lock $(VENV)/requirements-dev.lock: $(VENV)/%: $(VENV)/made FORCE
	@cmp -s $* $@ || { \
		echo "Installing $* (once)."; \
		{ [ -x $(BIN)/uv ] && $(UV_INSTALL) -r $* || $(BIN)/python -m pip install --quiet -r $*; } \
		&& cp $* $@; \
	}

$(VENV)/made:
	@$(PYTHON) -c '' 2>/dev/null || { \
		echo "$(PYTHON) cannot be run. Install Python 3.11, 3.12 or 3.13, or name one: make up PYTHON=..."; \
		exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
		echo "$(PYTHON) is $$($(PYTHON) -V), but Python 3.11, 3.12 or 3.13 is needed. Name one: make up PYTHON=..."; \
		exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make environments. On Debian: apt-get install python3-venv"; \
		exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet uv || echo "uv cannot be installed; pip does it, slower."
	@touch $@

FORCE:
