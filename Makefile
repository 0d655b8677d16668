.DEFAULT_GOAL := help
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Compiled code is kept, whatever this machine's habit: services, workers and tests start in half the time.
unexport PYTHONDONTWRITEBYTECODE

run: $(VENV)/.browser ## Start everything: servers, services, simulators; Ctrl-C stops all of it
	@exec $(BIN)/taskflow up

test: $(VENV)/.dev $(VENV)/.browser ## Run the suite against real PostgreSQL and NATS, without the long tests
	@$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.dev $(VENV)/.browser $(VENV)/.asyncapi ## What CI runs: format, lint, types, import walls, generated docs, all tests with coverage
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/basedpyright
	@$(BIN)/lint-imports
	@$(BIN)/taskflow asyncapi --check
	@HYPOTHESIS_PROFILE=whole $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --cov

SEED ?=
MESSAGES ?= 1000
PUMP_MINUTES := $(or $(MINUTES),10)
MINUTES ?= 5
SEEDS ?= 5000
CRASHES ?= 1000
N ?= 20

attack: $(VENV)/.dev $(VENV)/.browser ## See whether anybody waits while one number sends the worst of each kind
	@ALONE=1 $(BIN)/python -m pytest tests/e2e/test_attack.py

fuzz: $(VENV)/.dev ## Send the webhooks 30,000 signed requests, most of them broken: no answer may be a 5xx
	@FUZZ=1 $(BIN)/python -m pytest tests/integration/gateway/test_fuzzing.py \
	  tests/integration/gateway/test_generated_requests.py

chaos: $(VENV)/.dev ## Break everything while people write, and check the promises: SEED= MESSAGES= MINUTES=
	@$(BIN)/python -m tests.chaos.run --seed "$(SEED)" --messages $(MESSAGES) --minutes $(MINUTES)

chaos-matrix: $(VENV)/.dev ## Die once at every failpoint that every type of message reaches (long)
	@$(BIN)/python -m tests.chaos.matrix

chaos-sends: $(VENV)/.dev ## Die CRASHES times between the vendor's accept and our record: SEED= CRASHES=
	@$(BIN)/python -m tests.chaos.sends --seed "$(SEED)" --crashes $(CRASHES)

simulate: $(VENV)/.dev ## Walk the deciders through SEEDS worlds of virtual time
	@$(BIN)/python -m tests.chaos.simulate --seeds $(SEEDS)

MODULES ?=

mutants: $(VENV)/.dev ## Change the deciders in thousands of ways: do tests see it? A quarter of an hour; MODULES="contracts/slots.py ..."
	@$(BIN)/python -m tests.mutants.run $(MODULES)

pump: $(VENV)/.dev ## Pump all patterns and all that takes foreign text with hostile text: MINUTES= (10)
	@PUMP=1 $(BIN)/python -m pytest tests/pump/test_functions.py
	@$(BIN)/python -m tests.pump.run --minutes $(PUMP_MINUTES)

measure: $(VENV)/.dev ## Measure how well prices, zones and places are read, on public data, where they are
	@$(BIN)/python -m tests.measure

EVALUATE ?=

evaluate: $(VENV)/.dev ## Hold the golden conversations in twenty languages; with GEMINI_API_KEY also with Gemini: EVALUATE="--times 3"
	@$(BIN)/python -m tests.evaluation $(EVALUATE)

power-cut: $(VENV)/.dev ## Cut the power of PostgreSQL's and NATS's disks N times each (root)
	@$(BIN)/python -m tests.chaos.power_cut --cuts $(N)

verify-jaeger: $(VENV)/.dev ## See a conversation in a real Jaeger v2, span by span; builds one where Go is
	@$(BIN)/python -m tests.jaeger.verify $(JAEGER)

verify-images: $(VENV)/.dev $(VENV)/.browser ## Make what is in each image, start it and talk to it; no container engine needed
	@$(BIN)/python -m tests.images.verify $(IMAGES)

verify-k8s: $(VENV)/.dev ## Render every overlay of deploy/k8s and have it judged: own rules, schemas, models, checkov
	@$(BIN)/python -m tests.k8s.verify

verify-apiserver: $(VENV)/.dev ## Apply every overlay to a real API server with its admission on; builds one where Go is
	@$(BIN)/python -m tests.k8s.apiserver || test $$? -eq 77

RULES := deploy/observability/prometheus
PROMTOOL := $(or $(TASKFLOW_PROMTOOL),promtool)

verify-rules: ## Check Prometheus' configuration and rules, and have every alert ring; needs promtool
	@command -v $(PROMTOOL) > /dev/null || { echo "No promtool: it comes with Prometheus (prometheus.io/download; on Debian, without root:" \
	  "apt-get download prometheus && dpkg -x prometheus_*.deb DIR). Put it on the PATH, or name it in TASKFLOW_PROMTOOL." >&2; exit 1; }
	@$(PROMTOOL) check config $(RULES)/prometheus.yaml
	@$(PROMTOOL) check rules $(RULES)/cluster/*.yaml
	@$(PROMTOOL) test rules $(RULES)/tests/*.yaml

bench: $(VENV)/.dev ## Measure every hot path beside its floor; writes docs/performance.md (see --help)
	@$(BIN)/python -m benchmarks.run $(BENCH)

OLD ?= HEAD~1
NEW ?= HEAD

compare: $(VENV)/.dev ## What commit NEW costs beside OLD, in rounds that alternate: OLD= NEW= COMPARE="--bound 1.05"
	@$(BIN)/python -m benchmarks.compare $(OLD) $(NEW) $(COMPARE)

format: $(VENV)/.dev ## Format the code and mend what the linter can
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

IMAGE_LOCK := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-annotate --no-header -c requirements.lock

lock: $(VENV)/.dev ## Resolve the dependencies anew into the two lock files, and those of the images
	@printf "hatchling\neditables\n" | $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --extra all pyproject.toml - -o requirements.lock
	@printf "hatchling\neditables\n" | $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --extra all --extra dev -c requirements.lock \
	  pyproject.toml - -o requirements-dev.lock
	@for extra in gateway agent tools scheduler simulators migrate; do $(IMAGE_LOCK) --extra $$extra pyproject.toml \
	  -o deploy/locks/$$extra.lock || exit 1; done
	@echo playwright | $(IMAGE_LOCK) - -o deploy/locks/browser.lock
	@echo hatchling | $(IMAGE_LOCK) - -o deploy/locks/build.lock
	@$(BIN)/python -m tests.asyncapi.parser lock

clean: ## Remove the virtual environment and caches; the data in .taskflow stays
	@rm -rf $(VENV) .pytest_cache .ruff_cache .coverage .coverage.* htmlcov

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk 'BEGIN {FS = ":.*## "} {printf "  make %-16s %s\n", $$1, $$2}'

$(VENV)/.venv:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "TaskFlow needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another with: make run PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: $(VENV)/.venv requirements.lock pyproject.toml
	@echo "Setting up (once, about a minute) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

# Once: what it could not set up, `taskflow doctor` tells and `taskflow browser` tries again.
$(VENV)/.browser: | $(VENV)/.runtime
	@$(BIN)/taskflow browser
	@touch $@

# Where npm cannot be reached it says so, is tried again by the next `make check`, and what needs it is skipped.
$(VENV)/.asyncapi: tests/asyncapi/package-lock.json tests/asyncapi/.npmrc | $(VENV)/.dev
	@$(BIN)/python -m tests.asyncapi.parser && touch $@ || true

.PHONY: run test check attack fuzz chaos chaos-matrix chaos-sends simulate mutants pump measure evaluate power-cut verify-jaeger verify-images verify-k8s verify-apiserver verify-rules bench compare format lock clean help
