"""S23 to S26: the control protocol, the parsers behind it, and what requests use up."""

import itertools
import json
import os
import time

from call import Call, Stage
from rows import row
from targets import CONTROL, NotThere

MOST_ANSWER = 256  # octets of an answer to what is no request, unless that was longer
MOST_GROWN = 64  # KiB for each SDP
NESTED = 20_000
LATE = 15  # seconds that an unanswered call may be late with its end


@row("S23 outside", "leaked")
def control_from_outside(stage: Stage) -> None:
    """Requests to the control port at the relay's media address, from the attacker's: no answer, no call changed, none
    ended."""
    call = stage.call("plain", "plain").begin()
    call.talk()
    about = {"call-id": call.call_id, "from-tag": "a", "to-tag": "b", "sdp": call.caller.sdp(host=stage.world.attacker.address)}
    requests = [json.dumps({"command": command} | about).encode() for command in ("delete", "offer", "answer", "query", "list", "ping")]
    before = sorted(stage.target.calls())
    stage.unchanged([call], lambda: stage.attack(
        (CONTROL, f"{n} ".encode() + request) for n in range(stage.size // 40) for request in requests))
    stage.tally.leaked += len(stage.answered)
    if sorted(stage.target.calls()) != before:
        stage.tally.wrong.append("other calls than before")
    call.talk()


def garbage(size: int) -> list[bytes]:
    """Frames that are no requests."""
    good = json.dumps({"command": "offer", "call-id": "garbage@attack", "from-tag": "a", "sdp": "v=0\r\n"}).encode()
    bodies = [b" {}", good[:-1], good[:20], b"{}", b"[]", b"null", good + good, b"[" * NESTED, b'{"a":' * (NESTED // 2),
              b"d" + b"1:ad" * (NESTED // 2), b"l" * NESTED, b" " * 60_000, b'{"command":"' + b"x" * 60_000 + b'"}']
    frames = [b"", b" ", b"cookie", b"cookie ", os.urandom(60_000), b"x" * 60_000 + b" {}"] + [b"c " + body for body in bodies]
    return frames + [b"c%d " % n + os.urandom(200) for n in range(size)]


@row("S23 garbage", "wrong")
def control_garbage(stage: Stage) -> None:
    """Frames that are cut off, overlong, nested without end or random, and a request that is repeated, on the control
    socket itself: no call begins or changes, the answer is not longer than what it answers, and a repeated offer is
    done once."""
    call = stage.call("sdes", "sdes").begin()
    before = sorted(stage.target.calls())
    longest = 0.0

    def send() -> None:
        nonlocal longest
        for n, frame in enumerate(garbage(stage.size // 8)):
            cookie, space, rest = frame.partition(b" ")
            own = f"garbage{n}".encode() if space and len(cookie) < 9 and cookie else cookie
            reply = stage.target.frame(own, own + space + rest, 0.05)
            stage.tally.sent += 1
            if reply and len(reply) > MOST_ANSWER:
                longest = max(longest, len(reply) / len(frame))

    stage.unchanged([call], send)
    if longest > 1:
        stage.tally.wrong.append(f"an answer {longest:.1f} times as long as what it answers")
    twice = stage.call("plain", "plain")
    frame = b"repeated " + json.dumps({"command": "offer", "call-id": twice.call_id, "from-tag": "a", "sdp": twice.caller.sdp()}
                                      | stage.target.words("offer", "plain", "plain", "require")).encode()
    if stage.target.frame(b"repeated", frame) != stage.target.frame(b"repeated", frame):
        stage.tally.wrong.append("a repeated offer has another answer")
    if sorted(set(stage.target.calls()) - {twice.call_id}) != before:
        stage.tally.wrong.append("other calls than before")
    call.talk()


HEAD = "v=0\r\no=- 1 1 IN IP4 10.66.0.2\r\ns=-\r\nc=IN IP4 10.66.0.2\r\nt=0 0\r\n"
MEDIA = "m=audio 5000 RTP/AVP 0\r\n"
BODIES = ("", "\r\n", "v=0", "v=\nv=0", "v=\nv=0\n", "v=0\n" * 5000, "=\r\n" * 5000, "\0", "v=0\r\n\0\r\n" + MEDIA, HEAD, HEAD + MEDIA * 1500,
          HEAD * 40 + MEDIA, HEAD.replace("\r\n", "\r") + MEDIA, HEAD + MEDIA.strip(), HEAD.replace("o=-", "o=" + "x" * 20_000) + MEDIA,
          "A" * 24_000, HEAD.replace("c=IN IP4 10.66.0.2", "c=IN IP4 999.1.1.1/x") + MEDIA)
MEDIA_LINES = ("m=audio 5000 RTP/AVP 4294967296", "m=audio 99999999999999999999 RTP/AVP 0", "m=audio -1 RTP/AVP 0", "m=", "m=audio",
               "m=audio 5000/4294967295 RTP/AVP 0", "m=audio 5000 RTP/AVP " + " ".join(map(str, range(3000))),
               "c=IN IP4 1.2.3.4/999/999", "c=IN IP6 ::::", "c=", "b=AS:" + "9" * 400)
ATTRIBUTES = ("rtpmap:101 telephone-event/8000\r\na=rtpmap:101 telephone-event/8000", "rtpmap:4294967296 x/0", "rtpmap:0 " + "x" * 20_000,
              "crypto:1", "crypto:99999999999999999999 AES_CM_128_HMAC_SHA1_80 inline:", "crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + "A" * 20_000,
              "crypto:1 AES_CM_128_HMAC_SHA1_80 inline:====|2^999|999:999", "fingerprint:sha-256 " + "AA:" * 8000, "candidate:" + "9 " * 5000,
              "rtcp:70000", "ptime:0", "ptime:-2147483648", "ice-pwd:", "setup:", "a" * 20_000, "rtcp-mux" + "\r\na=rtcp-mux" * 3000)


def hostile_sdps() -> list[str]:
    return [*BODIES, *(f"{HEAD}{line}\r\n" for line in MEDIA_LINES), *(f"{HEAD}{MEDIA}a={value}\r\n" for value in ATTRIBUTES)]


def survives(stage: Stage, what: str, attempt) -> None:
    """A relay that it ends is started again."""
    stage.tally.sent += 1
    try:
        attempt()
    except (NotThere, ValueError) as failure:
        stage.tally.wrong.append(f"{what}: {'the relay is gone' if not stage.target.is_alive() else str(failure)[:80]}")
        if not stage.target.is_alive():
            stage.target.restart()


@row("S24", "wrong")
def sdp_parser(stage: Stage) -> None:
    """SDP that is empty, endless, without lines that it must have, or with numbers, names and keys that overflow: the relay
    stands each, what it sends on has an m-line, the second time it does not grow, and a call beside them loses nothing."""
    call = stage.call("sdes", "sdes").begin()
    call.talk()
    sizes, pid = [], stage.target.pid
    for again in range(2):
        for n, sdp in enumerate(hostile_sdps()):
            who = {"call_id": f"sdp-{again}-{n}@attack", "from_tag": "a"}

            def attempt() -> None:
                reply = stage.target.provoke("offer", sdp=sdp, **who)
                if reply.get("result") == "ok" and "m=" not in reply.get("sdp", "m="):
                    stage.tally.wrong.append(f"SDP {n} goes on without an m-line")
                stage.target.ask("delete", **who)

            survives(stage, f"SDP {n} {sdp[:12]!r}", attempt)
        sizes.append(stage.target.memory())
    if stage.target.pid == pid:
        call.talk()
        if (grown := sizes[1] - sizes[0]) > MOST_GROWN * len(hostile_sdps()):
            stage.tally.wrong.append(f"grew by {grown} KiB")


ODD_VALUES = (None, True, -1, 2**63, 10**400, 1.5, "", "x" * 30_000, [], {}, [[[]]], {"a": {"b": {}}}, "\ud800", "\0")
KEYS = ("command", "call-id", "from-tag", "to-tag", "sdp", "flags", "via-branch", "received-from", "direction", "osrtp", "replace",
        "rtcp-mux", "TOS", "sip-code")
ODD_REQUESTS = (b'{"command":1e999}', b'{"limit":-9223372036854775809,"command":"list"}', b'{"command":"list","limit":18446744073709551616}',
                b"d7:command4:pinge", b"d7:command99999999999:pinge", b"d7:command-1:pinge", b"i99999999999999999999e",
                b"d7:commandi1ee", b"d", b"l", b"de", b"0:", b"d0:0:e")


def odd_requests() -> list[bytes]:
    good = {"command": "offer", "call-id": "odd@attack", "from-tag": "a", "sdp": HEAD + MEDIA}
    body = json.dumps(good).encode()
    return [*(json.dumps(good | {key: value}).encode() for key, value in itertools.product(KEYS, ODD_VALUES)),
            *(body[:n] for n in range(1, len(body), 7)),
            *(body.replace(b"offer", bytes([n])) for n in (0, 1, 0x7F, 0x80, 0xC0, 0xF5, 0xFF)), *ODD_REQUESTS]


@row("S25", "wrong")
def control_parser(stage: Stage) -> None:
    """Requests of odd types, with numbers beyond 64 bits, cut off at every seventh octet, and bencode that lies about its
    lengths: the relay lives, and a call beside them loses nothing."""
    call = stage.call("sdes", "sdes").begin()
    pid = stage.target.pid
    for n, request in enumerate(odd_requests()):
        def attempt() -> None:
            if stage.target.raw(request, 0.5) is None and not stage.target.is_alive():
                raise NotThere("the relay is gone")

        survives(stage, f"request {n} {request[:24]!r}", attempt)
    if stage.target.pid == pid:
        call.talk()


def fill(stage: Stage, most: int) -> int:
    """Offers that nobody answers until one is refused; how many were taken."""
    sdp = "v=0\r\no=- 1 1 IN IP4 {0}\r\ns=-\r\nc=IN IP4 {0}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n".format(stage.world.attacker.address)
    words = stage.target.words("offer", "plain", "plain", "require")
    for n in range(most):
        stage.tally.sent += 1
        reply = stage.target.ask("offer", call_id=f"unanswered-{time.monotonic()}-{n}@attack", from_tag="a", sdp=sdp, **words)
        if reply.get("result") != "ok":
            return n
    return most


@row("S26", "wrong")
def exhaustion(stage: Stage) -> None:
    """Offers that nobody answers until all ports are in use: the next one is refused, a call that runs loses nothing, and
    without a restart the unanswered ones end in their time and a new call is possible."""
    call = stage.call("sdes", "sdes").begin()
    call.talk()
    if (taken := fill(stage, 400)) == 400:
        stage.tally.wrong.append("no offer was refused")
    call.talk()
    time_they_have = stage.target.half_open + LATE
    deadline = time.monotonic() + time_they_have * stage.target.patience
    while len(stage.target.calls()) > 1 and time.monotonic() < deadline:
        call.talk(1)
        time.sleep(0.2)
    if left := len(stage.target.calls()) - 1:
        stage.tally.wrong.append(f"{left} of {taken} unanswered calls are left after {time_they_have} s")
    Call(stage, "plain", "plain").begin().talk()
