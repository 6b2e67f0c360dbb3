# Two commands on a fresh machine: `make demo` and `make test`. Everything is set up in .venv.
PYTHON ?= python3
BIN := .venv/bin
SHARE ?= 1

.venv/.ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

.PHONY: demo test fuzz hostile live bench lint templates windows clean

demo: .venv/.ready  ## blanks, filled-in forms, scored copies and 汇总.xlsx, in demo-out/
	$(BIN)/perf-xlsx demo -o demo-out

test: .venv/.ready  ## all tests; those with LibreOffice run where it is installed
	$(BIN)/python -m pytest -n auto --dist worksteal

fuzz: .venv/.ready  ## 10,000 damaged workbooks and 2,000 of each other format; those that fail are kept in tests/fuzz_seeds.txt
	$(BIN)/python -m tests.fuzz --keep

hostile: .venv/.ready  ## nasty texts in every place of a form, and small files that are far too much
	$(BIN)/python -m tests.hostile --share $(SHARE)

live: .venv/.ready  ## the template beside the engine: 1,000 forms typed at random and recalculated by LibreOffice
	$(BIN)/python -m tests.live 1000

bench: .venv/.ready  ## ratios measured in one run: one workbook, other formats, many, consolidating 10,000 results, a shared desk
	$(BIN)/python -m benchmarks.one
	$(BIN)/python -m benchmarks.others
	$(BIN)/python -m benchmarks.consolidate
	$(BIN)/python -m benchmarks.letters
	$(BIN)/python -m benchmarks.many
	$(BIN)/python -m benchmarks.desk

lint: .venv/.ready  ## format, lint, strict types (also as Windows has them), import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/windows
	$(BIN)/lint-imports

templates: .venv/.ready  ## regenerate RULES.md, templates/ and examples/ byte for byte
	$(BIN)/python -m perf_xlsx.cli.publish

windows: .venv/.ready  ## dist/perf-xlsx-windows.zip; PYTHON_EMBED=python-3.x.y-embed-amd64.zip puts that Python in, PYTHON_EMBED_SHA256=… checks it
	$(BIN)/python .ci/windows/build.py

clean:
	rm -rf .venv demo-out build dist *.egg-info
