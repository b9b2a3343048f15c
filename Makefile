# Everything runs from here; `make` and `python3` are all a machine needs. See docs/local.md for what can be set.
#
#   make up        start the whole stack on this machine      SEARCH=opensearch make up: on OpenSearch itself
#   make status    what runs, lags and waits for somebody     make down: stop what was started; the archive stays
#   make reset     stop, and empty everything                 make load: 2,000 deliveries within a minute
#   make test      every check and test                       make check: linters and types only
#   make bench     speed of the archive path                  make synth: production's templates, without credentials

PYTHON ?= python3
RUN := .venv/bin/python

export SEARCH QUIRE_PORT QUIRE_SEARCH_PORT QUIRE_PLATFORM_PORT QUIRE_STATE_DIR

.PHONY: up down reset status load test check bench synth toolchain

up: toolchain
	@$(RUN) -m infra.local up

down: toolchain
	@$(RUN) -m infra.local down

reset: toolchain
	@$(RUN) -m infra.local reset

status: toolchain
	@$(RUN) -m infra.local status

load: toolchain
	@$(RUN) -m infra.local load

test: toolchain
	@$(RUN) -m infra.local.suite

check: toolchain
	@$(RUN) -m infra.local.suite --only check

bench: toolchain
	@$(RUN) -m bench

synth: toolchain
	@$(RUN) -m infra.local synth

toolchain:
	@$(PYTHON) infra/local/toolchain.py
