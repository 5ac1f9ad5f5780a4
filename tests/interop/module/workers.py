#!/usr/bin/python3
"""No SIP worker waits for the relay: two of them, a relay that is frozen, a burst, and a thousand calls. Prints what all
took; what it judges are counts and the order in which answers came, and how long the slowest took in the best of a few
rounds with the relay frozen."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

from load_phones import Phones
from proxy import HERE, Kamailio, free_port, require_tools
from real_relay import RealRelay
from stand import until

BUDGET = 0.4  # of a command: the module's default
WARM_UP, CALLS, RATE = 200, 1000, 100
INVITES, OPTIONS_EVERY = 200, 0.01
BURST = 200
# Of the slowest answers while the relay is frozen. What else the machine does may spoil a round, but not each.
OPTIONS_WITHIN, INVITES_WITHIN, ROUNDS = 0.05, BUDGET + 0.2, 3


class Bench:
    def __init__(self, directory: pathlib.Path) -> None:
        self.directory = directory
        self._control = f"unix:{directory}/ctl"
        self.relay = RealRelay(f"unix:{directory}/control.sock", directory / "osrtpd.log")
        self.kamailio = Kamailio(directory, f"unix:{directory}/control.sock", f"127.0.0.41:{free_port('127.0.0.41')}",
                                 HERE / "workers.cfg", (f'CONTROL="{self._control}"',))
        assert self.kamailio.start(), self.kamailio.log_text()
        self._names = 0

    def close(self) -> None:
        self.kamailio.stop()
        self.relay.stop()

    def rpc(self, *words: str) -> str:
        return subprocess.run(["kamcmd", "-s", self._control, *words], capture_output=True, text=True, timeout=10,
                              check=True).stdout

    def name(self) -> str:
        self._names += 1
        return f"n{self._names}"

    def memory(self) -> dict[str, int]:
        """Octets in use, shared and of each process, once no transaction is left."""
        end = time.monotonic() + 40
        while int(re.search(r"current: (\d+)", self.rpc("tm.stats"))[1]) > 0:
            assert time.monotonic() < end, "transactions are left"
            time.sleep(0.2)
        used = {"shared": int(re.search(r"\bused: (\d+)", self.rpc("core.shmmem"))[1])}
        for entry in re.findall(r"\{(.*?)\}", self.rpc("pkg.stats"), re.S):
            facts = dict(re.findall(r"(\w+): (.*)", entry))
            used[f"{facts['desc']} {facts['pid']}"] = int(facts["used"])
        return used

    def calls(self, count: int) -> Phones:
        """So many calls, RATE a second, from the INVITE to the answer to the BYE."""
        phones = Phones(self.kamailio.address)
        start = time.monotonic()
        for i in range(count):
            phones.run(start + i / RATE)
            phones.invite(self.name())
        phones.finish("INVITE", 10)
        phones.finish("BYE", 10)
        phones.close()
        return phones


def timings(name: str, sent: list) -> None:
    took = sorted(each.took * 1000 for each in sent if each.place is not None)
    if took:
        print(f"       {name}: {len(took)} of {len(sent)} answered, median {took[len(took) // 2]:.1f} ms, "
              f"slowest {took[-1]:.1f} ms, {sum(each.sent_again for each in sent)} sent again")


def statuses(sent: list) -> dict[int, int]:
    found = [each.status for each in sent]
    return {status: found.count(status) for status in sorted(set(found))}


def a_thousand_calls_succeed_and_leave_nothing(bench: Bench) -> None:
    bench.calls(WARM_UP)
    before = bench.memory()
    phones = bench.calls(CALLS)
    after = bench.memory()
    timings("INVITE", phones.of("INVITE"))
    timings("BYE", phones.of("BYE"))
    assert statuses(phones.of("INVITE")) == {200: CALLS}, statuses(phones.of("INVITE"))
    assert statuses(phones.of("BYE")) == {200: CALLS}, statuses(phones.of("BYE"))
    left = {key.split()[0] for key in phones.requests} & set(bench.relay.calls())
    assert not left, f"{len(left)} calls are left in the relay"
    check_memory(before, after)


def check_memory(before: dict[str, int], after: dict[str, int]) -> None:
    grown = {name: after[name] - before[name] for name in before if after[name] != before[name]}
    print(f"       memory: {before['shared']} octets shared, {len(before) - 1} processes, changed: {grown or 'nothing'}")
    assert not grown, grown


def play_frozen(bench: Bench) -> Phones:
    """INVITES within half the budget, and OPTIONS all the while."""
    phones = Phones(bench.kamailio.address)
    start = time.monotonic()
    step = 0
    while step * OPTIONS_EVERY < BUDGET * 3:
        phones.run(start + step * OPTIONS_EVERY)
        phones.options(bench.name())
        for _ in range(INVITES // int(BUDGET / 2 / OPTIONS_EVERY) if len(phones.of("INVITE")) < INVITES else 0):
            phones.invite(bench.name())
        step += 1
    phones.finish("INVITE", 5)
    phones.finish("OPTIONS", 5)
    phones.close()
    return phones


def a_burst_of_calls_reaches_the_relay(bench: Bench) -> None:
    """More at once than a UNIX datagram socket queues (net.unix.max_dgram_qlen)."""
    phones = Phones(bench.kamailio.address)
    for _ in range(BURST):
        phones.invite(bench.name())
    phones.finish("INVITE", 10)
    phones.finish("BYE", 10)
    phones.close()
    timings("INVITE", phones.of("INVITE"))
    assert statuses(phones.of("INVITE")) == {200: BURST}, statuses(phones.of("INVITE"))
    assert statuses(phones.of("BYE")) == {200: BURST}, statuses(phones.of("BYE"))
    assert "does not answer" not in bench.kamailio.log_text(), "a healthy relay was found dead"


def a_frozen_relay_holds_up_nothing_but_its_calls(bench: Bench) -> None:
    # any() stops at the first good one.
    assert any(play_round(bench) for _ in range(ROUNDS)), f"the slowest answers were late in each of {ROUNDS} rounds"


def play_round(bench: Bench) -> bool:
    """Whether the slowest answers came in time."""
    before = bench.memory()
    bench.relay.freeze()
    try:
        phones = play_frozen(bench)
    finally:
        bench.relay.thaw()
    invites, options = phones.of("INVITE"), phones.of("OPTIONS")
    timings("OPTIONS", options)
    timings("INVITE", invites)
    assert statuses(invites) == {503: INVITES}, statuses(invites)
    assert statuses(options) == {200: len(options)}, statuses(options)
    check_order(invites, options)
    late = {key.split()[0] for key in phones.requests}
    assert until(lambda: not late & set(bench.relay.calls())), "the relay has calls that it was asked for too late"
    check_memory(before, bench.memory())
    return in_time("OPTIONS", options, OPTIONS_WITHIN) & in_time("INVITE", invites, INVITES_WITHIN)


def in_time(name: str, sent: list, within: float) -> bool:
    kept = max(each.took for each in sent) <= within
    print(f"       slowest {name} within {within * 1000:.0f} ms: {'yes' if kept else 'NO'}")
    return kept


def check_order(invites: list, options: list) -> None:
    # While INVITEs wait, whatever comes is answered before the first of them.
    first = min(invites, key=lambda each: each.place)
    early = [each for each in options if each.at < invites[0].at + BUDGET - 0.05]
    late = [each for each in early if each.place > first.place]
    print(f"       {len(early) - len(late)} of {len(early)} OPTIONS sent meanwhile are answered before the first INVITE")
    assert len(early) > 10 and not late, [each.took for each in late]
    # And every INVITE before an OPTIONS that was sent later by the budget and 200 ms.
    for invite in invites:
        after = [each.place for each in options if each.at > invite.at + BUDGET + 0.2]
        assert not after or invite.place < min(after), f"an INVITE took {invite.took * 1000:.0f} ms"


CASES = [a_burst_of_calls_reaches_the_relay, a_thousand_calls_succeed_and_leave_nothing,
         a_frozen_relay_holds_up_nothing_but_its_calls, a_thousand_calls_succeed_and_leave_nothing]


def main() -> int:
    if missing := require_tools():
        print(missing, file=sys.stderr)
        return 1
    directory = pathlib.Path(tempfile.mkdtemp(prefix="osrtp-workers-"))
    bench = Bench(directory)
    passed = 0
    try:
        for case in CASES:
            name = case.__name__.replace("_", " ")
            try:
                case(bench)
                passed += 1
                print(f"ok     {name}", flush=True)
            except AssertionError as error:
                print(f"FAILED {name}\n       {error}", flush=True)
    finally:
        bench.close()
    if passed == len(CASES):
        shutil.rmtree(directory)
    else:
        print(f"traces and logs: {directory}")
    print(f"{passed} passed, {len(CASES) - passed} failed")
    return 0 if passed == len(CASES) else 1


if __name__ == "__main__":
    sys.exit(main())
