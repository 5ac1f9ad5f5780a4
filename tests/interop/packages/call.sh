#!/bin/bash
# Runs in the root that the packages were installed in, in a network of its own: starts what they brought and calls.
set -uo pipefail
cd /test
passed=0 failed=0
check() { # SENTENCE COMMAND…
  local sentence=$1; shift
  if "$@" >>checks.log 2>&1; then passed=$((passed + 1)); echo "ok      $sentence"
  else failed=$((failed + 1)); echo "FAILED  $sentence"; fi
}
within() { local i; for ((i = 0; i < $1 * 10; ++i)); do "${@:2}" >/dev/null 2>&1 && return; sleep 0.1; done; "${@:2}"; }
says() { grep -qE -- "$1" "$2"; }

modules=$(kamailio -I | sed -n 's/.*paths to modules: //p')
check "the module is where Kamailio looks for it"         test -f "$modules/osrtp.so"
check "Kamailio's user is in the group of the relay"      says "^osrtp:.*[:,]kamailio(,|$)" /etc/group
check "the unit is one systemd can read"                  systemd-analyze verify --man=no /lib/systemd/system/osrtpd.service
check "the unit leaves little to attack"                  systemd-analyze security --offline=true --threshold=20 /lib/systemd/system/osrtpd.service

# As the unit does it: a user of its own, the group osrtp, no capabilities, a directory that only these two enter.
install -d -m 0750 -o 64999 -g osrtp /run/osrtpd
(umask 0077; exec setpriv --reuid 64999 --regid osrtp --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs \
  /usr/sbin/osrtpd --config /etc/osrtpd/osrtpd.toml --interface 127.0.0.1) >osrtpd.log 2>&1 &
osrtpd=$!
check "osrtpd starts with its default configuration"      within 10 test -S /run/osrtpd/control.sock
check "its socket is for the group, and nobody else"      test "$(stat -c '%a %G' /run/osrtpd/control.sock)" = "660 osrtp"
check "osrtpctl reaches it"                               osrtpctl ping
check "a stranger does not"                               sh -c '! setpriv --reuid nobody --regid nogroup --clear-groups osrtpctl ping'

# The example configuration, as its first lines tell to install it.
cp /usr/share/doc/kamailio-osrtp-modules/examples/kamailio.cfg /usr/share/doc/kamailio-osrtp-modules/examples/tls.cfg /etc/kamailio/
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -keyout /etc/kamailio/tls.key -out /etc/kamailio/tls.crt 2>checks.log
chown kamailio: /etc/kamailio/tls.key
install -d -o kamailio -g kamailio /run/kamailio
check "Kamailio accepts the example configuration"        kamailio -c -f /etc/kamailio/kamailio.cfg
kamailio -DD -E -f /etc/kamailio/kamailio.cfg -u kamailio -g kamailio -P /run/kamailio/kamailio.pid >kamailio.log 2>&1 &
proxy=$!
sipp_here() { timeout 20 sipp 127.0.0.1:5060 -i 127.0.0.1 -m 1 -nostdin "$@" </dev/null; }
check "the callee registers"                              within 3 sipp_here -sf register.xml -p 5070
sipp_here -sf callee.xml -p 5070 -trace_msg -message_file callee.log >callee-sipp.log 2>&1 &
callee=$!
sleep 0.5
sipp_here -sf caller.xml -p 5072 -cid_str packages-%u-%p@%s -trace_msg -message_file caller.log >caller-sipp.log 2>&1 &
caller=$!
calls() { osrtpctl list; }
check "the call is known to the relay while it lasts"     within 3 sh -c 'osrtpctl list | grep -q packages-'
check "the caller is content"                             wait $caller
check "the callee is content"                             wait $callee
media() { sed -nE "s/^m=audio ([0-9]+) .*/\1/p" "$1" | tr -d '\r' | sort -u; }
check "the callee was given a port of the relay"          sh -c "! grep -q '^m=audio 40000' callee.log && grep -q '^m=audio' callee.log"
check "the caller was given a port of the relay"          says '^m=audio ([0-9]{5}) ' caller.log
check "no key left over clear signalling"                 sh -c '! grep -q ^a=crypto callee.log'
check "nothing is left of the call"                       sh -c '! osrtpctl list | grep -q packages-'
check "the relay's log says why the call was plain"       says 'signalling-clear' osrtpd.log
kill $proxy; wait $proxy
kill $osrtpd
check "osrtpd ends well when told to"                     wait $osrtpd
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
