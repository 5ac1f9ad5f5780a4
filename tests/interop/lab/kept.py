"""Relay, proxy and four phones left running on the machine's own address, for one's own phone to call."""

import os
import pathlib
import shutil
import signal
import socket
import time

from lab import processes
from lab.baresip import MEDIAENC, Line, Phone
from lab.proxy import PORTS
from lab.stand import Stand

DIRECTORY = pathlib.Path("build/keep")
RUNNING = DIRECTORY / "running"  # PID START-TIME, a line each
TONE = 1000

HELP = """
Left running: osrtpd, Kamailio and four phones that answer by themselves and play {tone} Hz.

  Point your phone at  {address}, TLS port {tls} (or UDP port {udp}: media then stays plain); any user, no password.
  A browser phone's    wss://{address}:{tls}, or ws://{address}:{ws} from a page on this machine.
  Accept the certificate {certificate}.
  Media uses UDP ports 20000-20999 of {address}.
  Call                 {users}
  The relay's view     {log}
  Stop it all          make demo-stop
"""


def own_address() -> str:
    """The address this machine uses towards others; no packet is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1, RFC 5737
            return probe.getsockname()[0]
        except OSError:
            return "127.0.0.1"


def start(address: str | None) -> int:
    """Replaces what an earlier run left. 0 when all phones are registered; else everything is stopped again."""
    if RUNNING.exists():
        stop()
    address = address or own_address()
    stand = Stand(DIRECTORY, address, address, "kamailio-webrtc.cfg")
    try:
        stand.start(detached=True)
        for number, mode in enumerate(MEDIAENC):
            _answering(stand, Line(mode, mode, "tls", TONE, number, address))
    except BaseException:
        stand.stop()
        raise
    RUNNING.write_text("".join(f"{pid} {processes.started_at(pid)}\n" for pid in stand.owner.pids())
                       + f"{stand.sockets}\n")
    users = ", ".join(f"sip:{mode}@{stand.proxy.at('tls')}" for mode in MEDIAENC)
    print(HELP.format(address=address, tls=PORTS["tls"], udp=PORTS["udp"], ws=PORTS["ws"], users=users, tone=TONE,
                      certificate=DIRECTORY / "certificate.pem", log=DIRECTORY / "osrtpd.log"))
    return 0


def _answering(stand: Stand, line: Line) -> None:
    phone = Phone(line, stand.directory / line.user)
    phone.launch(stand.owner, stand.certificate, detached=True, account=phone.account(stand.proxy.at("tls")))
    deadline = time.monotonic() + 10
    while "200 OK (" not in phone.log.read_text(errors="replace"):
        stand.owner.check()
        if time.monotonic() > deadline:
            raise processes.Died(f"the phone {line.user} is not registered; see {phone.log}")
        time.sleep(0.1)


def stop() -> int:
    """Ends exactly the processes that `start` left, and no later ones with their ids."""
    if not RUNNING.exists():
        print("demo: nothing was left running")
        return 0
    *recorded, sockets = RUNNING.read_text().splitlines()
    alive = [int(pid) for pid, begun in map(str.split, reversed(recorded)) if processes.started_at(int(pid)) == begun]
    for pid in alive:
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + 5
    while any(processes.started_at(pid) for pid in alive) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in alive:
        processes.kill_group(pid)
    shutil.rmtree(sockets, ignore_errors=True)
    RUNNING.unlink()
    print(f"demo: stopped {len(alive)} processes")
    return 0
