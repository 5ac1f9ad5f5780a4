#!/bin/bash
# sanitized.sh VARIANT [CHECK…]: the tests that talk to a running osrtpd, with build/VARIANT/osrtpd in its place, where
# VARIANT is tsan or asan, and with four media workers. Whatever a sanitizer reports fails it, whoever ended the daemon
# and how: a report is a file. Logs and reports are in build/sanitized/VARIANT. Last line: `N passed, N failed`.
set -uo pipefail
cd "$(dirname "$0")/../.."
variant=$1; shift
all=(daemon/daemon network/network dialogs srtp_peers dtls_peers ../bench/load)
[[ $# -gt 0 ]] && all=("$@")
folder=$PWD/build/sanitized/$variant
rm -rf "$folder" && mkdir -p "$folder" && mkdir -m 1777 "$folder/reports" || exit 1  # some osrtpd are not root's

export OSRTPD=$PWD/build/$variant/osrtpd OSRTPD_ARGS='--workers 4'
common="log_path=$folder/reports/report:exitcode=66"
export TSAN_OPTIONS="$common:halt_on_error=0:second_deadlock_stack=1:suppressions=$PWD/tests/support/tsan.supp"
export ASAN_OPTIONS="$common:detect_stack_use_after_return=1:strict_string_checks=1" LSAN_OPTIONS="$common"
export UBSAN_OPTIONS="$common:print_stacktrace=1"
# The thread sanitizer cannot map its shadow where addresses are randomised widely.
fixed=(); [[ $variant == tsan ]] && setarch -R true 2>/dev/null && fixed=(setarch -R)

passed=0 failed=0
verdict() {  # NAME STATUS [FILE]
  if [[ $2 -eq 0 ]]; then passed=$((passed + 1)); echo "ok      $variant: $1"; return; fi
  failed=$((failed + 1)); echo "FAILED  $variant: $1"; tail -n 40 "${3:-/dev/null}" | sed 's/^/        | /'
}
reports() { find "$folder/reports" -type f -size +0; }

# One that must be reported: it ends by signal 11, of which both sanitizers make a report.
"${fixed[@]}" "$OSRTPD" --interface 127.0.0.1 --control "unix:$folder/control.sock" >"$folder/planted.log" 2>&1 & planted=$!
for _ in {1..200}; do [[ -S $folder/control.sock ]] && break; sleep 0.1; done
kill -SEGV $planted; wait $planted 2>/dev/null
[[ $(reports | wc -l) -eq 1 ]]; verdict 'a planted report is seen' $? "$folder/planted.log"
rm -f "$folder"/reports/*

for check in "${all[@]}"; do
  log=$folder/$(basename "$check").log before=$(reports | wc -l)
  timeout 900 "${fixed[@]}" "tests/interop/${check}_check.sh" >"$log" 2>&1 </dev/null; status=$?
  verdict "$check ($(tail -n 1 "$log"))" $status "$log"
  [[ $(reports | wc -l) -eq $before ]]; verdict "$check: nothing reported" $? <(reports | tail -n +$((before + 1)) | xargs head -n 40)
done
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
