"""Traces with something wrong in them, to show that trace.py notices it."""

import trace

LOOK = "epoll_wait(3, [...], 1024, 0) = 1\n"
REST = "clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, {tv_sec=1, tv_nsec=2}, NULL) = 0\n"
GOT = 'recvfrom(17, ""..., 65535, 0, {sa_family=AF_INET, sin_port=htons(9000)}, [128 => 16]) = 172\n'
NOTHING = "recvfrom(17, 0x7f00, 65535, 0, 0x7f10, [128]) = -1 EAGAIN (Resource temporarily unavailable)\n"
SENT = 'sendto(18, ""..., 172, 0, {sa_family=AF_INET, sin_port=htons(9001)}, 16) = 172\n'
TURN = LOOK + GOT + SENT
RIGHT = LOOK + TURN + TURN + REST + TURN + TURN + REST
# What is wrong, the trace, and the word that tells of it; none where nothing is wrong.
CASES = (
    ("nothing", RIGHT, ""),
    ("nothing at the end of a burst", TURN + LOOK + GOT + GOT + NOTHING + SENT + SENT + TURN + REST, ""),
    ("nothing at the end of a burst that began before", GOT + SENT + REST + LOOK + GOT + NOTHING + SENT + REST, ""),
    ("nothing that the trace holds half of", GOT + SENT + RIGHT + LOOK.replace("= 1", "<detached ...>"), ""),
    ("another call", RIGHT + TURN + "mprotect(0x7f00, 4096, PROT_READ) = 0\n" + TURN + REST, "mprotect"),
    ("a call that failed", RIGHT + "futex(0x7f00, FUTEX_WAIT_PRIVATE, 2, NULL) = -1 EAGAIN (Again)\n" + TURN + REST, "futex"),
    ("a packet not sent", RIGHT + LOOK + GOT + TURN + REST, "sent"),
    ("an attempt too many", RIGHT + LOOK + (GOT + NOTHING).replace("(17", "(19") + SENT + REST, "attempts"),
    ("rests for nothing", RIGHT + LOOK + REST + LOOK + REST + LOOK + REST, "rests"),
    ("looks for nothing", RIGHT + LOOK * 5, "looks"),
)


def complaints() -> list[str]:
    return [f"{name}: {said}" for name, text, word in CASES
            if bool(said := trace.complaints(trace.calls_in(text))) != bool(word) or word not in "".join(said)]
