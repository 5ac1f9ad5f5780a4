"""S19, S27 to S29: what a relay leaves in its log and memory, and what it sends to those who have not asked."""

import base64
import pathlib
import random
import sys
import time

from call import Stage, hostile
from hello import client_hello
from phones import CRYPTO, app
from rows import row
from targets import CONTROL

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "interop" / "keys"))

from canary import Memory, search  # noqa: E402

MOST_GROWN = 1024  # KiB, from the second round on; replies are kept for half a minute
VICTIM_PORT = 4999
OVERHEAD = 28  # octets of IPv4 and UDP
BREAK, BREAKS = "INJECTED-LINE", ("\r\n", "\n", "\x1b[2J", '" event=end ', "\u2028", "\x85", "\0")
HANDSHAKE = 10.0  # seconds


def keys_of(call) -> dict[str, bytes]:
    """Master keys of both ends, as the phones know them."""
    secrets = {}
    for phone in call.phones():
        for n, key in enumerate([phone.key] + [key for _, key in phone.keys]):
            if key:
                secrets[f"{phone.place.name} {n}"] = base64.b64decode(key)[:16]
    return secrets


@row("S19 log", "leaked")
def keys_in_log(stage: Stage) -> None:
    """Keys of SDES and DTLS calls, a second after their end, in the log at its loudest level and in the replies to
    requests about other calls, raw, in hexadecimal and in base64."""
    with stage.target.loud():
        look_for_keys(stage)


def look_for_keys(stage: Stage) -> None:
    other = stage.call("plain", "plain").begin()
    calls = [stage.call("sdes", "sdes"), stage.call("plain", "sdes"), stage.call("dtls", "plain")]
    secrets = {}
    for n, call in enumerate(calls):
        call.begin()
        if call.caller.kind == "dtls" and not call.caller.shake(HANDSHAKE * stage.target.patience):
            continue
        call.talk()
        secrets |= {f"call {n}, {whose}": key for whose, key in keys_of(call).items()}
    replies = repr([stage.target.ask("list"), stage.target.ask("statistics"), stage.target.ask("query", call_id=other.call_id)]).encode()
    for call in calls:
        call.end()
    time.sleep(1)
    hits = search({"log": stage.target.logged(), "replies": replies}, secrets)
    stage.tally.leaked += len(hits)
    stage.tally.sent += len(secrets)
    if hits:
        places = ", ".join(f"{sum(name in hit for hit in hits)} times in the {name}" for name in ("log", "replies"))
        stage.tally.notes.append(f"{len(secrets)} keys; found {places}")


@row("S19 memory", "leaked")
def keys_in_memory(stage: Stage) -> None:
    """The same keys in the relay's memory: there while the call is on, gone a second after its end."""
    call = stage.call("sdes", "sdes").begin()
    call.talk()
    secrets = keys_of(call)
    stage.tally.sent += len(secrets)
    try:
        memory = Memory(stage.target.pid)
        there = search(memory.areas(), secrets)
        call.end()
        time.sleep(1)
        left = search(memory.areas(), secrets)
    except PermissionError:
        stage.tally.notes.append("not looked at: its memory is closed to us, and we are not root")
        stage.tally.leaked = 0
        return
    stage.tally.leaked += len(left)
    stage.tally.notes.append(f"{len(there)} places while the call is on, {len(left)} after")


@row("S27", "wrong")
def memory_growth(stage: Stage) -> None:
    """Packets of strangers under ever new SSRCs, STUN and ClientHellos at calls of every kind, and calls that come and go:
    after the first round the relay does not grow any more."""
    calls = [stage.call("sdes", "sdes").begin(), stage.call("plain", "plain").begin(), stage.call("dtls", "plain").begin()]
    for call in calls[:2]:
        call.talk()

    def packets():
        for n in range(stage.size):
            ports = calls[n % len(calls)].relay_ports()
            kinds = (client_hello, stun, *[lambda: hostile(n, random.getrandbits(32), 170)] * 3)
            yield ports[n % len(ports)], kinds[n % 5]()

    sizes = []
    for _ in range(3):
        stage.attack(packets())
        for _ in range(stage.size // 20):
            passing = stage.call("plain", "plain")
            passing.begin().end()
            for phone in passing.phones():
                stage.forget(phone)
            stage.calls.remove(passing)
        sizes.append(stage.target.memory())
    if sizes[2] - sizes[1] > MOST_GROWN:
        stage.tally.wrong.append(f"grew by {sizes[2] - sizes[1]} KiB in the third round")
    stage.tally.notes.append("KiB resident: " + ", ".join(map(str, sizes)))


def stun() -> bytes:
    """A binding request (RFC 8489 section 5) with a user name, and an integrity of somebody else's."""
    attributes = b"\0\6\0\x09abcd:efgh\0\0\0" + b"\0\x08\0\x14" + random.randbytes(20)
    return b"\0\1" + len(attributes).to_bytes(2, "big") + b"\x21\x12\xa4\x42" + random.randbytes(12) + attributes


@row("S28", "wrong")
def reflection(stage: Stage) -> None:
    """STUN, ClientHellos, RTP, RTCP and requests from the forged address of a victim who has nothing to do with the calls:
    the relay sends the victim no more octets than it got."""
    calls = [stage.call("dtls", "plain"), stage.call("sdes", "plain")]
    for call in calls:
        call.begin()
        for phone in call.phones():
            if phone.kind == "plain":
                phone.send()
                phone.report()
    stage.settle()
    victim = (stage.world.callee.address, VICTIM_PORT)
    kinds = {"STUN": stun, "ClientHello": client_hello, "RTP": lambda: hostile(1), "RTCP": lambda: app(7, b"ATTACKER"),
             "requests": lambda: b'1 {"command":"list"}'}
    for name, make in kinds.items():
        stage.answered.clear()
        ports = [CONTROL] if name == "requests" else [port for call in calls for port in call.relay_ports()]
        packets = [(port, make()) for _ in range(stage.size // 40) for port in ports]
        stage.attack(packets, source=victim)
        got, back = (sum(len(packet) + OVERHEAD for packet in some) for some in ([packet for _, packet in packets], stage.answered))
        stage.tally.notes.append(f"{name} {back / got:.2f}")
        if back > got:
            stage.tally.wrong.append(f"{name}: {back} octets back for {got}")
    if stage.tally.notes:
        stage.tally.notes = ["octets back for each: " + ", ".join(stage.tally.notes)]


@row("S29", "injected")
def log_injection(stage: Stage) -> None:
    """Line ends, escape sequences and quotes in Call-IDs, tags and SDP: no line of the log begins with what they say, and
    none has a control character, at its loudest level."""
    with stage.target.loud():
        write_lines(stage)


def write_lines(stage: Stage) -> None:
    before = len(stage.target.logged())
    for n, evil in enumerate(before_break + BREAK for before_break in BREAKS):
        call = stage.call("plain", "plain")
        texts = {"call_id": f"evil-{n}{evil}", "from_tag": f"a{evil}", "via_branch": f"v{evil}"}
        for sdp in (call.caller.sdp(), call.caller.sdp(f"a=x:{evil}"), f"v=0{evil}", call.caller.sdp(f"a=crypto:1 {evil}")):
            stage.target.provoke("offer", sdp=sdp, **texts)
            stage.target.provoke(f"no{evil}", **texts)
            stage.target.provoke("delete", call_id=texts["call_id"])
            stage.tally.sent += 3
    stage.settle()
    time.sleep(0.1)  # its log may be written beside its work
    for line in stage.target.logged()[before:].split(b"\n"):
        stage.tally.injected += line.startswith(BREAK.encode()) or any(octet < 32 and octet != 9 for octet in line)
