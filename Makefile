# Everything runs in .venv, which scripts/bootstrap.sh makes the first time and leaves alone after that.
# Make 3.81 (macOS) is enough.

PYTHON_IN_VENV = .venv/bin/python

.PHONY: help run test bench lint clean

help:
	@echo "make run                talk to the agent (make run ARGS=\"--help\" for the options)"
	@echo "make test               run the tests (make test ARGS=\"test/vad -x\" for some of them)"
	@echo "make bench              run the benchmarks, short; tables, JSON and plots go to runs/bench"
	@echo "make lint               ruff and mypy"
	@echo "make clean              remove what these commands made, but not the recordings in runs"
	@echo "PYTHON=/path/to/python  chooses the interpreter (3.11 to 3.13) of the environment"

run:
	@scripts/bootstrap.sh run
	@$(PYTHON_IN_VENV) ten_stream_omni_app.py $(ARGS)

test:
	@scripts/bootstrap.sh test
	$(PYTHON_IN_VENV) -m pytest $(ARGS)

bench:
	@scripts/bootstrap.sh bench
	@for benchmark in test/benchmark_*.py; do \
		echo "$$benchmark"; \
		$(PYTHON_IN_VENV) "$$benchmark" --quick --out runs/bench || exit 1; \
	done

lint:
	@scripts/bootstrap.sh lint
	$(PYTHON_IN_VENV) -m ruff check .
	$(PYTHON_IN_VENV) -m ruff format --check .
	$(PYTHON_IN_VENV) -m mypy

clean:
	rm -rf .venv .tools .cache .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
