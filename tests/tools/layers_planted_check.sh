#!/bin/bash
# Plants one violation of each kind in a tree of its own: mk/layers.sh must name its file and line, and pass the rest.
set -euo pipefail
cd "$(dirname "$0")/../.."
tree=$(mktemp -d); trap 'rm -rf "$tree"' EXIT
passed=0 failed=0

# plant NAME FILE TEXT: with TEXT as line 2 of FILE, layers.sh must end non-zero and name that line first (a folder: line 1).
# pass NAME FILE TEXT: with TEXT as line 2 of FILE, layers.sh must be content.
verdict() { if [[ $2 == yes ]]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $1: ${3:-said nothing}"; fi; }
run() { rm -rf "${tree:?}"/*; mkdir -p "$tree/$(dirname "$1")"; printf '#pragma once\n%s\n' "$2" >"$tree/$1"; mk/layers.sh "$tree" 2>&1; }
plant() {
  local out
  if out=$(run "$2" "$3"); then verdict "$1" no "$out"; return; fi
  if [[ $out == "$2":[12]": "* ]]; then verdict "$1" yes; else verdict "$1" no "$out"; fi
}
pass() { local out; if out=$(run "$2" "$3"); then verdict "$1" yes; else verdict "$1" no "$out"; fi; }

plant 'sdp may not see srtp'                 daemon/sdp/x.hpp       '#include "srtp/context.hpp"'
plant 'srtp may not see rtp'                 daemon/srtp/x.cpp      '#include "rtp/header.hpp"'
plant 'base sees nobody'                     daemon/base/x.hpp      '#include "sdp/text.hpp"'
plant 'io knows no protocol'                 daemon/io/x.cpp        '#include "relay/stream.hpp"'
plant 'the module sees the protocol only'    module/x.cpp           '#include "negotiate/terms.hpp"'
plant 'a folder nobody listed'               daemon/extra/x.hpp     '#include <vector>'
plant 'libsrtp outside srtp'                 daemon/relay/x.cpp     '#include <srtp2/srtp.h>'
plant 'libevent outside io'                  daemon/call/x.cpp      '#include <event2/event.h>'
plant 'jansson outside the codec'            protocol/x.cpp         '#include <jansson.h>'
plant 'sockets in a core'                    daemon/relay/x.cpp     '#  include <sys/socket.h>'
plant 'an include without its folder'        daemon/sdp/x.cpp       '#include "text.hpp"'
plant 'a thread in a core'                   daemon/call/x.cpp      '#include <mutex>'
plant 'a core that reads the clock'          daemon/relay/x.cpp     'auto now = std::chrono::steady_clock::now();'
plant 'a core that reads the wall clock'     daemon/call/x.cpp      'long now = std::time(nullptr);'
plant 'a core that draws randomness'         daemon/negotiate/x.cpp 'RAND_bytes(key, sizeof key);'
plant 'Kamailio seen from C++'               module/x.cpp           '#include "core/sr_module.h"'

pass 'relay sees srtp'                       daemon/relay/x.cpp     '#include "srtp/context.hpp"'
pass 'app sees everything'                   daemon/app/x.cpp       '#include "call/registry.hpp"'
pass 'the shim sees Kamailio'                module/x.c             '#include "core/sr_module.h"'
pass 'io reads the clock'                    daemon/io/x.cpp        'auto now = std::chrono::steady_clock::now();'
pass 'a comment may name a clock'            daemon/call/x.cpp      'int n = 0;  // not steady_clock::now()'
pass 'a name that ends in time'              daemon/call/x.cpp      'void expire() { start_time(nullptr); }'

echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
