# Two commands: `make demo` shows what Lantern does, `make test` shows that it works.
# Both make their own .venv and need nothing but make and Python 3.11 or 3.12 with venv.

SHELL := /bin/bash
VENV  := .venv
BIN   := $(VENV)/bin
PIP   := $(BIN)/python -m pip --disable-pip-version-check install -c constraints.txt
ROOMS := data persona voice face orchestrator services tests

# OpenCV looks for these when it is imported; a bare server lacks them.
SYSTEM_LIBRARIES := libGL.so.1 libgthread-2.0.so.0
SYSTEM_PACKAGES  := libgl1 libglib2.0-0
# The Chinese label is drawn with a font of the system's; a test of the jobs makes the clock jump; flite is one of the
# sources of speech; the pages are tried in a real browser.
TEST_PACKAGES    := fonts-wqy-microhei libfaketime flite chromium

.PHONY: demo test check bench soak install install-dev system test-system clean

demo: install
	@$(BIN)/lantern demo --out out

test: install-dev test-system
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow and not gpu"

check: install-dev
	@$(BIN)/ruff check $(ROOMS)
	@$(BIN)/ruff format --check $(ROOMS)
	@$(BIN)/mypy

bench: install-dev
	@$(BIN)/python -m pytest tests/bench -o python_files='bench_*.py' --benchmark-enable --benchmark-columns=min,median,max,rounds -s

soak: install-dev test-system
	@$(BIN)/python -m pytest -m slow

install: system $(VENV)/.installed
install-dev: system $(VENV)/.installed-dev

$(VENV)/bin/python:
	@for python in python3.11 python3.12 python3; do \
	  if $$python -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null; \
	  then exec $$python -m venv $(VENV); fi; \
	done; \
	echo "Lantern needs Python 3.11 or 3.12 with venv: sudo apt-get install python3 python3-venv" >&2; exit 3

# Of Resemblyzer the weights alone are used, and what it asks for beside them would need a compiler.
$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Installing Lantern's libraries into $(VENV): 6.6 GB, some minutes, once."
	@$(PIP) $(if $(CI),--quiet) -e .
	@$(PIP) $(if $(CI),--quiet) --no-deps resemblyzer
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@$(PIP) $(if $(CI),--quiet) -e '.[dev]'
	@touch $@

# $(call ensure,test that nothing is missing,apt packages,what to do where they cannot be installed)
define ensure
	@if ! { $(1); }; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(2) >/dev/null; \
	  else echo "$(3): sudo apt-get install $(2)" >&2; $(4); fi; \
	fi
endef

system:
	$(call ensure,for library in $(SYSTEM_LIBRARIES); do /sbin/ldconfig -p | grep -q "$$library" || exit 1; done,$(SYSTEM_PACKAGES),This machine lacks a library that OpenCV needs,exit 3)

test-system:
	$(call ensure,ls /usr/lib/*/faketime >/dev/null 2>&1 && command -v flite >/dev/null && command -v chromium >/dev/null && { ls /usr/share/fonts/truetype/wqy /usr/share/fonts/opentype/noto >/dev/null 2>&1 || fc-list :lang=zh 2>/dev/null | grep -q .; },$(TEST_PACKAGES),A Chinese font or libfaketime or flite or Chromium is missing so some tests will be skipped,true)

clean:
	@rm -rf $(VENV) out build *.egg-info .mypy_cache .ruff_cache .pytest_cache
