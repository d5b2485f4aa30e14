.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
TOOLS := .venv-tools/bin
DOCS := .venv-docs/bin
UV := $(TOOLS)/uv
INSTALL := $(UV) pip install --quiet --require-hashes --no-build

.PHONY: help setup tools release demo example test test-fast test-containers mutants bench simulate cost cli mails spam reports openapi schema docs pictures check format pins clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.done ## Make .venv, with the command permille in it

tools: .venv-tools/.done ## Make .venv-tools: SAM CLI, the embedded AWS, uv (they pin a boto3 of their own)

.venv-tools/.done: requirements/tools.txt
	@echo "Setting up .venv-tools (SAM CLI, the embedded AWS) ..."
	@$(PYTHON) -m venv .venv-tools
	@sed -n '/^uv==/,/[^\\]$$/p' requirements/tools.txt > .venv-tools/uv.txt
	@$(TOOLS)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement .venv-tools/uv.txt
	@$(INSTALL) --python $(TOOLS)/python --requirement requirements/tools.txt
	@touch $@

.venv/.done: requirements/dev.txt pyproject.toml .venv-tools/.done
	@echo "Setting up .venv ..."
	@$(PYTHON) -m venv .venv
	@$(INSTALL) --python $(BIN)/python --requirement requirements/dev.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## A demonstration with real mail: a bad sender loses its SMTP account, and gets it back
	@$(BIN)/permille local demo

example: setup ## A small CRM as a host platform, on the embedded stack (examples/crm; PORT=8010)
	@$(BIN)/python -m examples.embedded $(if $(PORT),--port $(PORT))

PYTEST = $(BIN)/python -m pytest --numprocesses 2
test: setup ## All tests, also on the deployed stack and in the browser, with all examples
	@$(PYTEST) --dist loadfile --hypothesis-profile thorough

test-fast: setup ## Tests without deployed stack, browser and installed wheel, with a fifth of the state machines' examples
	@$(PYTEST) --dist worksteal --ignore tests/stack --ignore tests/browser --ignore tests/installed

test-containers: setup ## The `sam local invoke` of the docs, with Docker and Lambda's image (minutes)
	@$(BIN)/python -m pytest tests/containers/sam_local.py

mutants: setup ## Mutation tests of the rules (hours; resumes; MODULES=sweep; writes docs/mutants.md)
	@$(BIN)/python -m tests.support.mutants $(MODULES)

bench: setup ## Measure the performance goals beside the usual pattern (minutes; writes bench/results/)
	@$(BIN)/python -m bench

simulate: setup ## Simulate false suspensions by preset (minutes; AGAINST=PATH: also with another checkout's code)
	@$(BIN)/python -m bench.false_suspensions --keep $(if $(AGAINST),--against $(AGAINST)) $(if $(TENANTS),--tenants $(TENANTS))

cost: setup ## Write docs/cost.md from the last benchmark, the template and AWS's prices
	@$(BIN)/python -m bench.cost

check: setup ## Check format, lint, layers of packages, types, the template
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/mypy
	@PATH="$(CURDIR)/$(TOOLS):$$PATH" SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 $(TOOLS)/sam validate --lint

format: setup ## Format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

PIN = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links
pins: tools ## Pin the newest versions that pyproject.toml allows (PIN_FLAGS=--upgrade)
	@$(PIN) $(PIN_FLAGS) --group layer --output-file layers/core/requirements.txt > /dev/null
	@$(PIN) $(PIN_FLAGS) --group dev --constraint layers/core/requirements.txt pyproject.toml \
		--output-file requirements/dev.txt > /dev/null
	@$(PIN) $(PIN_FLAGS) requirements/tools.in --output-file requirements/tools.txt > /dev/null
	@$(PIN) $(PIN_FLAGS) requirements/docs.in --output-file requirements/docs.txt > /dev/null

release: setup ## Build sdist, wheel and the SAR application into dist/, and check them (uploads nothing)
	@$(BIN)/python -m tests.support.release

cli: setup ## Write docs/cli.md from the help of the commands; a test compares it
	@$(BIN)/python -m permille_cli.reference

openapi: setup ## Write the OpenAPI documents of both APIs (docs/*openapi.json) and their pages for people; tests compare them
	@$(BIN)/python -m tests.support.api_examples > /dev/null
	@$(BIN)/python -m tests.support.provisioning_examples > /dev/null
	@$(BIN)/python -c 'from permille.console.api.api_app import openapi_text; print(openapi_text(), end="")' > docs/openapi.json
	@$(BIN)/python -c 'from permille.console.api.provisioning_app import openapi_text; print(openapi_text(), end="")' \
		> docs/provisioning.openapi.json
	@$(BIN)/python -m publishing.api_reference

schema: setup ## Write the JSON Schemas of timeline events and of the command's answers (docs/*.schema.json)
	@$(BIN)/python -m permille_cli.shapes.document
	@$(BIN)/python -c 'from permille.schema.event_schema import event_schema_text; print(event_schema_text(), end="")' \
		> docs/timeline-event.schema.json

pictures: setup ## Take the pictures in docs/pictures/ again (PICTURES=report: that one), with Chromium
	@$(BIN)/python -m publishing.pictures $(PICTURES)

docs: .venv-docs/.done ## Build the documents' site (site/index.html); warnings and broken links are errors
	@$(DOCS)/sphinx-build --quiet --fail-on-warning --keep-going --jobs 2 -c publishing -d .venv-docs/doctrees . site
	@echo "site/index.html"

.venv-docs/.done: requirements/docs.txt .venv-tools/.done
	@echo "Setting up .venv-docs (Sphinx) ..."
	@$(PYTHON) -m venv .venv-docs
	@$(INSTALL) --python $(DOCS)/python --requirement requirements/docs.txt
	@touch $@

mails: setup ## Write every mail to mails/ (.eml, .txt, .html; .png if Chromium is installed)
	@$(BIN)/python -m tests.support.gallery mails

spam: setup ## Run SpamAssassin on every mail (Debian: apt-get install spamassassin)
	@$(BIN)/python -m tests.support.spam

reports: setup ## Write the owner's report in every state to reports/ (.html; .png if Chromium is installed)
	@$(BIN)/python -m tests.support.report_gallery reports

clean: ## Remove generated files
	@rm -rf .venv .venv-tools .venv-docs site .permille .aws-sam .mutants .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
