# Real calls between real phones, and other people's SRTP against ours.

PYTHON := /usr/bin/python3

.PHONY: demo demo-stop interop
demo:  ## ten calls through Kamailio and the relay; KEEP=1 leaves them running (ADDRESS=… says where)
	@$(MAKE) --no-print-directory deps DEPS_FOR=demo
	@$(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc)) all
	@$(PYTHON) tests/interop/demo.py $(if $(KEEP),--keep $(if $(ADDRESS),--address $(ADDRESS)))

demo-stop:  ## stop what `make demo KEEP=1` left running
	@$(PYTHON) tests/interop/demo.py --stop

interop:  ## the demo, and GStreamer, pylibsrtp and ffmpeg against the relay
	@$(MAKE) --no-print-directory deps DEPS_FOR=check
	@$(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc)) all
	@tests/interop/lab_check.sh
	@$(PYTHON) tests/interop/srtp_peers.py
	@$(PYTHON) tests/interop/demo.py
