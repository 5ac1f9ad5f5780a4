"""Which osrtpd the tests start: build/osrtpd, or what OSRTPD names; with the flags of OSRTPD_ARGS besides."""

import os
import pathlib

PROGRAM = pathlib.Path(os.environ.get("OSRTPD", pathlib.Path(__file__).resolve().parents[3] / "build" / "osrtpd")).absolute()
FLAGS = tuple(os.environ.get("OSRTPD_ARGS", "").split())
