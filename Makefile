# Every target does its own set-up on a machine with Python 3.11 to 3.13 and Node.js 20.19 or newer.
# `make` or `make help` lists them; docs/decisions/make.md says why make.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --constraint constraints.txt
PAGE := src/immersions/server/page/index.html
WEB := web/node_modules/.installed
WEB_SOURCES := $(shell find web -name node_modules -prune -o -name dist -prune -o -type f -print)
CHECKED := src tests benchmarks recipes tools examples
ARGS ?=

# One thread for each test: the machine's cores are shared by pytest, Chromium and the servers.
TEST_ENV := OMP_NUM_THREADS=1 MPLBACKEND=agg

.PHONY: machine help play test check unit env dev web lint format types contracts messages web-check \
	bench docs wheel clean

help: ## list the targets
	@echo "usage: make TARGET [ARGS='…']"
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | awk -F'|' '{ printf "  %-10s %s\n", $$1, $$2 }'

# Asked before anything long begins, so that what is missing is said at once.
machine:
	@tools/find-python.sh >/dev/null
	@tools/check-node.sh

play: machine $(VENV)/.play $(PAGE) ## start the performance and open its page (ARGS='--port 9000 --no-browser')
	@$(BIN)/immersions perform $(ARGS)

test: machine check unit ## run every check and test (what CI runs)

check: lint types contracts messages web-check ## run every check that is not a pytest

unit: $(VENV)/.dev $(PAGE) ## run pytest: unit, contract, CLI, packaging, browser (ARGS='-k dream')
	@$(TEST_ENV) $(BIN)/python -m pytest $(ARGS)

env: $(VENV)/.play ## make .venv with what playing needs (PYTHON=…, TORCH_INDEX=… choose)

dev: $(VENV)/.dev ## make .venv with the tools of the tests, benchmarks and docs too

web: $(PAGE) ## build the page

lint: $(VENV)/.dev ## check format and style
	@$(BIN)/ruff format --check --quiet --diff $(CHECKED)
	@$(BIN)/ruff check --quiet $(CHECKED)

format: $(VENV)/.dev ## write the format and what else ruff can repair
	@$(BIN)/ruff format $(CHECKED)
	@$(BIN)/ruff check --fix $(CHECKED)

types: $(VENV)/.dev ## check types (mypy --strict)
	@$(BIN)/mypy

contracts: $(VENV)/.dev ## check that imports point down only
	@$(BIN)/lint-imports

messages: $(VENV)/.dev ## check that the page's message types agree with the server's
	@$(BIN)/python -m immersions.server.typescript --check

web-check: $(WEB) ## check the style and types of the page, run its unit tests
	@cd web && npm run --silent lint && npm run --silent check && npm run --silent test

bench: $(VENV)/.dev ## run the benchmarks, one JSON line each (ONLY=scalogram runs one)
	@status=0; for script in benchmarks/$(or $(ONLY),*).py; do \
		case $$script in */_*) continue;; esac; \
		echo "# $$script" >&2; $(BIN)/python $$script $(ARGS) || status=1; done; exit $$status

docs: $(VENV)/.dev ## build the site into site/, its examples executed
	@$(TEST_ENV) $(BIN)/python tools/execute_examples.py docs build/docs
	@$(BIN)/zensical build --clean --strict

wheel: $(VENV)/.dev $(PAGE) ## build the wheel, page included, into dist/
	@$(BIN)/python -m build --wheel --outdir dist

clean: ## remove what was built (.venv, page, node_modules, site, dist, caches)
	rm -rf $(VENV) web/node_modules src/immersions/server/page site dist build
	rm -rf .cache .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache

# What is installed is remembered by stamps, so that a second start runs nothing of this.
$(VENV)/bin/python:
	@python=$$(tools/find-python.sh) && "$$python" -m venv $(VENV)

$(VENV)/.play: pyproject.toml constraints.txt tools/install_torch.py | $(VENV)/bin/python
	@$(BIN)/python tools/install_torch.py
	@echo "installing immersions into $(VENV)"
	@$(PIP) --editable '.[pictures]'
	@touch $@

$(VENV)/.dev: $(VENV)/.play
	@echo "installing the tools of the tests, benchmarks and docs into $(VENV)"
	@$(PIP) --editable '.[test,bench,docs,recipes]'
	@touch $@

$(WEB): web/package.json web/package-lock.json
	@tools/check-node.sh
	@cd web && npm ci --no-audit --no-fund
	@touch $@

$(PAGE): $(WEB_SOURCES) | $(WEB)
	@cd web && npm run --silent build
	@touch $@
