# Real calls between real phones, and other people's SRTP against ours.

.PHONY: demo demo-stop interop demo-check
demo:  ## ten calls through Kamailio and the relay (KEEP=1 leaves them running)
	@$(MAKE) --no-print-directory deps DEPS_FOR=demo
	@$(MAKE) --no-print-directory daemon module
	@/usr/bin/python3 tests/interop/demo.py $(if $(KEEP),--keep $(if $(ADDRESS),--address $(ADDRESS)))

demo-stop:  ## stop what `make demo KEEP=1` left running
	@/usr/bin/python3 tests/interop/demo.py --stop

demo-check: daemon module
	@/usr/bin/python3 tests/interop/demo.py --calls 3
