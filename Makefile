PYTHON ?= python3
VENV := .venv
BENCH := .venv-bench
# The processes of `make test`, and what it runs: make test TESTS=tests/layers
PROCESSES ?= 2
TESTS ?=
# The lessons that run while `make docs` builds their pages: all, none, or names: make docs LESSONS="line xor"
LESSONS ?= all
# torch for `make bench`: on Linux the default build brings gigabytes of CUDA; point pip at a CPU build to avoid that.
TORCH ?= torch==2.13.0

.DEFAULT_GOAL := help
.PHONY: help demo test check bench docs clean
.DELETE_ON_ERROR:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.runtime ## train, evaluate and predict Fashion-MNIST, and save the pictures
	@$(VENV)/bin/heron learn clothes

test: $(VENV)/.dev ## run every test and every docstring example
	@$(VENV)/bin/python -m pytest -q -n $(PROCESSES) --dist worksteal $(TESTS)

check: $(VENV)/.dev ## check formatting, lint and types
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy

bench: $(BENCH)/.peers ## measure heron beside Keras on TensorFlow and on JAX, and torch
	@$(BENCH)/bin/python -m benchmarks

docs: $(VENV)/.docs ## build the documentation into site/, follow its links; LESSONS=none is quick
	@$(VENV)/bin/python -m tools.docs --lessons "$(LESSONS)"

clean: ## remove the environments, builds and caches
	rm -rf $(VENV) $(BENCH) build dist site .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp is newer than pyproject.toml once what it names is installed.
$(VENV)/.runtime: pyproject.toml tools/venv.sh
	@tools/venv.sh $(VENV) "$(PYTHON)" -e .
	@touch $@

$(VENV)/.dev: pyproject.toml tools/venv.sh
	@tools/venv.sh $(VENV) "$(PYTHON)" -e '.[dev]'
	@touch $(VENV)/.runtime $(VENV)/.docs $@

$(VENV)/.docs: pyproject.toml tools/venv.sh
	@tools/venv.sh $(VENV) "$(PYTHON)" -e '.[docs]'
	@touch $(VENV)/.runtime $@

$(BENCH)/.peers: pyproject.toml tools/venv.sh
	@NO_UV=1 tools/venv.sh $(BENCH) "$(PYTHON)" -e '.[data]' pandas 'keras==3.15.*' tensorflow-cpu $(TORCH)
	@touch $@
