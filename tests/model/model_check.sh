#!/bin/bash
# model_check.sh: a step of `make check`: the named dialogs of tests/model/cases, then 3,000 dialogs of a new seed. A failing one is
# printed with the command that replays it. MODEL_SEED, MODEL_DIALOGS: others.
set -uo pipefail
cd "$(dirname "$0")/../.."
make=${MAKE:-make}
$make --no-print-directory build/release/model-test >/dev/null || exit
build/release/model-test tests/model/cases/*.dialog; named=$?
build/release/model-test; seeds=$?
[[ $named -eq 0 && $seeds -eq 0 ]]
