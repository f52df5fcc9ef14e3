# The two commands are `make run` and `make test`; `make` alone lists the rest, from the remarks beside the targets.
# Everything a target needs is installed before it runs: see setup/prepare.py.

PYTHON ?= python3
BIN    ?= .venv/bin
# How to get ready; tox brings its own environment and says READY=:
READY  ?= $(PYTHON) setup/prepare.py

TRIAL  = $(BIN)/trial --temp-directory=build/trial/$@
# Three kinds of test: those that need Qt's reactor, those that start processes, and the units, which are the rest.
QT_FOLDERS    = tests/imqt tests/imclient/qt tests/imserver/window
FIND          = $(sort $(shell find $(1) -name 'test_*.py' 2>/dev/null))
WINDOW_TESTS  = $(call FIND,$(QT_FOLDERS))
PROCESS_TESTS = $(call FIND,tests/end_to_end)
UNIT_TESTS    = $(filter-out $(WINDOW_TESTS) $(PROCESS_TESTS),$(call FIND,tests))
# Without -noreset it begins anew whenever the last window goes, and whoever comes just then finds no screen.
SCREEN        = xvfb-run -a -s '-screen 0 1600x900x24 -dpi 96 -nolisten tcp -noreset'

# Every warning is shown, but for one of Twisted's about pyOpenSSL that we cannot mend.
export PYTHONWARNINGS = default,ignore:Passing pyOpenSSL

.PHONY: help run test lint spec format print-spec print-log unit windows-test end-to-end prove prove-ci words pictures bundle bench bench-check \
        clean ready ready-to-test
.NOTPARALLEL:

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: ready ## a server and two windows side by side, on this machine alone
	@$(BIN)/python examples/side_by_side.py

test: lint spec unit windows-test end-to-end ## all the checks below, some minutes

lint: ready-to-test ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --explicit-package-bases setup examples bench

spec: ready-to-test ## does protocol_spec.md say what improtocol declares?
	$(BIN)/python -m improtocol.reference --check protocol_spec.md

format: ready-to-test ## lay the sources out as lint wants them
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

print-spec: ready-to-test ## print the tables of protocol_spec.md anew
	$(BIN)/python -m improtocol.reference --write protocol_spec.md

print-log: ready-to-test ## print the tables of docs/server-log.md anew
	$(BIN)/python -m imserver.log_vocabulary --write docs/server-log.md

unit: ready-to-test ## the tests that need neither a window nor another process
	@mkdir -p build/trial
	$(TRIAL) -j2 $(UNIT_TESTS)

# What is typed and read in them is English, whoever runs them.
unit windows-test end-to-end prove prove-ci: export LANGUAGE = en
windows-test: export QT_QPA_PLATFORM = offscreen
windows-test: ready-to-test ## the tests of the windows, without a screen
	@mkdir -p build/trial
	$(TRIAL) --reactor imqt $(WINDOW_TESTS)

end-to-end: ready-to-test ## real servers and real windows on a screen of their own
	@mkdir -p build/trial
	$(if $(PROCESS_TESTS),$(SCREEN) $(TRIAL) $(PROCESS_TESTS),@echo "there is no end-to-end test yet")

prove: ready-to-test ## the server killed again and again, and what else is promised: twenty minutes; keeps evidence
	$(BIN)/python -m bench.prove

prove-ci: ready-to-test ## the same in five minutes
	$(BIN)/python -m bench.prove --quick

words: ready-to-test ## compile what the client says in other languages
	$(BIN)/python packaging/words.py

pictures: ready-to-test ## the pictures in docs/pictures, drawn anew
	$(SCREEN) $(BIN)/python -m examples.picture
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m examples.server_picture
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m examples.server_picture docs/pictures/server-window-dark.png dark
	$(SCREEN) $(BIN)/python -m examples.gallery window-receipts --shot docs/pictures/receipts.png
	$(SCREEN) $(BIN)/python -m examples.gallery window-wire --dark --shot docs/pictures/wire-dark.png
	$(SCREEN) $(BIN)/python -m examples.gallery start-stranger --size 1000x720 --shot docs/pictures/first-contact.png

bundle: ready-to-test ## the desktop client in a folder that runs where no Python is, by PyInstaller
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[bundle,keyring,spell]"
	$(BIN)/python packaging/bundle.py

bench: ready-to-test ## what the server costs, some minutes; needs a C compiler; keeps evidence and a table in bench/README.md
	$(BIN)/python -m bench.figures --keep

bench-check: ready-to-test ## ratios that must hold on any machine
	$(BIN)/python -m bench.ratios

clean: ## take away what was made here, but for .venv
	rm -rf build dist _trial_temp* .mypy_cache .ruff_cache .hypothesis .tox twisted/plugins/dropin.cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

ready:
	@$(READY) run

ready-to-test:
	@$(READY) test
