# Real calls between real phones, and other people's SRTP against ours.

PYTHON := /usr/bin/python3
# Quiet, and on all cores unless told otherwise.
BUILD_ALL = $(MAKE) -s --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc)) all

.PHONY: demo demo-stop interop interop-sanitized interop-trixie
demo:  ## calls through Kamailio and the relay, phones and a browser; KEEP=1 leaves them running (ADDRESS=… says where)
	@$(MAKE) --no-print-directory deps DEPS_FOR=demo
	@$(MAKE) --no-print-directory deps DEPS_FOR=browser || echo 'Going on without a browser.'
	@echo 'Building osrtpd and osrtp.so; the first time this takes a few minutes.'
	@$(BUILD_ALL)
	@$(PYTHON) tests/interop/demo.py $(if $(KEEP),--keep $(if $(ADDRESS),--address $(ADDRESS)))

demo-stop:  ## stop what `make demo KEEP=1` left running
	@$(PYTHON) tests/interop/demo.py --stop

interop:  ## the demo, the life of calls, the module under sipp, under load and with browsers, and other SRTP stacks against the relay
	@$(MAKE) --no-print-directory deps DEPS_FOR=check
	@$(BUILD_ALL)
	@tests/interop/lab_check.sh
	@tests/interop/module/module_check.sh
	@$(PYTHON) tests/interop/module/workers.py
	@tests/interop/web/web_check.sh
	@$(PYTHON) tests/interop/srtp_peers.py
	@$(PYTHON) tests/interop/dtls_peers.py
	@$(PYTHON) tests/interop/dialogs.py
	@$(PYTHON) tests/interop/demo.py

interop-sanitized:  ## the tests that talk to a running relay, on builds under the thread and the address sanitizer with four workers
	@$(MAKE) --no-print-directory deps DEPS_FOR=check
	@$(BUILD_ALL)
	@$(MAKE) -s --no-print-directory VARIANT=tsan build/tsan/osrtpd
	@$(MAKE) -s --no-print-directory VARIANT=asan build/asan/osrtpd
	@tests/interop/sanitized.sh tsan
	@tests/interop/sanitized.sh asan

interop-trixie:  ## build, unit tests and calls through the module in a Debian 13 root under build/trixie
	@$(MAKE) --no-print-directory deps DEPS_FOR=root
	@tests/interop/trixie.sh
