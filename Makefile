# Every target works on a fresh machine; the README has the plain pip equivalents.
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 7860
FOLDER ?= briefings

.PHONY: run test check fast soak standalone screenshots clean

run: $(VENV)/run  ## install, index the sample briefings, open the chat
	$(PY) app.py --folder $(FOLDER) --build --port $(PORT)

test: $(VENV)/dev  ## install, then every test: laws, engines, browser
	$(PY) -m pytest

fast: $(VENV)/dev  ## the tests that take seconds
	$(PY) -m pytest -m "not browser and not slow"

soak: $(VENV)/dev  ## kill 200 builders (the tests kill 30), and ask for a minute across rebuilds
	PYTHONPATH=. $(PY) tests/crash.py 200
	SOAK_SECONDS=60 $(PY) -m pytest tests/test_while_asking.py

standalone: $(VENV)/dev  ## dense search, alias and kill -9 on a whole Milvus 2.3.5, cut off from every network
	$(PY) -m pip install --quiet milvus==2.3.5
	unshare --net --map-root-user sh -c 'ip link set lo up && exec $(PY) -m pytest tests/test_standalone.py'

screenshots: $(VENV)/dev  ## take the pictures of the README anew
	$(PY) scripts/screenshots.py

check: $(VENV)/dev  ## what CI checks: lint, format, types, import map, tests
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m pytest

$(VENV)/run: pyproject.toml constraints.txt
	python3 -m venv $(VENV)
	$(PY) -m pip install --quiet -c constraints.txt -e .
	touch $@

$(VENV)/dev: pyproject.toml constraints.txt scripts/browser.sh
	python3 -m venv $(VENV)
	$(PY) -m pip install --quiet -c constraints.txt -e ".[dev,training]"
	sh scripts/browser.sh
	touch $@

clean:
	rm -rf $(VENV) var build dist *.egg-info
