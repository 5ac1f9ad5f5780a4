#!/bin/bash
# check.sh: `make check`. Every step in turn, each in one line with its verdict, count and time; what a failed step
# printed follows it. Goes on after a failure. The last line is `N passed, N failed`; exit status 0 only if none failed.
# check.sh STEP…: only these steps. check.sh --step NAME COMMAND…: one step made of that command.
#
# A check of its own needs no line here: an executable tests/DIR/NAME_check.sh is a step NAME, found by its name. It closes
# with `N passed, N failed`: a step that counts no test has tested nothing and fails, unless it says `skipped: REASON`,
# which is shown. The log is build/check/NAME.log.
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

# step NAME COMMAND…: tests, which say how many they were. act NAME COMMAND…: something whose exit status says it all.
step() { judge counted "$@"; }
act() { judge done "$@"; }
judge() {
  local kind=$1 name=$2 log=$logs/$2.log began=$EPOCHREALTIME status good bad verdict=ok
  shift 2
  "$@" >"$log" 2>&1 </dev/null; status=$?
  read -r good bad < <(count "$log")
  if [[ $status -ne 0 ]]; then
    [[ $bad -gt 0 ]] || bad=1
  elif [[ $((good + bad)) -eq 0 ]] && ! grep -q '^skipped: ' "$log"; then
    if [[ $kind == done ]]; then good=1; else bad=1; echo "no test was counted: nothing has been tested" >>"$log"; fi
  fi
  [[ $bad -eq 0 ]] || { verdict=FAILED; broken+=("$name"); }
  passed=$((passed + good)) failed=$((failed + bad))
  printf '%-6s  %-22s %6.1f s  %5d passed%s\n' "$verdict" "$name" \
    "$(bc_seconds "$began" "$EPOCHREALTIME")" "$good" "$([[ $bad -eq 0 ]] || echo ", $bad failed")"
  sed -n 's/^skipped: /        | skipped: /p' "$log"
  [[ $verdict == ok ]] || { tail -n 60 "$log" | sed 's/^/        | /'; echo "        the whole log: $log"; }
  [[ $verdict == ok ]]
}
bc_seconds() { awk -v a="$1" -v b="$2" 'BEGIN { print b - a }'; }

# The runner itself, in runs of one step each: what must fail does, whatever passed beside it, and all of it is counted.
runner() {
  local good=0 bad=0
  mk build/release/planted-failure || return
  planted() { # SENTENCE LAST-LINE EXIT-STATUS COMMAND…
    local out status
    out=$("$0" --step planted "${@:4}"); status=$?
    if [[ $status -eq $3 && $(tail -n 1 <<<"$out") == "$2" ]]; then good=$((good + 1)); return; fi
    bad=$((bad + 1)); echo "FAILED: $1 (exit status $status)"; echo "$out"
  }
  local tests=build/release/planted-failure
  planted 'a failing test fails, and is counted'         '1 passed, 1 failed' 1 $tests
  planted 'a passing test passes'                        '1 passed, 0 failed' 0 $tests --gtest_filter=Planted.Passes
  planted 'a failing command fails'                      '0 passed, 1 failed' 1 false
  planted 'a failing count fails, whatever its status'   '3 passed, 1 failed' 1 echo '3 passed, 1 failed'
  planted 'a passing count with a failing status fails'  '3 passed, 1 failed' 1 sh -c 'echo "3 passed, 0 failed"; exit 1'
  planted 'a filter that fits no test fails'             '0 passed, 1 failed' 1 $tests --gtest_filter=Planted.Absent
  planted 'a count of nothing fails'                     '0 passed, 1 failed' 1 echo '0 passed, 0 failed'
  planted 'no call at all fails'                         '0 passed, 1 failed' 1 echo 'demo: 0 calls, 0 as expected'
  planted 'a step that counts nothing fails'             '0 passed, 1 failed' 1 echo 'all is well'
  echo "$good passed, $bad failed"
  [[ $bad -eq 0 ]]
}

finish() {
  [[ ${#broken[@]} -eq 0 ]] || echo "failed: ${broken[*]}"
  echo "$passed passed, $failed failed"
  [[ $failed -eq 0 ]]; exit
}

if [[ ${1-} == --step ]]; then shift; step "$@"; finish; fi
wanted=" $* " offered=' deps build '
want() { offered+="$1 "; [[ $wanted == '  ' || $wanted == *" $1 "* ]]; }

act deps mk/deps.sh for-check || finish
want layers  && act layers mk layers
want format  && act format mk format-check
act build mk all unit-binaries || finish
want headers && step headers mk headers
want unit    && step unit mk unit
want replay  && step replay mk replay
want runner  && step runner runner
for check in tests/*/*_check.sh tests/*/*/*_check.sh; do
  [[ -x $check ]] || continue
  name=$(basename "$check" _check.sh)
  want "$name" && step "$name" "$check"
done
for name in $wanted; do [[ $offered == *" $name "* ]] || act "$name" sh -c "echo there is no step of this name; exit 1"; done
finish
