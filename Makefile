# Two commands are all a newcomer needs: `make serve` and `make test`. Each sets up its own environment once.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
TORCH := torch==2.13.0

.PHONY: serve test test-browser test-all lint clean

serve: $(VENV)/.serve
	$(BIN)/shouwen serve --port $(PORT)

test: $(VENV)/.dev
	$(BIN)/pytest -m "not slow and not browser"

# Everything about the pages in a real Chromium (apt-get install chromium): several minutes. `make test` runs the most
# important of it, and skips it with a reason where there is no Chromium.
test-browser: $(VENV)/.dev
	$(BIN)/pytest -m "not slow" tests/pages

test-all: $(VENV)/.dev
	$(BIN)/pytest

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

$(VENV)/bin/pip:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip

# torch is named first and exactly, so that pip takes the build that is at hand instead of a larger one.
$(VENV)/.serve: pyproject.toml | $(VENV)/bin/pip
	@echo "Setting up (once, a few minutes) ..."
	$(BIN)/pip install --quiet $(TORCH)
	$(BIN)/pip install --quiet --editable '.[train]'
	@touch $@

$(VENV)/.dev: $(VENV)/.serve
	$(BIN)/pip install --quiet --editable '.[train,dev]'
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info
