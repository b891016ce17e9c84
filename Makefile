# --- The two commands: `make run` and `make test` need Python 3.11 or newer and make, nothing else -------------------
.PHONY: run stop test test-browser screenshots venv venv-dev

run: venv
	@.venv/bin/python manage.py runall

stop:
	@[ ! -x .venv/bin/python ] || .venv/bin/python manage.py stopall

# Processes that share the tests, each with servers of its own.
WORKERS ?= 2
test: venv-dev
	.venv/bin/python -m pytest -n $(WORKERS) -m "not browser and not clone" $(PYTEST_ARGS)

test-browser: venv-dev
	PYTEST_DB_SUFFIX=browser .venv/bin/python -m pytest -n $(WORKERS) -m browser $(PYTEST_ARGS)

# Every page of the admin, wide and narrow, light and dark, into docs/screenshots/.
screenshots: venv-dev
	mkdir -p docs/screenshots
	SCREENSHOTS=docs/screenshots .venv/bin/python -m pytest -n $(WORKERS) -m browser tests/browser/test_pages.py
	.venv/bin/python -m tests.browser.pictures docs/screenshots

# .venv holds a copy of what was last installed from; `unfinished` stays in it where installing was broken off.
venv: REQUIREMENTS := requirements.txt
venv-dev: REQUIREMENTS := requirements-dev.txt
venv venv-dev:
	@set -e; \
	if [ ! -e .venv/unfinished ] && cmp -s $(REQUIREMENTS) .venv/$(REQUIREMENTS) && .venv/bin/python -c "" 2>/dev/null; \
		then exit 0; fi; \
	if [ -e .venv/unfinished ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then \
		for python in python3 python3.14 python3.13 python3.12 python3.11 none; do \
			$$python -c "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))" 2>/dev/null && break; \
		done; \
		if [ $$python = none ]; then \
			echo "No Python from 3.11 on with venv and ensurepip was found (Debian: apt install python3-venv)" >&2; exit 1; \
		fi; \
		echo "making .venv with $$($$python --version)"; \
		rm -rf .venv; $$python -m venv .venv; \
	fi; \
	touch .venv/unfinished; \
	echo "installing $(REQUIREMENTS): a minute or two, once"; \
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(REQUIREMENTS); \
	cp $(REQUIREMENTS) .venv/; \
	rm .venv/unfinished

# --- What CI runs: each step alone by its name, all of them with the seconds each took by `make ci` --------------------
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml
# An environment as in production, down to a key that nobody knows; its servers are named and not called.
PRODUCTION := DEBUG=off SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(50))") \
	ALLOWED_HOSTS=crm.example.com PUBLIC_URL=https://crm.example.com DATABASE_URL=postgres://crm@db.example.com/crm \
	REDIS_URL=redis://redis.example.com EMAIL_URL=smtp+tls://mail.example.com:587 TRUSTED_PROXIES=10.0.0.0/8
# Servers on which the tests marked `database` run once more.
REAL_DATABASE_URL ?= $(DATABASE_URL)
REAL_REDIS_URL ?= $(REDIS_URL)
# Two at a time, since much of the tests is waiting: the longest begins first, and the others go on beside it.
CI_STEPS := coverage types lint imports requirements-check audit migrations-check deploy-check openapi-check \
	test-database test-browser bench-smoke smoke-run

.PHONY: ci $(CI_STEPS) requirements openapi

ci: venv-dev
	@started=$$(date +%s); \
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target $(addprefix timed-,$(CI_STEPS)) || exit 1; \
	echo "--- make ci took $$(($$(date +%s) - started)) s"

timed-%: venv-dev
	@echo "--- make $*"; begun=$$(date +%s); \
	$(MAKE) --no-print-directory $* || { echo "--- make $* failed" >&2; exit 1; }; \
	echo "--- make $* took $$(($$(date +%s) - begun)) s"

lint: venv-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: venv-dev
	$(BIN)/mypy .

imports: venv-dev
	$(BIN)/lint-imports

requirements: venv-dev
	$(COMPILE) --output-file requirements.txt
	$(COMPILE) --extra dev --output-file requirements-dev.txt

# Compiling onto copies keeps the versions that are in them, so that a release elsewhere fails nothing.
requirements-check: venv-dev
	@set -e; copies=$$(mktemp -d); trap 'rm -rf "$$copies"' EXIT; cp requirements.txt requirements-dev.txt "$$copies"; \
	$(COMPILE) --output-file "$$copies/requirements.txt"; \
	$(COMPILE) --extra dev --output-file "$$copies/requirements-dev.txt"; \
	for name in requirements.txt requirements-dev.txt; do \
		diff -u $$name "$$copies/$$name" || { echo "$$name is not what pyproject.toml asks for: make requirements" >&2; exit 1; }; \
	done

# Known vulnerabilities of what is pinned, where the advisory service can be reached; it says so where not.
audit: venv-dev
	$(BIN)/python .ci/audit.py

migrations-check: venv-dev
	$(MANAGE) makemigrations --check --dry-run
	DJANGO_SETTINGS_MODULE=tests.migration_linter_settings $(MANAGE) lintmigrations

deploy-check: venv-dev
	$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING

openapi: venv-dev
	$(MANAGE) spectacular --fail-on-warn --validate --file docs/openapi.yaml

openapi-check: venv-dev
	@set -e; made=$$(mktemp); trap 'rm -f "$$made"' EXIT; \
	$(MANAGE) spectacular --fail-on-warn --validate --file "$$made"; \
	diff -u docs/openapi.yaml "$$made" || { echo "docs/openapi.yaml is not what the code says: make openapi" >&2; exit 1; }

# `make test` with coverage measured, on the embedded servers whatever the environment names.
# A third process uses what the other two leave while they wait for servers, workers and browsers.
coverage: venv-dev
	env -u DATABASE_URL -u REDIS_URL $(MAKE) --no-print-directory test WORKERS=3 PYTEST_ARGS="--cov --cov-report=term-missing"

test-database: venv-dev
ifeq ($(strip $(REAL_DATABASE_URL)$(REAL_REDIS_URL)),)
	@echo "no real server is named by REAL_DATABASE_URL or REAL_REDIS_URL: nothing to run the tests on again"
else
	DATABASE_URL=$(REAL_DATABASE_URL) REDIS_URL=$(REAL_REDIS_URL) $(BIN)/pytest -m database
endif

# SCALE=small (seconds) and SCALE=medium (minutes) write nothing; ROWS=P1,P6 runs some and leaves the others as they are
# written; KEEP=1 keeps the seeded database.
SCALE ?= full
.PHONY: bench
bench: venv-dev
	$(BIN)/python -m benchmarks --scale $(SCALE) $(if $(KEEP),--keep) \
		$(if $(ROWS),--rows $(ROWS)) $(if $(filter full,$(SCALE)),--write)

# --- Running it: a dump of DATABASE_URL into FILE, and FILE into the empty database of DATABASE_URL ------------------
FILE ?= event_crm.dump
.PHONY: backup restore

backup:
	@: $${DATABASE_URL:?must name the database to be dumped; manage.py embedded status prints that of the embedded server}
	pg_dump --format=custom --no-owner --file="$(FILE)" --dbname="$$DATABASE_URL"

restore:
	@: $${DATABASE_URL:?must name the empty database to be filled; manage.py embedded status prints that of the embedded server}
	@$(MAKE) --no-print-directory venv
	pg_restore --exit-on-error --single-transaction --no-owner --dbname="$$DATABASE_URL" "$(FILE)"
	psql --quiet --dbname="$$DATABASE_URL" --command=ANALYZE
	.venv/bin/python manage.py migrate --check
	.venv/bin/python manage.py check_counts
	.venv/bin/python manage.py check_deliveries

# What is claimed, tried at full size and written into docs/proof.md: over 20,000 calls drawn from the schema, the
# matrices, races, floods, bursts of registrations and killed workers. FUZZ_SEED=… draws other calls;
# PROVED=tests/load proves some, and leaves the other rows as they are written.
FUZZ_EXAMPLES ?= 38
FUZZ_SEED ?= 20260101
PROVED ?= tests/fuzz tests/access tests/registration tests/load \
	api/tests/test_paging_under_writes.py mailing/tests/test_crashes.py \
	api/tests/test_idempotency.py::test_of_fifty_requests_at_once_one_is_done \
	api/tests/test_etags.py::test_of_two_changes_at_once_with_one_tag_one_is_made \
	users/accounts/tests/test_lockout.py::test_thousand_guesses_cost_ten_hashes
.PHONY: prove
prove: venv-dev
	PROVE=1 FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) FUZZ_SEED=$(FUZZ_SEED) $(BIN)/python -m pytest -p tests.proof -n 2 \
		$(PROVED) $(PYTEST_ARGS)

bench-smoke: venv-dev
	$(MAKE) --no-print-directory bench SCALE=small

# `make run` in a fresh clone of what is committed.
smoke-run: venv-dev
	$(BIN)/pytest -m clone
