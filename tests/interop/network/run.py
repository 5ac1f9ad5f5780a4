"""osrtpd between networks: interfaces by name and family, behind a NAT, the ports and the marking of each.

run.py [NAME…]: the tests whose name contains one of these. Last line: `N passed, N failed`."""

import contextlib
import os
import pathlib
import re
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "daemon"))
os.chdir(pathlib.Path(__file__).resolve().parents[3])

import networks as net  # noqa: E402
from relay import PROGRAM, Relay, expect, expect_refusal  # noqa: E402

IN_PORTS, NAT_PORTS, SIX_PORTS = (40000, 40099), (41000, 41019), (42000, 42099)
CONFIG = f"""
[[interface]]
name = "inside"
address = "10.77.1.1"
ports = "{IN_PORTS[0]}-{IN_PORTS[1]}"

[[interface]]
name = "outside"
address = "10.77.2.1"
advertised = "{net.PUBLIC}"
ports = "{NAT_PORTS[0]}-{NAT_PORTS[1]}"
tos = 0

[[interface]]
name = "outside"
address = "fd77:2::1"
ports = "{SIX_PORTS[0]}-{SIX_PORTS[1]}"
tos = 136
"""


def relay(**more: object) -> Relay:
    return Relay(config=CONFIG, interface="", ports=(), **more)


def sdp(address: str, port: int) -> str:
    family = "IP6" if ":" in address else "IP4"
    return (f"v=0\r\no=- 1 1 IN {family} {address}\r\ns=-\r\nc=IN {family} {address}\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 0\r\na=sendrecv\r\n")


def place_in(text: str) -> tuple[str, int]:
    """Where an SDP of one line wants its media."""
    host = re.search(r"^c=IN IP[46] (\S+)", text, re.M).group(1)
    return host, int(re.search(r"^m=audio (\d+) ", text, re.M).group(1))


def within(port: int, ports: tuple[int, int]) -> None:
    expect(ports[0] <= port < ports[1], f"port {port} is not in {ports}")
    expect(port % 2 == 0, f"RTP on the odd port {port}")


def rtp(sequence: int, mark: bytes) -> bytes:
    return b"\x80\x00" + sequence.to_bytes(2, "big") + bytes(4) + mark * 4 + mark * 160


class Call:
    """A call from a phone inside to one outside; each phone sends where the SDP that it got says."""

    def __init__(self, daemon: Relay, call_id: str, callee: tuple[str, int], **keys: object) -> None:
        self.caller, self.callee = ("10.77.1.2", 5000), callee
        self.offered = daemon.ask("offer", call_id=call_id, from_tag="a", sdp=sdp(*self.caller),
                                  direction=["inside", "outside"], **keys)
        expect(self.offered["result"] == "ok", f"{self.offered}")
        self.answered = daemon.ask("answer", call_id=call_id, from_tag="a", to_tag="b", sdp=sdp(*callee))
        expect(self.answered["result"] == "ok", f"{self.answered}")
        self.towards_callee, self.towards_caller = place_in(self.offered["sdp"]), place_in(self.answered["sdp"])

    def talk(self, networks: net.Networks, callees: net.Network, nat: net.Nat | None = None) -> None:
        """A packet each way, and where it comes from."""
        with contextlib.ExitStack() as open_sockets:
            caller = open_sockets.enter_context(networks.inside.udp(*self.caller))
            callee = open_sockets.enter_context(callees.udp(*self.callee))
            caller.sendto(rtp(1, b"a"), self.towards_caller)
            if nat:
                nat.pass_on()
            payload, source = callee.recvfrom(2048)
            expect(payload == rtp(1, b"a"), f"the callee hears {payload!r}")
            expect(source[:2] == self.towards_callee, f"the callee hears {source}, its SDP said {self.towards_callee}")
            callee.sendto(rtp(1, b"b"), self.towards_callee)
            if nat:
                nat.pass_on()
            payload, source = caller.recvfrom(2048)
            expect(payload == rtp(1, b"b"), f"the caller hears {payload!r}")
            expect(source[:2] == self.towards_caller, f"the caller hears {source}, its SDP said {self.towards_caller}")


@contextlib.contextmanager
def sniffers(networks: net.Networks):
    both = net.Sniffer(networks.inside), net.Sniffer(networks.outside)
    try:
        yield both
    finally:
        for one in both:
            one.close()


def expect_marked(sniffer: net.Sniffer, octet: int, address: str, ports: tuple[int, int]) -> None:
    seen = sniffer.seen()
    expect({(tos, source) for tos, source, _ in seen} == {(octet, address)}, f"on the wire: {seen}, wanted {octet} from {address}")
    for _, _, port in seen:
        within(port, ports)


def test_a_call_goes_from_ipv4_inside_to_ipv6_outside(networks):
    with relay() as daemon, sniffers(networks) as (inside, outside):
        call = Call(daemon, "six", ("fd77:2::2", 6000), address_family="IP6")
        expect(call.towards_callee[0] == "fd77:2::1" and call.towards_caller[0] == "10.77.1.1", f"{call.offered} {call.answered}")
        within(call.towards_callee[1], SIX_PORTS)
        within(call.towards_caller[1], IN_PORTS)
        call.talk(networks, networks.outside)
        expect_marked(outside, 136, "fd77:2::1", SIX_PORTS)
        expect_marked(inside, 184, "10.77.1.1", IN_PORTS)


def through_nat(networks, daemon: Relay, call_id: str, **keys: object) -> Call:
    call = Call(daemon, call_id, (net.PHONE, 6000), **keys)
    expect(call.towards_callee[0] == net.PUBLIC, f"{call.offered}")
    within(call.towards_callee[1], NAT_PORTS)
    nat = net.Nat(networks, 6000, (call.towards_callee[1],))
    try:
        call.talk(networks, networks.world, nat)
    finally:
        nat.close()
    return call


def test_a_call_goes_through_a_nat_outside(networks):
    with relay() as daemon, sniffers(networks) as (inside, outside):
        through_nat(networks, daemon, "nat")
        expect_marked(outside, 0, "10.77.2.1", NAT_PORTS)
        expect_marked(inside, 184, "10.77.1.1", IN_PORTS)


def test_an_offer_decides_the_marking_of_both_legs(networks):
    with relay() as daemon, sniffers(networks) as (inside, outside):
        through_nat(networks, daemon, "nat", TOS=96)
        expect_marked(outside, 96, "10.77.2.1", NAT_PORTS)
        expect_marked(inside, 96, "10.77.1.1", IN_PORTS)
        call = Call(daemon, "six", ("fd77:2::2", 6000), address_family="IP6", TOS=43)
        call.talk(networks, networks.outside)
        expect_marked(outside, 40, "fd77:2::1", SIX_PORTS)


def test_the_next_offer_decides_it_anew(networks):
    with relay() as daemon, sniffers(networks) as (inside, _):
        call = Call(daemon, "six", ("fd77:2::2", 6000), address_family="IP6", TOS=96)
        call.talk(networks, networks.outside)
        expect_marked(inside, 96, "10.77.1.1", IN_PORTS)
        for tos, wanted in ((-1, 96), (256, 184), (32, 32), (None, 184)):
            again = daemon.ask("offer", call_id="six", from_tag="a", to_tag="b", sdp=sdp(*call.caller), TOS=tos)
            expect(place_in(again["sdp"]) == call.towards_callee, f"the ports have moved: {again}")
            daemon.ask("answer", call_id="six", from_tag="a", to_tag="b", sdp=sdp(*call.callee))
            call.talk(networks, networks.outside)
            expect_marked(inside, wanted, "10.77.1.1", IN_PORTS)


def test_a_packet_longer_than_the_network_takes_goes_in_fragments(networks):
    longest = rtp(1, b"a") + bytes(3000)
    with relay() as daemon:
        call = Call(daemon, "long", ("10.77.2.2", 6000))
        with networks.inside.udp(*call.caller) as caller, networks.outside.udp(*call.callee) as callee:
            for payload in (rtp(1, b"a"), longest, longest, rtp(2, b"a")):
                caller.sendto(payload, call.towards_caller)
                expect(callee.recv(4096) == payload, f"{len(payload)} octets did not arrive as they left")


def test_an_unknown_interface_is_the_first_of_the_family_and_a_warning(networks):
    with relay() as daemon:
        reply = daemon.ask("offer", call_id="x", from_tag="a", sdp=sdp("10.77.1.2", 5000), direction=["inside", "outsid"])
        expect(reply["warnings"][0] == "unknown interface 'outsid'", f"{reply}")
        expect(place_in(reply["sdp"])[0] == "10.77.1.1", f"{reply}")


def test_an_interface_out_of_ports_is_named_once_a_second(networks):
    pairs = (NAT_PORTS[1] - NAT_PORTS[0] + 1) // 2
    with relay() as daemon:
        replies = [daemon.ask("offer", call_id=f"{n}", from_tag="a", sdp=sdp("10.77.1.2", 5000),
                              direction=["inside", "outside"]) for n in range(pairs + 20)]
        expect([r["result"] for r in replies] == ["ok"] * pairs + ["error"] * 20, f"{[r['result'] for r in replies]}")
        expect(replies[-1]["error-code"] == "ports-exhausted", f"{replies[-1]}")
        ports = {place_in(r["sdp"])[1] for r in replies[:pairs]}
        expect(ports == set(range(NAT_PORTS[0], NAT_PORTS[1], 2)), f"{ports}")
        other = daemon.ask("offer", call_id="six", from_tag="a", sdp=sdp("10.77.1.2", 5000),
                           direction=["inside", "outside"], address_family="IP6")
        expect(other["result"] == "ok", f"the other address of the name is none the poorer: {other}")
        time.sleep(1.1)  # what the throttle measures
        daemon.ask("offer", call_id="late", from_tag="a", sdp=sdp("10.77.1.2", 5000), direction=["inside", "outside"])
        daemon.stop()
        lines = [line for line in daemon.said().splitlines() if "event=ports-exhausted" in line]
        expect(1 < len(lines) <= 3, f"{lines}")
        for part in ("interface=outside address=10.77.2.1 ", f"ports={NAT_PORTS[0]}-{NAT_PORTS[1]} ", "pairs_in_use=10 of=10"):
            expect(part in lines[0], f"no {part!r} in {lines[0]}")
        expect("left_out=" in lines[-1], f"{lines[-1]}")


def test_ports_that_others_have_are_passed_over(networks):
    taken = range(NAT_PORTS[0], NAT_PORTS[0] + 6, 2)
    with contextlib.ExitStack() as theirs:
        for port in taken:
            theirs.enter_context(networks.relay.udp("10.77.2.1", port + 1))
        with relay() as daemon:
            replies = [daemon.ask("offer", call_id=f"{n}", from_tag="a", sdp=sdp("10.77.1.2", 5000),
                                  direction=["inside", "outside"]) for n in range(7)]
            ports = {place_in(reply["sdp"])[1] for reply in replies}
            expect(ports == set(range(NAT_PORTS[0] + 6, NAT_PORTS[1], 2)), f"{ports}")


def test_starts_at_once_after_a_crash_with_every_port_in_use(networks):
    with relay() as daemon:
        for n in range(10):
            daemon.ask("offer", call_id=f"{n}", from_tag="a", sdp=sdp("10.77.1.2", 5000), direction=["inside", "outside"])
        daemon.stop(9)
    with relay() as daemon:
        through_nat(networks, daemon, "again")


def test_does_not_start_where_others_have_the_ports_of_one_interface(networks):
    with contextlib.ExitStack() as theirs:
        for port in range(NAT_PORTS[0], NAT_PORTS[1], 2):
            theirs.enter_context(networks.relay.udp("10.77.2.1", port))
        config = pathlib.Path("/run/network.toml")
        config.write_text(CONFIG, encoding="utf-8")
        expect_refusal(("--config", str(config), "--control", "unix:/run/c.sock"), 1, "interface outside",
                       f"{NAT_PORTS[0]}-{NAT_PORTS[1]} of 10.77.2.1")


def test_says_at_its_start_what_each_interface_is(networks):
    with relay() as daemon:
        daemon.stop()
        for line in (f"event=interface name=inside address=10.77.1.1 advertised=10.77.1.1 ports={IN_PORTS[0]}-{IN_PORTS[1]} tos=184",
                     f"event=interface name=outside address=10.77.2.1 advertised={net.PUBLIC} ports=41000-41019 tos=0",
                     "event=interface name=outside address=fd77:2::1 advertised=fd77:2::1 ports=42000-42099 tos=136"):
            expect(line in daemon.said(), f"no {line!r} in {daemon.said()}")


def run(name: str, test, networks: net.Networks) -> bool:
    began = time.monotonic()
    try:
        test(networks)
        why = ""
    except Exception:  # whatever went wrong, the other tests still say something
        why = traceback.format_exc()
    print(f"{'FAILED' if why else 'ok':8} {name.removeprefix('test_').replace('_', ' ')} ({time.monotonic() - began:.1f} s)"
          + (f": {why}" if why else ""), flush=True)
    return not why


def main(wanted: list[str]) -> int:
    if not PROGRAM.exists():
        print(f"missing: {PROGRAM}; run make first")
        return 1
    if why := net.isolate():
        print(f"skipped: {why}")
        return 0
    networks = net.Networks()
    networks.relay.join()  # the relay, and who asks it
    tests = {name: test for name, test in globals().items() if name.startswith("test_")}
    verdicts = [run(name, test, networks) for name, test in tests.items() if not wanted or any(word in name for word in wanted)]
    print(f"{verdicts.count(True)} passed, {verdicts.count(False)} failed")
    return 0 if verdicts and all(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
