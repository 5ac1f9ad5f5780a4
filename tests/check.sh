#!/bin/bash
# check.sh: `make check`. Every step in turn, each in one line with its verdict, count and time; what a failed step
# printed follows it. Goes on after a failure. The last line is `N passed, N failed`; exit status 0 only if none failed.
# check.sh STEP…: only these steps. check.sh --step NAME COMMAND…: one step made of that command.
#
# A check of its own needs no line here: an executable tests/DIR/NAME_check.sh is a step NAME, found by its name. It may
# close with `N passed, N failed`, else its exit status counts as one check. A line `skipped: REASON` is shown. The log of a
# step is build/check/NAME.log.
set -uo pipefail
cd "$(dirname "$0")/.."
logs=build/check; mkdir -p $logs
passed=0 failed=0 broken=()

make=${MAKE:-make}
[[ ${MAKEFLAGS-} == *-j* ]] || make="$make -j$(nproc)"
mk() { $make --no-print-directory "$@"; }

# Sums what a log says of itself: GoogleTest's closing lines, `N passed, N failed`, `N calls, N as expected`.
count() {
  awk '/^\[  PASSED  \] [0-9]+ test/ { p += $4 }
       /^ *[0-9]+ FAILED TESTS?$/    { f += $1 }
       /^[0-9]+ passed, [0-9]+ failed$/ { p += $1; f += $3 }
       /: [0-9]+ (calls|exchanges), [0-9]+ as expected$/ { p += $(NF - 2); f += $(NF - 4) - $(NF - 2) }
       END { print p + 0, f + 0 }' "$1"
}

# step NAME COMMAND…
step() {
  local name=$1 log=$logs/$1.log began=$EPOCHREALTIME status good bad verdict=ok
  shift
  "$@" >"$log" 2>&1 </dev/null; status=$?
  read -r good bad < <(count "$log")
  if [[ $status -ne 0 ]]; then [[ $bad -gt 0 ]] || bad=1;
  elif [[ $((good + bad)) -eq 0 ]] && ! grep -q '^skipped: ' "$log"; then good=1; fi
  [[ $bad -eq 0 ]] || { verdict=FAILED; broken+=("$name"); }
  passed=$((passed + good)) failed=$((failed + bad))
  printf '%-6s  %-22s %6.1f s  %5d passed%s\n' "$verdict" "$name" \
    "$(bc_seconds "$began" "$EPOCHREALTIME")" "$good" "$([[ $bad -eq 0 ]] || echo ", $bad failed")"
  sed -n 's/^skipped: /        | skipped: /p' "$log"
  [[ $verdict == ok ]] || { tail -n 60 "$log" | sed 's/^/        | /'; echo "        the whole log: $log"; }
  [[ $verdict == ok ]]
}
bc_seconds() { awk -v a="$1" -v b="$2" 'BEGIN { print b - a }'; }

# The runner itself: a test that must fail does fail it, and is counted.
runner() {
  local out
  mk build/release/planted-failure || return
  if out=$("$0" --step planted build/release/planted-failure); then echo "a failing test passed: $out"; return 1; fi
  [[ $(tail -n 1 <<<"$out") == '1 passed, 1 failed' ]] || { echo "$out"; return 1; }
  if out=$("$0" --step planted false); then echo "a failing command passed: $out"; return 1; fi
  [[ $(tail -n 1 <<<"$out") == '0 passed, 1 failed' ]] || { echo "$out"; return 1; }
  if out=$("$0" --step planted sh -c 'echo "3 passed, 1 failed"'); then echo "a failing count passed: $out"; return 1; fi
}

finish() {
  [[ ${#broken[@]} -eq 0 ]] || echo "failed: ${broken[*]}"
  echo "$passed passed, $failed failed"
  [[ $failed -eq 0 ]]; exit
}

if [[ ${1-} == --step ]]; then shift; step "$@"; finish; fi
wanted=" $* "
want() { [[ $wanted == '  ' || $wanted == *" $1 "* ]]; }

step deps mk/deps.sh for-check || finish
want layers  && step layers mk layers
want format  && step format mk format-check
step build mk all unit-binaries || finish
want headers && step headers mk headers
want unit    && step unit mk unit
want replay  && step replay mk replay
want runner  && step runner runner
for check in tests/*/*_check.sh tests/*/*/*_check.sh; do
  [[ -x $check ]] || continue
  name=$(basename "$check" _check.sh)
  want "$name" && step "$name" "$check"
done
want srtp_peers && step srtp_peers /usr/bin/python3 tests/interop/srtp_peers.py
want demo       && step demo /usr/bin/python3 tests/interop/demo.py --calls 3
finish
