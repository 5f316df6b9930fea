# Copyright (c) 2026, stackops.kibana contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Needs Python 3.11+, make and git; everything else is installed into .venv. `make help` lists the targets.

PYTHON  ?= python3
PORT    ?= 5601
VERSION ?= 9.4.3
STACK_VERSION ?= 9.4.3
ANSIBLE ?= 2.21
# More arguments for pytest, ansible-test or molecule: make unit ARGS="-k role -n 2"
ARGS    ?=

VENV  := $(CURDIR)/.venv
BUILD := $(CURDIR)/.build
# The collection as ansible-test and ansible-lint want it: .../ansible_collections/<namespace>/<name>.
TREE  := $(BUILD)/ansible_collections/stackops/kibana
LINK  := $(BUILD)/link/ansible_collections/stackops/kibana
PY    := $(VENV)/bin/python
TOOLS := $(BUILD)/tools
NOX_TREE := $(BUILD)/nox/ansible_collections/stackops/kibana

# Wrappers that stand for several Pythons ("shims") mislead ansible-test and Ansible's discovery: real programs only.
export PATH := $(VENV)/bin:$(shell printf '%s' "$$PATH" | tr ':' '\n' | grep -v '/shims$$' | paste -sd: -)
export ANSIBLE_COLLECTIONS_PATH := $(BUILD)
export ANSIBLE_PYTHON_INTERPRETER := $(PY)
export ANSIBLE_LOCALHOST_WARNING := false

# The parts of `make test`, the longest first: they run two at a time.
PARTS := playbooks unit examples sanity lifecycle molecule site lint integration docs contract build

# What `make test-full` runs besides.
MORE := matrix importer nox soak audit mutation

PYTEST := $(PY) -m pytest -q
LIFECYCLE_TESTS := $(wildcard tests/unit/test_lifecycle*.py)
CONTRACT_TESTS  := $(wildcard tests/unit/test_contract*.py)
EXAMPLE_TESTS   := $(wildcard $(addprefix tests/unit/test_,examples*.py both_ways.py))
PLAYBOOK_TESTS  := $(wildcard $(addprefix tests/unit/test_,playbook*.py demo.py broken_off.py) tests/playbooks)
# Without a path pytest would collect everything, and a part without tests would pass.
need = $(or $(1),$(error there are no $(2) tests))
PYTHON_VERSION = $(shell $(PY) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
# ansible-test wants its own git repository around the tree, or it skips every file.
ANSIBLE_TEST = cd $(TREE) && ANSIBLE_COLLECTIONS_PATH= ansible-test

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-full $(PARTS) emulator bench stage link runtime format clean \
  $(MORE) reliability bench-kibanas integration-real sanity-container release-prepare release-check release-tag release-files

help: ## this list
	@grep -hE '^[a-z -]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: ## .venv with everything of requirements-dev.txt
	@PYTHON='$(PYTHON)' sh tools/setup.sh

demo: setup link ## the main job against the emulator, or against KIBANA_URL with KIBANA_API_KEY; RULES=<folder of TOML rules>
	@$(PY) tools/demo.py

test: setup stage ## every test, two parts at a time; logs in .build/logs
	@$(PY) tools/run_parts.py --logs $(BUILD)/logs $(PARTS)

test-full: export PYTEST_ADDOPTS += --hypothesis-profile=thorough
test-full: export STACKOPS_FULL := 1
test-full: setup stage ## every test with many more generated cases, and the benchmark
	@$(PY) tools/run_parts.py --logs $(BUILD)/logs $(PARTS) $(MORE) bench

emulator: setup ## a Kibana look-alike in the foreground: PORT=5601 VERSION=9.4.3
	@PYTHONPATH=tests/emulator exec $(PY) -m kibana_emulator --port $(PORT) --version $(VERSION)

unit: setup ## unit tests of engine, client, plugins and emulator
	$(PYTEST) tests/unit $(addprefix --ignore=,$(LIFECYCLE_TESTS) $(CONTRACT_TESTS) $(EXAMPLE_TESTS) $(PLAYBOOK_TESTS)) $(ARGS)

lifecycle: setup ## each module through create, again, update, again, delete, again
	$(PYTEST) $(call need,$(LIFECYCLE_TESTS),lifecycle) $(ARGS)

contract: setup ## documentation, runtime and, with KIBANA_OPENAPI_DIR, Kibana's OpenAPI documents
	$(PYTEST) $(call need,$(CONTRACT_TESTS),contract) $(ARGS)

examples: setup stage ## the examples of every module, twice; every life of an object in-process and as a module
	$(PYTEST) $(call need,$(EXAMPLE_TESTS),example) $(ARGS)

playbooks: setup stage ## ansible-playbook on roles, guides, plugins and the demo
	$(PYTEST) $(call need,$(PLAYBOOK_TESTS),playbook) $(ARGS)

integration: setup stage ## the integration targets, against the emulator or against KIBANA_URL
	@$(PY) tools/with_emulator.py --write $(TREE)/tests/integration/integration_config.yml -- \
	  sh -c '$(ANSIBLE_TEST) integration --local --python $(PYTHON_VERSION) $(ARGS)'

molecule: setup stage ## the Molecule scenarios, with their idempotence step
	molecule test --all $(ARGS)

sanity: setup stage ## ansible-test sanity, no ignore file
	@$(PY) tools/get_pip.py --install
	$(ANSIBLE_TEST) sanity --local --python $(PYTHON_VERSION) $(ARGS)

lint: setup stage link ## ansible-lint (production), ruff, mypy, yamllint, licences, runtime.yml
	ansible-lint --offline --profile production
	ruff check
	ruff format --check
	mypy
	yamllint --strict .
	reuse --no-multiprocessing lint --quiet
	$(PY) tools/update_runtime.py --check
	$(PY) tools/update_roles.py --check

docs: setup stage ## antsibull-docs and the changelog's linter
	antsibull-docs lint-collection-docs --plugin-docs --check-extra-docs-refs --validate-collection-refs self .
	antsibull-changelog lint

site: setup stage ## the documentation site, in .build/site/html: no network needed, a warning is an error
	@$(PY) tools/build_site.py $(BUILD)/site

build: setup ## the archive for Ansible Galaxy, in dist/
	mkdir -p dist && ansible-galaxy collection build --force --output-path dist

bench: setup link ## what it costs, beside other ways; writes docs/performance.md; ARGS=--quick for a short one
	@$(PY) tests/benchmarks/bench.py $(ARGS)

bench-kibanas: setup link ## one play over 20 Kibanas with more and fewer forks; writes its table into docs/awx.md
	@$(PY) tests/benchmarks/kibanas.py $(ARGS)

matrix: setup link ## the core of the tests on every ansible-core and Python that there are here; writes docs/support.md
	@$(PY) tools/matrix.py $(or $(ARGS),--write)

importer: setup build $(TOOLS)/importer/.installed ## what Ansible Galaxy looks at when an archive is imported
	@PATH="$(TOOLS)/importer/bin:$$PATH" $(TOOLS)/importer/bin/python tools/importer.py

# antsibull-nox looks at what git knows, and leaves its environments there: a copy of its own.
nox: setup $(TOOLS)/nox/.installed ## the sessions of antsibull-nox that need no container
	@$(PY) tools/stage.py $(NOX_TREE)
	cd $(NOX_TREE) && git add --all && ANSIBLE_COLLECTIONS_PATH= $(TOOLS)/nox/bin/nox \
	  -e lint docs-check license-check extra-checks $(ARGS)

audit: $(TOOLS)/audit/.installed ## the requirements against the databases of known weaknesses, by network
	@$(PY) tools/audit.py $(TOOLS)/audit/bin/pip-audit -r requirements.txt $(ARGS)

soak: setup link ## 100 000 requests through one process: memory, sockets, results; ARGS="--requests 10000"
	@$(PY) tests/soak/soak.py $(ARGS)

# All of it takes hours; ARGS="--share 0.2" for a sample, ARGS="--modules _plan" for one file.
reliability: setup link ## faults, bad input, check mode, concurrent writers; writes docs/reliability.md
	@$(PY) tools/reliability.py $(ARGS)

mutation: setup link ## small wrong changes of the core: do the fast tests notice? see docs/mutation.md
	@nice -n 10 $(PY) tests/mutation/run.py $(if $(STACKOPS_FULL),--share 0.02 --minutes 10) $(ARGS)

integration-real: setup stage ## against Elasticsearch, Kibana and a Fleet Server in containers: STACK_VERSION=9.4.3
	@$(PY) tools/integration_real.py --version $(STACK_VERSION) $(ARGS)

sanity-container: stage ## ansible-test sanity in its container, by another ansible-core: ANSIBLE=2.16, or devel
	$(PYTHON) -m venv $(TOOLS)/ansible-$(ANSIBLE)
	$(TOOLS)/ansible-$(ANSIBLE)/bin/pip install -q $(if $(filter devel,$(ANSIBLE)),\
	  https://github.com/ansible/ansible/archive/devel.tar.gz,'ansible-core==$(ANSIBLE).*')
	cd $(TREE) && ANSIBLE_COLLECTIONS_PATH= $(TOOLS)/ansible-$(ANSIBLE)/bin/ansible-test sanity --docker $(ARGS)

release-prepare: setup ## TAG=1.0.0: version and changelog; docs/releasing.md has the steps
	@$(PY) tools/release.py prepare '$(TAG)'

release-check release-tag: setup ## TAG=1.0.0: is everything ready? and make the tag
	@$(PY) tools/release.py $(@:release-%=%) '$(TAG)'

release-files: setup ## what a release publishes, in .build/release: archive, components, checksums, notes
	@$(PY) tools/release.py files

# Tools with requirements that do not go together with those of .venv.
$(TOOLS)/%/.installed: tools/requirements/%.txt
	@mkdir -p $(TOOLS) && $(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/python -m pip install -q --disable-pip-version-check -r $<
	@touch $@

runtime: setup ## what follows from the list of modules: meta/runtime.yml, role kibana_config, docs/privileges.md
	@$(PY) tools/update_runtime.py
	@$(PY) tools/update_roles.py
	@$(PY) tools/update_privileges.py

format: setup ## ruff's format and safe fixes
	ruff format
	ruff check --fix

stage:
	@$(PY) tools/stage.py $(TREE)

# A link serves ansible-playbook; ansible-test wants the copy.
link:
	@mkdir -p $(dir $(LINK)) && ln -sfn $(CURDIR) $(LINK)

clean: ## everything that was built, .venv aside
	rm -rf $(BUILD) dist
