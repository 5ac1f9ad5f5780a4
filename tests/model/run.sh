#!/bin/bash
# run.sh PROGRAM: MODEL_DIALOGS dialogs from MODEL_SEED on, shared by as many processes as there are cores (or MODEL_JOBS).
# The last line is `N passed, N failed`.
set -uo pipefail
program=$1
total=${MODEL_DIALOGS:-100000} jobs=${MODEL_JOBS:-$(nproc)} seed=${MODEL_SEED:-$(date +%s%N | cut -c 5-16)}
seed=$((10#$seed)) share=$(((total + jobs - 1) / jobs)) passed=0 failed=0
logs=$(mktemp -d) && trap 'rm -rf "$logs"' EXIT

for ((job = 0; job < jobs; job++)); do
  MODEL_SEED=$((seed + job * share)) MODEL_DIALOGS=$share "$program" >"$logs/$job" 2>&1 &
done
wait
for ((job = 0; job < jobs; job++)); do
  # A sanitizer's finding ends a process before it has counted anything.
  last=$(tail -n 1 "$logs/$job")
  if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
    sed '$d' "$logs/$job"
  else
    failed=$((failed + 1))
    tail -n 60 "$logs/$job"
  fi
done
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
