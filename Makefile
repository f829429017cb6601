# `make run` and `make test` bring a fresh Debian or macOS with python3 >= 3.11 and make to a running
# council and to a finished test run. Written for GNU make 3.81, which macOS ships.

VENV ?= .venv
PYTHON ?=
ARGS ?=
PYTEST_ARGS ?= -q $(WORKERS)
LOCK_ARGS ?=
# Three at a time, each file by one of them, in their order: what is long does not come last, all at once.
WORKERS ?= -n 3 --dist loadfile --no-loadscope-reorder

BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCKED := $(PIP_INSTALL) --require-hashes
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock"
EXTRAS := --extra dramatiq --extra mongodb --extra otel --extra postgresql --extra redis
SOURCES := src tests tools deploy hatch_build.py .ci $(wildcard bench)

export PYTHON

.PHONY: help run test bench faults bench-scale bench-stream lint page api lock clean
.NOTPARALLEL:

help: ## Show these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.project page ## Set everything up and start the council of this repository
	@exec $(BIN)/conselho serve --council council $(ARGS)

test: $(VENV)/.project $(VENV)/.dev page lint ## Set everything up and run every test
	$(BIN)/python hatch_build.py npm test
	$(BIN)/python -m tests.support.mongodb
	$(BIN)/python -m pytest $(PYTEST_ARGS) $(ARGS)

lint: $(VENV)/.project $(VENV)/.dev ## Check style, types and the direction of imports
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.project $(VENV)/.dev page ## Measure, and print one JSON object
	@$(BIN)/python -m bench $(ARGS)

bench-scale: $(VENV)/.project $(VENV)/.dev page ## Measure several servers and workers, and stores with 1,000,000 tasks
	@$(BIN)/python -m bench.scale $(ARGS)

bench-stream: $(VENV)/.project $(VENV)/.dev page ## Measure the event stream beside nchan (ARGS="soak --minutes 60")
	@$(BIN)/python -m bench.stream $(ARGS)

faults: $(VENV)/.project $(VENV)/.dev page ## Break a site of several processes, leases as shipped, and print what was seen
	@rm -f $(VENV)/faults.jsonl
	CONSELHO_FAULT_FULL=1 CONSELHO_FAULT_REPORT=$(VENV)/faults.jsonl $(BIN)/python -m pytest -q \
		tests/live/test_fault_processes.py tests/live/test_fault_network.py $(ARGS)
	@$(BIN)/python -m tests.support.fault_report $(VENV)/faults.jsonl

page: $(VENV)/.runtime ## Build the page when its sources changed
	@$(BIN)/python hatch_build.py

api: $(VENV)/.runtime ## Tell the page what the API says by now: web/openapi.json and the types made from it
	@$(BIN)/python tools/openapi.py
	@$(BIN)/python hatch_build.py npm run --silent types

lock: $(VENV)/.lock ## Resolve pyproject.toml into requirements/ (LOCK_ARGS=--upgrade for newer releases)
	$(COMPILE) $(LOCK_ARGS) pyproject.toml -o requirements/runtime.txt
	$(COMPILE) $(LOCK_ARGS) --group build -c requirements/runtime.txt -o requirements/build.txt
	$(COMPILE) $(LOCK_ARGS) pyproject.toml $(EXTRAS) --group dev \
		-c requirements/runtime.txt -c requirements/build.txt -o requirements/dev.txt
	$(COMPILE) $(LOCK_ARGS) pyproject.toml $(EXTRAS) -c requirements/dev.txt -o requirements/distributed.txt
	$(COMPILE) $(LOCK_ARGS) --group node -o requirements/node.txt
	$(COMPILE) $(LOCK_ARGS) --group lock -o requirements/lock.txt

clean: ## Remove everything that make made; what the server recorded stays
	rm -rf $(VENV) src/conselho/web_dist web/node_modules web/generated dist .mypy_cache .ruff_cache .pytest_cache \
		.import_linter_cache .hypothesis

# A stamp in $(VENV) says which lock was installed there: the second `make run` starts at once.

$(BIN)/python:
	@tools/venv.sh $(VENV)

$(VENV)/.runtime: requirements/runtime.txt requirements/build.txt $(BIN)/python
	@tools/venv.sh $(VENV)
	@echo "Installing the locked dependencies into $(VENV)"
	@$(LOCKED) -r requirements/runtime.txt -r requirements/build.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@echo "Installing the locked tools for tests into $(VENV)"
	@$(LOCKED) -r requirements/dev.txt
	@touch $@

$(VENV)/.lock: requirements/lock.txt $(VENV)/.runtime
	@$(LOCKED) -r requirements/lock.txt
	@touch $@

# Everything the install needs is there already, so it asks nothing of a package index. The page
# comes first: the build hook then finds it fresh.
$(VENV)/.project: pyproject.toml hatch_build.py $(VENV)/.runtime
	@$(BIN)/python hatch_build.py
	@$(PIP_INSTALL) --no-deps --no-build-isolation --no-index --editable .
	@touch $@
