#!/bin/bash
# What trixie.sh runs in its root once all is built: the unit tests, then calls by sipp through Kamailio, the module and the
# relay. Last line: `N passed, N failed`.
set -uo pipefail
cd "$(dirname "$0")/../.."
log=build/trixie.log passed=0 failed=0

# A step that ends badly has failed once at least, and so has one that counts no test.
step() {
  local good bad status
  timeout 900 "$@" 2>&1 | tee $log
  status=${PIPESTATUS[0]}
  read -r good bad < <(awk '/^\[  PASSED  \] [0-9]+ test/ { p += $4 }
    /^ *[0-9]+ FAILED TESTS?$/ { f += $1 }
    /^[0-9]+ passed, [0-9]+ failed$/ { p += $1; f += $3 }
    END { print p + 0, f + 0 }' $log)
  if [[ $bad -eq 0 && ($status -ne 0 || $good -eq 0) ]]; then bad=1; fi
  passed=$((passed + good)) failed=$((failed + bad))
}

step make -s unit
step tests/interop/module/module_check.sh
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
