#!/bin/bash
# Runs as a service of the root that the packages were installed in, after it has booted: the units as they were shipped,
# calls, an upgrade, and what is left after removal.
set -uo pipefail
source /test/checks.sh
check_installation

property() { systemctl show -P "$1" "$2"; }
pid() { property MainPID osrtpd; }
status_of() { says "^$1:[[:space:]]+$2" "/proc/$(pid)/status"; }
check "osrtpd has started with the system"                 within 15 systemctl is-active osrtpd
check_socket
# The range that systemd takes such users from: 61184 to 65519.
check "it runs as a user made for it"                      status_of Uid '6[1-5][0-9]{3}[[:space:]]'
powerless() { status_of CapBnd '0+$' && status_of CapPrm '0+$' && status_of NoNewPrivs 1; }
check "it has no capabilities and cannot get any"          powerless
check "its system calls are filtered"                      status_of Seccomp 2
check "nothing it says is a complaint"                     sh -c '! journalctl -u osrtpd -p warning -o cat | grep .'

install_example
check "Kamailio starts with it as a service"               systemctl restart kamailio
check "it runs as its own user"                            test "$(ps -o user= -p "$(property MainPID kamailio)")" = kamailio
check_calls
check "osrtpd has not been restarted meanwhile"            test "$(property NRestarts osrtpd)" = 0
journalctl -u osrtpd -o cat >osrtpd.log; journalctl -u kamailio -o cat >kamailio.log
check "its journal says how the calls were protected"      says 'srtp-sdes' osrtpd.log

restarted() { [[ $(property NRestarts osrtpd) -ge 1 ]] && osrtpctl ping; }
kill -STOP "$(pid)"
check "the watchdog replaces an osrtpd that hangs"         within 40 restarted

systemctl stop osrtpd
check "it ends well when told to"                          test "$(property Result osrtpd)" = success
check "its socket goes with it"                            test ! -e $socket
check "it starts again"                                    systemctl start osrtpd

before=$(pid)
check_upgrade
another() { osrtpctl ping && [[ $(pid) -ne $before ]]; }
check "an upgrade starts the new osrtpd"                   within 10 another
check_removal
check "osrtpd has ended"                                   sh -c '! systemctl is-active osrtpd'
finish
