#!/bin/bash
# What trixie.sh runs in its root once all is built: the unit tests, then calls by sipp through Kamailio, the module and the
# relay. Last line: `N passed, N failed`.
set -uo pipefail
cd "$(dirname "$0")/../.."
log=build/trixie.log; : >$log
timeout 900 make -s unit 2>&1 | tee -a $log
timeout 900 tests/interop/module/module_check.sh 2>&1 | tee -a $log
awk '/^\[  PASSED  \] [0-9]+ test/ { p += $4; steps++ }
     /^ *[0-9]+ FAILED TESTS?$/    { f += $1 }
     /^[0-9]+ passed, [0-9]+ failed$/ { p += $1; f += $3; steps++ }
     # A step that did not come to its end has failed.
     END { if (steps < 2) f += 2 - steps; print p + 0 " passed, " f + 0 " failed"; exit f > 0 }' $log
