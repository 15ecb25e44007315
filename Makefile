# marrowgate: `make demo` and `make test` need only Python 3.11 to 3.13, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
CORES ?= $(shell nproc 2>/dev/null || echo 2)
FUZZ_SECONDS ?= 600
SOAK_SECONDS ?= 36000
NULL_COHORTS ?= 2000
FAIR_COHORTS ?= 1000
EFFECT_COHORTS ?= 200
COUNT_COHORTS ?= 1000
PLAN_SAMPLES ?= 250 1000
RERUN_SAMPLES ?= 100
COLLECT_SAMPLES ?= 200 400 1600
WHOLE_SAMPLES ?= 16
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed

export PATH := $(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# compiled once, not at each of the thousand starts of a run
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help env env-dev demo first-ten-minutes test axe test-lowest cluster coverage lint types format docs bench bench-hot bench-growth bench-cost fuzz soak sbom accuracy accuracy-real accuracy-signal accuracy-cohort pictures lock clean

help:
	@echo "make demo    environment, demo cohort, whole workflow; ends by printing where the report is"
	@echo "make test    environment, all tests"
	@echo "make axe     what the tests of the report in a browser need beside Debian's chromium, chromium-driver and poppler-utils"
	@echo "make test-3.11  (3.12, 3.13) all tests on another Python"
	@echo "make test-lowest  all tests with the lowest allowed version of every library (needs uv)"
	@echo "make cluster  runs on a real Slurm of four nodes on this machine; MARROWGATE_SLURM names the folder of its scripts (as root)"
	@echo "make coverage  all tests, and what they run of the library, into results/coverage"
	@echo "make lint    ruff, snakefmt, codespell and snakemake --lint"
	@echo "make types   mypy, of the library and of the tests"
	@echo "make bench   speed and memory, into results/benchmarks; PLAN_SAMPLES, RERUN_SAMPLES, COLLECT_SAMPLES and WHOLE_SAMPLES are sizes"
	@echo "make bench-hot  of these, one tube through the gates beside FlowKit"
	@echo "make bench-growth  a sample by its events, planning and collecting by the samples, up to 10,000: table and plot (a quarter of an hour)"
	@echo "make bench-cost  where the core-seconds of a further sample go, as the difference of runs of 8 and of 40 samples"
	@echo "make accuracy  figures against simulated truth, into results/accuracy and docs/accuracy*.md (half an hour)"
	@echo "make accuracy-real  docs/accuracy_real.md: real files through try, with pictures (1 minute)"
	@echo "make accuracy-signal  figures of docs/methods_signal.md (2 minutes); MARROWGATE_REAL_DATA names the real files"
	@echo "make accuracy-cohort  false positives and power of the comparison (an hour); stopped, it goes on where it was"
	@echo "make pictures  the pictures of the docs"
	@echo "make soak    damaged files and settings, killed steps and runs, full disks for SOAK_SECONDS=36000; MARROWGATE_REAL_DATA names real files, MARROWGATE_SLURM the scripts that start a Slurm (lost nodes)"
	@echo "make sbom    bill of materials of the locked dependencies (CycloneDX), into results/sbom.cdx.json"
	@echo "make fuzz    coverage-guided fuzzing of the FCS reader, FUZZ_SECONDS=600"
	@echo "make docs    write the generated parts of config/README.md and docs/columns.md, and config/schemas"
	@echo "make format  rewrite the code in the project's format"
	@echo "make lock    write requirements*.lock anew (needs uv)"

env: $(RUNTIME)

env-dev: $(DEV)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
		|| { echo "marrowgate needs Python 3.11, 3.12 or 3.13; name one with: make PYTHON=python3.11 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

$(RUNTIME): requirements.lock pyproject.toml | $(VENV)/bin/python
	@rm -f $(DEV)
	$(BIN)/python -m pip install -q --no-compile --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --no-deps -e .
# on all cores, where pip would take one; templates that are no Python are passed over
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib >/dev/null || true
	@touch $@

$(DEV): requirements-dev.lock $(RUNTIME)
	$(BIN)/python -m pip install -q --no-compile --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(RUNTIME)
	snakemake --cores $(CORES)
	@echo "The report is $(CURDIR)/results/report.html"

# rules of accessibility for the tests of the report; its version and digest stand in package-lock.json
axe: tests/browser/node_modules/.package-lock.json

tests/browser/node_modules/.package-lock.json: tests/browser/package.json tests/browser/package-lock.json
	npm ci --prefix tests/browser --ignore-scripts --no-audit --no-fund
	@touch $@

test: $(DEV)
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-3.%:
	@python3.$* -c pass 2>/dev/null || { echo "Python 3.$* is not installed here"; exit 1; }
	$(MAKE) test PYTHON=python3.$* VENV=.venv-3.$*

test-lowest:
	@command -v uv >/dev/null || { echo "uv is not installed here: pip install uv"; exit 1; }
	uv venv -q --clear --python 3.11 .venv-lowest
	uv pip install -q --python .venv-lowest/bin/python --resolution lowest-direct --group dev -e .
	PATH="$(CURDIR)/.venv-lowest/bin:$$PATH" .venv-lowest/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

cluster: $(DEV)
	$(BIN)/python -m pytest tests/cluster

coverage: $(DEV)
	@mkdir -p results/coverage
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --cov --cov-report=term:skip-covered --cov-report=html:results/coverage

lint: $(DEV)
	ruff check workflow tests
	ruff format --check workflow tests
	snakefmt --check Snakefile workflow/rules
	codespell
	snakemake --lint

types: $(DEV)
	mypy
	mypy --config-file tests/mypy.ini

format: $(DEV)
	ruff check --fix workflow tests
	ruff format workflow tests
	snakefmt Snakefile workflow/rules

bench-hot: export OMP_NUM_THREADS = 1
bench-hot: export OPENBLAS_NUM_THREADS = 1
bench-hot: $(DEV)
	$(BIN)/python tests/benchmarks/bench_hot.py --out results/benchmarks/hot_path.tsv

bench-growth: export OMP_NUM_THREADS = 1
bench-growth: export OPENBLAS_NUM_THREADS = 1
bench-growth: $(DEV)
	$(BIN)/python tests/benchmarks/bench_growth.py

bench-cost: $(DEV)
	$(BIN)/python tests/benchmarks/bench_cost.py

accuracy-real: $(DEV)
	$(BIN)/python tests/accuracy/real_files.py

accuracy: export OMP_NUM_THREADS = 1
accuracy: export OPENBLAS_NUM_THREADS = 1
accuracy: export PYTHONPATH = tests
accuracy: $(DEV)
	$(BIN)/python -m accuracy --out results/accuracy --docs docs/accuracy.md --cores $(CORES)
	$(BIN)/python -m accuracy.instruments_page --docs docs/accuracy_instruments.md --cores $(CORES)

accuracy-signal: export OMP_NUM_THREADS = 1
accuracy-signal: export OPENBLAS_NUM_THREADS = 1
accuracy-signal: export PYTHONPATH = tests
accuracy-signal: $(DEV)
	$(BIN)/python -m accuracy.signal_run --cores $(CORES) $(if $(MARROWGATE_REAL_DATA),--real-data $(MARROWGATE_REAL_DATA))

accuracy-cohort: export OPENBLAS_NUM_THREADS = 1
accuracy-cohort: export PYTHONPATH = tests
accuracy-cohort: $(DEV)
	$(BIN)/python -m accuracy.count_comparison --cohorts $(COUNT_COHORTS) --cores $(CORES) --docs docs/methods_cohort.md
	$(BIN)/python -m accuracy.count_strangers --cohorts $(COUNT_COHORTS) --cores $(CORES)
	$(BIN)/python -m accuracy.cohort_size --scenario null --cohorts $(NULL_COHORTS) --cores $(CORES)
	$(BIN)/python -m accuracy.cohort_size --scenario moving_batches --cohorts $(NULL_COHORTS) --cores $(CORES)
	$(BIN)/python -m accuracy.cohort_size --scenario fair_null --cohorts $(FAIR_COHORTS) --cores $(CORES)
	$(BIN)/python -m accuracy.cohort_published --cohorts $(EFFECT_COHORTS)
	$(BIN)/python -m accuracy.cohort_correlation --cohorts $(EFFECT_COHORTS)

pictures: export PYTHONPATH = tests
pictures: $(DEV)
	$(BIN)/python tests/accuracy/likeness.py
	$(BIN)/python tests/accuracy/strategy_pictures.py
	$(BIN)/python tests/accuracy/disease_pictures.py
	$(BIN)/python tests/accuracy/regating_picture.py

first-ten-minutes: $(DEV)
	$(BIN)/python tests/first_ten_minutes.py $${MARROWGATE_REAL_DATA:-../shared/data}

docs: $(RUNTIME)
	$(BIN)/python -m marrowgate.settings.documents.manual config/README.md docs/columns.md
	$(BIN)/python -m marrowgate.settings.documents.schemas config/schemas

bench: $(DEV) bench-hot
	$(BIN)/python tests/benchmarks/bench_fcs.py --out results/benchmarks/fcs_read.tsv
	$(BIN)/python tests/benchmarks/bench_simulate.py
	$(BIN)/python tests/benchmarks/bench_pictures.py
	$(BIN)/python tests/benchmarks/bench_sample.py
	$(BIN)/python tests/benchmarks/bench_plan.py --samples $(PLAN_SAMPLES)
	$(BIN)/python tests/benchmarks/bench_rerun.py --samples $(RERUN_SAMPLES)
	$(BIN)/python tests/benchmarks/bench_collect.py --samples $(COLLECT_SAMPLES)
	$(BIN)/python tests/benchmarks/bench_whole.py --samples $(WHOLE_SAMPLES)

soak: export PYTHONPATH = tests
soak: $(DEV)
	$(BIN)/python tests/fuzz/soak.py --seconds $(SOAK_SECONDS) \
		$(if $(MARROWGATE_REAL_DATA),--fcs $(MARROWGATE_REAL_DATA)/timecourse/D0.fcs) \
		$(if $(MARROWGATE_SLURM),--slurm $(MARROWGATE_SLURM))

sbom: $(RUNTIME)
	@$(BIN)/python -m venv $(VENV)/sbom
	$(VENV)/sbom/bin/python -m pip install -q cyclonedx-bom==7.5.0
	mkdir -p results
	$(VENV)/sbom/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml \
		--mc-type application --output-reproducible -o results/sbom.cdx.json

fuzz: $(DEV)
	$(BIN)/python -m pip install -q --require-hashes -r requirements-fuzz.lock
	$(BIN)/python tests/fuzz/fuzz_fcs.py -max_total_time=$(FUZZ_SECONDS)

lock:
	uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml -o requirements.lock
	uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 --group fuzz -o requirements-fuzz.lock

clean:
	rm -rf results/* data/study data/links .snakemake
