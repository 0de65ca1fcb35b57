# Everything runs in .venv, which scripts/bootstrap.sh makes the first time and leaves alone after that.
# Make 3.81 (macOS) is enough.

python = .venv/bin/python

.PHONY: help run doctor test test-torch cosyvoice bench report lint clean

help:
	@echo 'make run         talk to the agent; make run ARGS="--help" shows its options'
	@echo 'make doctor      measure what this machine can do, and recommend settings'
	@echo 'make test        run the tests; make test ARGS="test/vad -x" runs some of them'
	@echo 'make test-torch  run the tests that need torch, in an environment of their own'
	@echo 'make cosyvoice   set up CosyVoice for MLX (a Mac with Apple Silicon)'
	@echo 'make bench       run the benchmarks, short; tables, JSON and plots go to runs/bench'
	@echo 'make report      run the benchmarks and write docs/final_test_report.md'
	@echo 'make lint        ruff and mypy'
	@echo 'make clean       remove what these commands made, but not the recordings in runs'
	@echo
	@echo 'PYTHON=/path/to/python3.13   chooses the interpreter (3.11 to 3.13)'
	@echo 'EXTRAS="espeak"              installs more engines (the extras of pyproject.toml)'

run:
	@scripts/bootstrap.sh run
	@$(python) ten_stream_omni_app.py $(ARGS)

doctor:
	@scripts/bootstrap.sh run
	@$(python) ten_stream_omni_app.py --doctor $(ARGS)

test:
	@scripts/bootstrap.sh test
	$(python) -m pytest $(ARGS)

test-torch:
	@scripts/other_environment.sh torch
	.venv-torch/bin/python -m pytest test/with_torch $(ARGS)

cosyvoice:
	@scripts/other_environment.sh cosyvoice

bench:
	@scripts/bootstrap.sh bench
	@mkdir -p runs/bench
	@for benchmark in test/benchmark_*.py; do \
		result=runs/bench/$$(basename "$$benchmark" .py); \
		echo "$$benchmark -> $$result.json, $$result.png"; \
		$(python) "$$benchmark" --quick --json "$$result.json" --plot "$$result.png" || exit 1; \
	done

report:
	@scripts/bootstrap.sh bench
	$(python) test/final_test_report.py $(ARGS)

lint:
	@scripts/bootstrap.sh lint
	$(python) -m ruff check .
	$(python) -m ruff format --check .
	$(python) -m mypy

clean:
	rm -rf .venv .venv-cosyvoice .venv-torch .tools .cache .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
