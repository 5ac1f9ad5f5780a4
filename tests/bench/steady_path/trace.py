"""What strace wrote of the one thread of a media worker, and whether it is all that relaying packets needs. Pure."""

import collections
import dataclasses
import re

WAITS = ("epoll_wait", "clock_nanosleep")
NEEDED = ("recvfrom", "sendto", *WAITS)
# `recvfrom(17, ""..., 2048, 0, {…}, [128 => 16]) = 172`, and with a failure `= -1 EAGAIN (Resource …)`.
LINE = re.compile(r"^(\w+)\(([^,)]*).*\)\s+= (-?\d+)(?: (\w+))?")


@dataclasses.dataclass(frozen=True)
class Call:
    """A system call that has ended."""

    name: str
    first: str  # argument
    result: int
    error: str  # "EAGAIN"; empty: none


def calls_in(text: str) -> list[Call]:
    """From behind the first look at the queue to the last call that waits: by both the worker has sent whatever it had
    received before."""
    calls = [Call(found[1], found[2], int(found[3]), found[4] or "") for found in map(LINE.match, text.splitlines()) if found]
    looks = [n for n, call in enumerate(calls) if call.name == "epoll_wait"]
    waits = [n for n, call in enumerate(calls) if call.name in WAITS]
    return calls[looks[0] + 1:waits[-1] + 1] if looks else []


def received(calls: list[Call]) -> int:
    return sum(call.name == "recvfrom" and call.result >= 0 for call in calls)


def complaints(calls: list[Call]) -> list[str]:
    """In what the calls are not those that were needed; empty if they are."""
    counts = collections.Counter(call.name for call in calls)
    packets = received(calls)
    wrong = [f"{count} of {name}" for name, count in counts.items() if name not in NEEDED]
    if counts["sendto"] != packets:
        wrong.append(f"{counts['sendto']} sent of {packets} received")
    if needless := needless_attempts(calls):
        wrong.append(f"{needless} attempts to receive where nothing was announced")
    # A rest is worth it from the second packet on. A look at the queue follows a rest or finds a packet.
    if 2 * counts["clock_nanosleep"] > packets + 2:
        wrong.append(f"{counts['clock_nanosleep']} rests for {packets} packets")
    if counts["epoll_wait"] > packets + counts["clock_nanosleep"] + 1:
        wrong.append(f"{counts['epoll_wait']} looks at the queue for {packets} packets and {counts['clock_nanosleep']} rests")
    return wrong


def needless_attempts(calls: list[Call]) -> int:
    """Attempts that find nothing, but for those at the end of a burst: of a port that has had a packet by now, and by the
    look at the queue before."""
    needless = 0
    look = 0  # the one before the first of the calls; what the one before it found is not known
    served = {}  # by descriptor: the last two looks after which it had something
    for call in calls:
        if call.name == "epoll_wait":
            look += 1
        elif call.name == "recvfrom":
            earlier = served.get(call.first, (-1, -1))
            if call.result >= 0:
                served[call.first] = earlier if earlier[1] == look else (earlier[1], look)
            elif earlier != (look - 1, look):
                needless += 1
    return needless
