# `make dinner` plans a real dinner from nothing; `make test` runs every test. Both may be repeated: a stamp file
# says what is installed, and a stamp older than pyproject.toml (or a venv that was moved) is made anew.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --no-input

ifneq ($(shell cat $(VENV)/location 2>/dev/null && $(BIN)/python -c 'print("runs")' 2>/dev/null),$(CURDIR) runs)
  $(shell rm -f $(VENV)/installed-base $(VENV)/installed-test)
endif

.DEFAULT_GOAL := help
.PHONY: help install model dinner picture picture-phone browser postgresql test test-fast lint format types doctor \
        bench-plan bench-scheduler bench-replan bench-prepare adapter train-smoke clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(VENV)/installed-base: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
	    || { echo "Python's venv is missing (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@command -v c++ >/dev/null || command -v g++ >/dev/null || command -v clang++ >/dev/null \
	    || { echo "llama.cpp needs a C++ compiler (Debian: apt-get install build-essential)" >&2; exit 1; }
	@$(BIN)/python -c '' 2>/dev/null && [ "$$(cat $(VENV)/location 2>/dev/null)" = "$(CURDIR)" ] \
	    || $(PYTHON) -m venv --clear $(VENV)
	@echo "$(CURDIR)" > $(VENV)/location
	@echo "Installing the kitchen (llama-cpp-python is compiled here the first time: some ten minutes)"
	$(PIP) install --quiet -e .
	@touch $@

$(VENV)/installed-test: $(VENV)/installed-base
	$(PIP) install --quiet -e '.[dev,finetune,postgres]'
	@touch $@

install: $(VENV)/installed-base ## make the virtual environment with the base install

model: install ## fetch, check and prepare the embedded model
	$(BIN)/kitchen model fetch

dinner: model ## plan examples/dinner_for_six.yaml with the real model
	$(BIN)/kitchen plan examples/dinner_for_six.yaml

picture: model browser ## the README's dinner: a real plan as it is printed and as a browser shows it
	@mkdir -p build docs/images
	$(BIN)/kitchen plan examples/dinner_for_six.yaml --serve "2030-05-05 19:30" \
	    --html build/dinner.html --out docs/dinner.txt
	chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1440,2300 \
	    --screenshot=$(CURDIR)/docs/images/gantt.png file://$(CURDIR)/build/dinner.html
	$(BIN)/python docs/embed.py

picture-phone: $(VENV)/installed-test browser ## the README's picture of the page for phones: a dinner that is being cooked
	$(BIN)/python -m tests.kitchen_agent.web.picture docs/images/phone.png

browser: ## Debian's Chromium for the browser tests, where this user may install it
	@if command -v chromium >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	        chromium chromium-driver fonts-dejavu-core >/dev/null; \
	else echo "No chromium here and no right to install it: the browser tests will be skipped."; fi

postgresql: ## Debian's PostgreSQL for the tests of the store, where this user may install it; the tests start it
	@if command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	        postgresql >/dev/null \
	        || echo "PostgreSQL could not be installed: the tests that need it will be skipped."; \
	else echo "No PostgreSQL here and no right to install it: the tests that need it will be skipped."; fi

test: $(VENV)/installed-test model browser postgresql ## install what the tests need and run all of them, a worker for each core
	$(BIN)/python -m pytest -n auto --dist loadfile

test-fast: $(VENV)/installed-test ## the tests that need neither model, browser nor patience
	$(BIN)/python -m pytest -m "not slow and not gguf and not browser"

lint: $(VENV)/installed-test ## ruff: format and rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/installed-test ## mypy --strict
	$(BIN)/mypy --strict

format: $(VENV)/installed-test ## rewrite the files as ruff wants them
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

doctor: install ## versions, model, hashes, speed
	$(BIN)/kitchen doctor

bench-plan: model ## seconds for a cold and a warm menu of four dishes
	$(BIN)/python -m kitchen_agent.benchmarks.plan

bench-scheduler: install ## tables of the scheduler: kitchens, ovens, explanations, projects beside plain CP-SAT
	$(BIN)/python -m scheduler.benchmarks.kitchens
	$(BIN)/python -m scheduler.benchmarks.ovens --seeds 2 --deterministic-limit 0.5
	$(BIN)/python -m scheduler.benchmarks.explanations --seeds 1
	$(BIN)/python -m scheduler.benchmarks.generated build/instances --seeds 1
	$(BIN)/python -m scheduler.benchmarks.compare build/instances/* --every 4 --cpu-seconds 5 --workers 1

bench-replan: install ## latency, lateness and churn over seeded disturbances
	$(BIN)/python -m kitchen_agent.benchmarks.replan

bench-prepare: $(VENV)/installed-test ## rows a second of the data preparation for 1, 2 and N processes
	$(BIN)/python -m finetune bench-prepare

adapter: $(VENV)/installed-test model ## train the planning adapter by the recipe that worked best, export and score it (hours; may be stopped)
	$(BIN)/python -m finetune prepare
	$(BIN)/python -m finetune train qwen-0.5b-cpu
	$(BIN)/python -m finetune export --adapter build/finetune/runs/qwen-0.5b-cpu/best --output build/finetune/plan.gguf
	$(BIN)/python -m finetune evaluate model --adapter build/finetune/plan.gguf --keys finetune/data/dev_keys.txt --workers 4
	$(BIN)/python -m finetune export --adapter build/finetune/runs/qwen-0.5b-cpu/best --output build/finetune/plan.gguf \
	    --metrics build/evaluation/plan.json

train-smoke: $(VENV)/installed-test model ## the whole training pipeline in minutes, on the real model
	$(BIN)/python -m finetune smoke

clean: ## remove the virtual environment and the tools' caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
