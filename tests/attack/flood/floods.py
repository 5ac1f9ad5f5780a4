#!/usr/bin/python3
"""Floods of every kind, one after the other, on one osrtpd with running calls: what these lose, what the daemon's memory
and log do, and whether everything is back where it was afterwards. Prints a table; details in build/floods/results.jsonl.
`--small`: a few seconds of each, for tests/attack/flood/floods_check.sh."""

import argparse
import dataclasses
import json
import math
import os
import pathlib
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from watched import ADDRESS, CONTROL, ROOT, Failed, Watched  # noqa: E402
from lab import isolation, processes  # noqa: E402

SENDER, LOAD = "build/release/flood-sender", "build/release/bench-load"
PORTS = (20000, 23999)
HALF_OPEN = 2  # seconds
MOST_CALLS = 400
REST = 5.5  # seconds until a port that was in use serves again, and some
ONE_SOURCE = 300  # half-open calls that it may have
CONFIGURATION = f"half-open-timeout = {HALF_OPEN}\nhalf-open-per-source = {ONE_SOURCE}\nmax-calls = {MOST_CALLS}\n"
MOST_LOST = 0.001  # of the packets of running calls
MOST_GROWN_KB = 2048
BEFORE, AFTER = 0.3, 0.3  # seconds of steady media before and after a flood
WARM_UP = 0.5
COUNTED = ("corrupt", "unopened", "duplicate", "misdirected")  # never, whatever the machine does


@dataclasses.dataclass(frozen=True)
class Size:
    """How much of everything."""

    calls: int
    seconds: float  # of each flood
    tags: int  # bad tags a second
    spray: int
    storm: int  # ClientHellos, STUN requests
    garbage: int
    offers: int
    forgotten: float  # seconds until the replies to a flood of requests are


LARGE = Size(calls=20, seconds=10, tags=100_000, spray=50_000, storm=20_000, garbage=10_000, offers=500, forgotten=31)
SMALL = Size(calls=4, seconds=1.2, tags=2_000, spray=2_000, storm=1_000, garbage=1_000, offers=400, forgotten=0)


def srtp() -> bytes:
    """Of a payload type and a length that phones use, with a sequence number, an SSRC and a tag that are drawn."""
    return bytes([0x80, 0]) + bytes(10 + 160 + 10)


def client_hello() -> bytes:
    """RFC 6347 §4.3.2, as a browser's: two suites, use_srtp (RFC 5764 §4.1.1), no cookie; its random is drawn."""
    extensions = (b"\x00\x0a\x00\x04\x00\x02\x00\x17" b"\x00\x0b\x00\x02\x01\x00" b"\x00\x0d\x00\x06\x00\x04\x04\x03\x04\x01"
                  b"\x00\x17\x00\x00" b"\x00\x0e\x00\x05\x00\x02\x00\x01\x00")
    body = (b"\xfe\xfd" + bytes(32) + b"\x00\x00" + b"\x00\x04\xc0\x2b\xc0\x2f" + b"\x01\x00"
            + len(extensions).to_bytes(2, "big") + extensions)
    handshake = b"\x01" + len(body).to_bytes(3, "big") + bytes(2) + bytes(3) + len(body).to_bytes(3, "big") + body
    return b"\x16\xfe\xff" + bytes(8) + len(handshake).to_bytes(2, "big") + handshake


def stun() -> bytes:
    """A binding request (RFC 8489 §5) with a user name, and an integrity of octets that are drawn."""
    attributes = b"\x00\x06\x00\x09abcd:efgh\x00\x00\x00" + b"\x00\x08\x00\x14" + bytes(20)
    return b"\x00\x01" + len(attributes).to_bytes(2, "big") + b"\x21\x12\xa4\x42" + bytes(12) + attributes


def send(relay: Watched, size: Size, rate: int, datagram: bytes, vary: tuple[int, int], *where: str) -> int:
    """Datagrams sent, until all are."""
    log = relay.log.parent / "sender.log"
    process = relay.start("flood-sender", [SENDER, "--rate", str(rate), "--count", str(int(rate * size.seconds)), "--datagram",
                                           datagram.hex(), "--vary-at", str(vary[0]), "--vary", str(vary[1]), *where], log)
    said = relay.ended(process, size.seconds * 6 + 10, log)
    send.answers = said["answers"]
    return said["sent"]


def bad_tags(relay: Watched, size: Size) -> int:
    return send(relay, size, size.tags, srtp(), (2, 180), "--ports", str(relay.local_ports("caller")[0]))


def spray(relay: Watched, size: Size) -> int:
    return send(relay, size, size.spray, srtp(), (2, 180), "--range", *map(str, relay.ports), "--sources", "16")


def hello_storm(relay: Watched, size: Size) -> int:
    """On legs that have keys, and on as many that wait for their phone's handshake."""
    waiting = [f"waiting-{time.monotonic()}-{n}" for n in range(size.calls)]
    for call_id in waiting:
        begin_handshake(relay, call_id)
    try:
        sent = send(relay, size, size.storm, client_hello(), (27, 32), "--ports", ",".join(map(str, relay.local_ports("caller"))),
                    "--sources", "200")
        still = set(relay.ask("list", limit=10_000)["calls"])
        if not still.issuperset(waiting):
            raise Failed("a call that waits for its handshake is gone")
    finally:
        for call_id in waiting:
            relay.ask("delete", call_id=call_id)
    if send.answers == 0:
        raise Failed("no ClientHello was answered with a cookie: the storm has not reached a handshake")
    return sent


def begin_handshake(relay: Watched, call_id: str) -> None:
    """A call whose caller has yet to begin DTLS."""
    head = "v=0\r\no=- 1 1 IN IP4 127.9.0.3\r\ns=-\r\nc=IN IP4 127.9.0.3\r\nt=0 0\r\n"
    dtls = "a=setup:active\r\na=fingerprint:sha-256 " + ":".join(["AB"] * 32) + "\r\n"
    wishes = {"caller": "require", "callee": "off", "caller-signalling": "encrypted", "callee-signalling": "encrypted", "keying": ["dtls"]}
    for command, keys in (("offer", {"sdp": f"{head}m=audio 4000 UDP/TLS/RTP/SAVP 0\r\n{dtls}", "osrtp": wishes}),
                          ("answer", {"sdp": f"{head}m=audio 4002 RTP/AVP 0\r\n", "to_tag": "b"})):
        reply = relay.ask(command, call_id=call_id, from_tag="a", **keys)
        if reply["result"] != "ok":
            raise Failed(f"{command}: {reply}")


def stun_storm(relay: Watched, size: Size) -> int:
    ports = relay.local_ports("caller") + relay.local_ports("callee")
    return send(relay, size, size.storm, stun(), (8, 12), "--ports", ",".join(map(str, ports)), "--sources", "200")


def garbage_unix(relay: Watched, size: Size) -> int:
    return send(relay, size, size.garbage, bytes(300), (0, 300), "--path", str(relay.path))


def garbage_udp(relay: Watched, size: Size) -> int:
    return send(relay, size, size.garbage, bytes(300), (0, 300), "--ports", str(CONTROL))


def garbage_framed(relay: Watched, size: Size) -> int:
    """With a cookie, always another, so that it is read and answered."""
    return send(relay, size, size.garbage, b"aaaaaaaa {" + b"[" * 290, (2, 6), "--ports", str(CONTROL))


def offers(relay: Watched, size: Size, source=lambda n: f"198.51.{n // 250 % 250}.{n % 250 + 1}") -> int:
    """Unanswered ones, each of another source, at a rate, and none waits for the reply of another."""
    import socket
    sdp = "v=0\r\no=- 1 1 IN IP4 {0}\r\ns=-\r\nc=IN IP4 {0}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
    began, made, refused, codes = time.monotonic(), 0, 0, set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect((ADDRESS, CONTROL))
        client.setblocking(False)
        while made < size.offers * size.seconds:
            if made > (time.monotonic() - began) * size.offers:
                time.sleep(0.001)
            else:
                request = {"command": "offer", "call-id": f"flood-{began}-{made}", "from-tag": "f", "sdp": sdp.format("127.9.0.1"),
                           "received-from": ["IP4", source(made)]}
                client.send(f"{began}-{made} {json.dumps(request)}".encode())
                made += 1
            try:
                while True:
                    reply = json.loads(client.recv(1 << 16).split(b" ", 1)[1])
                    if reply["result"] == "error":
                        refused += 1
                        codes.add(reply["error-code"])
            except BlockingIOError:
                pass
    if not codes <= {"ports-exhausted", "too-many-calls"}:
        raise Failed(f"refused with {codes}")
    if not codes and made > MOST_CALLS:
        raise Failed(f"{made} offers, and none was refused")
    offers.said = f"{refused} refused: {', '.join(sorted(codes)) or '-'}"
    return made


def one_source(relay: Watched, size: Size) -> int:
    """All offers from one SIP peer: what it may have, and room for others all the time."""
    made = offers(relay, size, lambda n: "203.0.113.7")
    other = {"call_id": "other", "from_tag": "o", "received_from": ["IP4", "203.0.113.8"]}
    sdp = "v=0\r\no=- 1 1 IN IP4 127.9.0.2\r\ns=-\r\nc=IN IP4 127.9.0.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
    reply = relay.ask("offer", sdp=sdp, **other)
    if reply["result"] != "ok":
        raise Failed(f"the offer of another source is refused: {reply}")
    if "too-many-calls" not in offers.said:
        raise Failed(f"one source had no limit: {offers.said}")
    return made


FLOODS = (("bad SRTP tags, one port", bad_tags, "sdes-plain"), ("spray over all ports", spray, "sdes-sdes"),
          ("ClientHello storm", hello_storm, "dtls-plain"), ("STUN storm", stun_storm, "dtls-plain"),
          ("garbage, UNIX socket", garbage_unix, "sdes-plain"), ("garbage, UDP socket", garbage_udp, "sdes-plain"),
          ("garbage with a cookie", garbage_framed, "sdes-plain"), ("unanswered offers", offers, "sdes-plain"),
          ("offers of one source", one_source, "sdes-plain"))


REQUESTS = (offers, one_source)  # that are answered, each with a reply that is kept for half a minute
# Whose packets reach calls, and are dropped there for a reason that is counted.
ON_MEDIA = (bad_tags, spray, stun_storm)


def with_calls(relay: Watched, size: Size, profile: str, flood) -> dict:
    """Runs `flood` beside calls; what became of everything."""
    offers.said = ""
    had, dropped = {"files": relay.files(), "sockets": relay.sockets()}, relay.dropped()
    log, since, began = relay.log.parent / "load.log", relay.log_size(), time.monotonic()
    load = relay.start("bench-load", [LOAD, "media", "--control", f"{ADDRESS}:{CONTROL}", "--pid", str(relay.process.pid), "--profile",
                                      profile, "--calls", str(size.calls), "--warm-up", str(WARM_UP), "--seconds",
                                      str(size.seconds + BEFORE + AFTER)], log)
    try:
        relay.until(lambda: relay.calls() == size.calls, "all calls", 20)
        time.sleep(WARM_UP + BEFORE)
        rss = relay.rss_kb()
        sent, flooded = flood(relay, size), time.monotonic()
        peak = relay.rss_kb()
        media = relay.ended(load, size.seconds * 6 + 30, log)
    except Failed:
        relay.drop(load)
        raise
    took = time.monotonic() - began
    causes = relay.lines_by_cause(since)
    still = sum(call_id.endswith("@bench") for call_id in relay.ask("list", limit=10_000)["calls"])
    for call_id in [name for name in relay.ask("list", limit=10_000)["calls"] if name.endswith("@bench")]:
        relay.ask("delete", call_id=call_id)
    relay.until(lambda: relay.calls() == 0, "no calls", HALF_OPEN + 10 + flooded - time.monotonic() + 10)
    relay.until(lambda: relay.sockets() == had["sockets"] and relay.files() <= had["files"], f"sockets and files as before, {had}", 10)
    if "ports-exhausted" in offers.said:
        time.sleep(REST)
    return {"sent": sent, "media": media, "lost": media["lost"] / max(media["sent"], 1), "rss_kb": rss, "rss_peak_kb": peak,
            "rss_after_kb": relay.rss_kb(), "causes": causes, "seconds": took, "dropped": relay.dropped() - dropped, "calls_lost": size.calls - still}


def complaints(result: dict, grown_kb: int) -> list[str]:
    """What should not be. Loss is the relay's only where the generator was not itself late."""
    found = [f"{key}: {result['media'][key]}" for key in COUNTED if result["media"][key]]
    if result["sent"] == 0:
        found.append("nothing was sent")
    if result["calls_lost"]:
        found.append(f"{result['calls_lost']} calls lost")
    if result["media"]["valid"] and result["lost"] > MOST_LOST:
        found.append(f"{result['lost']:.2%} of the packets lost")
    if grown_kb > MOST_GROWN_KB:
        found.append(f"memory grew by {grown_kb} KB")
    most = math.ceil(result["seconds"]) + 1
    return found + [f"{count} log lines: {cause}" for cause, count in result["causes"].items() if count > most]


def measure(relay: Watched, size: Size, keep) -> list[str]:
    """One row for each flood; the complaints of all."""
    for name, profile in (("nothing, SDES", "sdes-plain"), ("nothing, DTLS", "dtls-plain")):
        show(name, keep(name, with_calls(relay, dataclasses.replace(size, seconds=0.5), profile, lambda *_: 1)), [])
    wrong = []
    for name, flood, profile in FLOODS:
        try:
            # What was never needed before is there after the first time: it is the second that tells of growth.
            first = with_calls(relay, size if flood in REQUESTS else dataclasses.replace(size, seconds=0.2), profile, flood)
            if flood in REQUESTS:
                time.sleep(size.forgotten)
            result = with_calls(relay, size, profile, flood)
            grown = result["rss_after_kb"] - first["rss_after_kb"]
            bad = complaints(result, grown)
            if flood in ON_MEDIA and result["dropped"] == 0:
                bad.append("no packet of the flood was counted: it has not reached a call")
        except Failed as failure:
            wrong.append(f"{name}: {failure}")
            print(f"FAILED: {name}: {failure}")
            relay.ended_all()
            continue
        show(name, keep(name, result | {"grown_kb": grown}), bad)
        wrong += [f"{name}: {text}" for text in bad]
    return wrong


HEAD = f"{'flood':26} {'sent':>8} {'dropped':>8} {'lost':>7} {'late':>5} {'RSS KB':>7} {'grown':>6} {'lines/cause':>11}  verdict"


def show(name: str, result: dict, bad: list[str]) -> None:
    lines = max(result["causes"].values(), default=0)
    late = "" if result["media"]["valid"] else "late"
    print(f"{name:26} {result['sent']:8} {result['dropped']:8} {result['lost']:7.3%} {late:>5} {result['rss_peak_kb']:7} {result.get('grown_kb', 0):6} "
          f"{lines:5}/{result['seconds']:4.1f}s  {'; '.join(bad) or 'ok'} {offers.said}".rstrip(), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    size = SMALL if parser.parse_args().small else LARGE
    os.chdir(ROOT)
    if not isolation.inside():
        return isolation.run_isolated([sys.executable, *sys.argv])
    processes.die_with_parent()
    isolation.loopback_up()
    directory = pathlib.Path("build/floods")
    relay = Watched(directory, PORTS, CONFIGURATION)
    with open(directory / "results.jsonl", "w", encoding="ascii") as results:
        def keep(name: str, result: dict) -> dict:
            results.write(json.dumps({"flood": name} | result) + "\n")
            return result

        print(f"{size.calls} calls beside each flood of {size.seconds} s; `late`: the generator was, and lost packets may be its own")
        print(HEAD)
        wrong = measure(relay, size, keep)
    status = relay.end()
    if status != 0:
        wrong.append(f"osrtpd ended with status {status}")
    bad = len({text.split(":")[0] for text in wrong})
    for text in wrong:
        print(f"FAILED: {text}")
    print(f"{len(FLOODS) + 1 - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
