"""S14, S15, S17, S18, S22: keys that others try to take, weaken, or do without."""

import re
import time

from call import Call, Stage, hostile
from dtls import Association, Certificate, DtlsPhone
from hello import alert, client_hello, fragments, hello_request, NULL_SUITES
from phones import CRYPTO, SUITE
from rows import row

PATIENCE, REFUSAL = 10.0, 0.5  # seconds until a handshake that must succeed has failed, and one that must not
ALLOWED = re.compile(r"(AEAD_AES_(128|256)_GCM|AES_(CM_128|256_CM|CM_256|192_CM|CM_192)_HMAC_SHA1_(80|32))$")
WEAK_PARAMETERS = ("UNENCRYPTED_SRTP", "UNENCRYPTED_SRTCP", "UNAUTHENTICATED_SRTP")
ALERT = 21


def storm() -> list[bytes]:
    """What a stranger has to say to a port where DTLS may be."""
    return [client_hello(), client_hello(NULL_SUITES), client_hello(version=b"\xfe\xff"), client_hello(version=b"\x03\x03"), *fragments(30),
            hello_request(), alert(2, 40), alert(1, 0),
            b"\x14\xfe\xfd" + bytes(9) + b"\1\1", b"\x17\xfe\xfd\0\1" + bytes(6) + b"\0\x10" + bytes(16)]


def sent_to(stage: Stage, calls: list[Call], rounds: int) -> None:
    stage.attack((call.caller.relay[1] + n, packet) for _ in range(rounds) for call in calls for packet in storm() for n in (0, 1))


@row("S14", "wrong")
def hello_race(stage: Stage) -> None:
    """A stranger's ClientHellos (good, with NULL suites only, of wrong versions, in fragments), HelloRequests, alerts and a
    whole handshake under a certificate of his own, before, during and after the handshakes of phones in both roles: all
    of these complete, no phone is sent an alert, and what they then say is heard."""
    calls = [stage.call("dtls", "plain") for _ in range(4 if stage.size < 1000 else 50)]
    for n, call in enumerate(calls):
        call.caller.setup = ("active", "passive")[n % 2]
        call.begin()
    early = [Association(stage.world.attacker.udp(stage.world.attacker.address, 0), call.caller.relay, Certificates.of("stranger"), True)
             for call in calls[::2]]
    for one in early * 5:
        one.step()
    sent_to(stage, calls, 1)
    deadline = time.monotonic() + PATIENCE * stage.target.patience
    while not all([call.caller.step() for call in calls]) and time.monotonic() < deadline:
        sent_to(stage, calls[:2], 1)
        for one in early:
            one.step()
    sent_to(stage, calls, 1)
    unkeyed = [call for call in calls if not call.caller.is_ready()]
    if unkeyed:
        stage.tally.wrong.append(f"{len(unkeyed)} of {len(calls)} handshakes did not complete")
    alerts = sum(packet[0] == ALERT and packet[3:5] == b"\0\0" for call in calls for packet in call.caller.ears.left if packet)
    if alerts:
        stage.tally.wrong.append(f"{alerts} alerts were sent to phones")
    for call in calls:
        if call not in unkeyed:
            call.talk(4)
    stage.tally.notes.append(f"{len(calls)} handshakes, {len(stage.answered)} datagrams of DTLS back to the stranger")
    for one in early:
        one.close()


@row("S14 after", "wrong")
def hello_after(stage: Stage) -> None:
    """The same at a call that has its keys: `query` tells nothing else than before."""
    call = stage.call("dtls", "plain").begin()
    if not call.caller.shake(PATIENCE * stage.target.patience):
        stage.tally.wrong.append("the handshake did not complete")
        return
    call.talk()
    stage.unchanged([call], lambda: sent_to(stage, [call], stage.size // 60))
    call.talk()


class Certificates:
    """Made once for all rows."""

    _made: dict[str, Certificate] = {}
    folder = None  # set by whoever runs the rows

    @classmethod
    def of(cls, name: str) -> Certificate:
        if name not in cls._made:
            cls._made[name] = Certificate(cls.folder, name)
        return cls._made[name]


def fingerprints() -> dict[str, tuple[list[str], bool]]:
    """What an SDP announces, and whether the phone's certificate is among it."""
    own, other = DtlsPhone.own.digest("sha-256"), Certificates.of("stranger").digest("sha-256")
    return {"none": ([], False), "another's": ([other], False), "not hexadecimal": (["sha-256 XYZ"], False), "cut off": ([own[:-3]], False),
            "of another's, and as another hash": ([other, DtlsPhone.own.digest("sha-256").replace("sha-256", "sha-512")], False),
            "right": ([own], True), "right, in lower case": ([own.lower()], True), "SHA-512": ([DtlsPhone.own.digest("sha-512")], True),
            "two, one right": ([other, own], True)}


@row("S15", "wrong")
def fingerprint(stage: Stage) -> None:
    """DTLS phones whose certificate is not what their SDP announces: none, another's, cut off, of another hash. Nothing of
    theirs is heard, and they can open nothing; with the right one among two, in lower case or as SHA-512 the call works."""
    for setup in ("active", "passive"):
        for what, (announced, is_right) in fingerprints().items():
            call = stage.call("dtls", "plain")
            call.caller.fingerprints, call.caller.setup = announced, setup
            replies = [call.offer(), call.answer()]
            shaken = all(reply.get("result") == "ok" for reply in replies) and call.caller.relay[1] and \
                call.caller.shake((PATIENCE if is_right else REFUSAL) * stage.target.patience)
            if is_right:
                if shaken:
                    call.talk(5)
                else:
                    stage.tally.wrong.append(f"{what}, {setup}: no keys")
                continue
            for n in range(20):
                if call.caller.sender:
                    stage.attack([(call.caller.relay[1], call.caller.sender.rtp(hostile(n)))], source=call.caller.home)
                if call.callee.relay[1]:
                    call.callee.send()
            stage.settle()
            stage.tally.leaked += call.caller.ears.heard  # opened with keys that the relay should not have


def weak_lines(key: str) -> list[str]:
    long = "inline:" + key
    return [f"NULL_HMAC_SHA1_80 {long}", f"NULL_HMAC_SHA1_32 {long}", f"F8_128_HMAC_SHA1_80 {long}", f"{SUITE} {long} UNENCRYPTED_SRTP",
            f"{SUITE} {long} UNENCRYPTED_SRTCP", f"{SUITE} {long} UNAUTHENTICATED_SRTP", f"{SUITE} {long} UNENCRYPTED_SRTP UNAUTHENTICATED_SRTP"]


def is_weak(suite: str, rest: str) -> bool:
    return not ALLOWED.match(suite) or any(word in rest for word in WEAK_PARAMETERS)


@row("S17", "wrong")
def weak_suites(stage: Stage) -> None:
    """Offers and answers of NULL, F8, UNENCRYPTED and UNAUTHENTICATED keys, alone and before a good one: the relay takes none
    of them but the good one, and offers none."""
    for weak in weak_lines(stage.phone(stage.world.caller, "sdes", "keys").key):
        for good in (False, True):
            call = stage.call("sdes", "plain")
            lines = [f"a=crypto:1 {weak}"] + ([f"a=crypto:2 {SUITE} inline:{call.caller.key}"] if good else [])
            reply = call.offer(call.caller.sdp(*lines, crypto=False))
            stage.tally.sent += 1
            if reply.get("result") != "ok":
                if good:
                    stage.tally.wrong.append(f"refuses {re.sub('inline:[^ ]+', '…', weak)} and a good one")
                continue
            reply = call.answer()
            taken = CRYPTO.findall(reply.get("sdp", ""))
            if any(is_weak(suite, rest) or (weak.endswith(("SRTP", "SRTCP")) and tag == "1") for tag, suite, _, rest in taken):
                stage.tally.wrong.append(f"takes {re.sub('inline:[^ ]+', '…', weak)}")
            elif good and [tag for tag, *_ in taken] != ["2"]:
                stage.tally.wrong.append(f"does not take the good one behind {re.sub('inline:[^ ]+', '…', weak)}")
    call = stage.call("plain", "sdes")
    offered = {suite for _, suite, _, rest in CRYPTO.findall(call.offer().get("sdp", "")) if is_weak(suite, rest)}
    reply = call.answer(call.callee.sdp(f"a=crypto:{call.callee.tag} {SUITE} inline:{call.callee.key} UNENCRYPTED_SRTP", crypto=False))
    if reply.get("result") == "ok" and re.search(r"^m=audio [1-9]", reply["sdp"], re.M):
        stage.tally.wrong.append("takes UNENCRYPTED_SRTP in an answer that was not offered it")
    if offered:
        stage.tally.wrong.append("offers " + ", ".join(sorted(offered)))


@row("S18 offer", "wrong")
def stripped_offer(stage: Stage) -> None:
    """The keys are taken out of the first offer, or out of the answer, where the leg is to be encrypted: refused, or no
    media."""
    call = stage.call("sdes", "plain")
    reply = call.offer(call.caller.sdp(crypto=False, profile="RTP/AVP"))
    if reply.get("result") == "ok":
        call.answer()
    plain_media(call, call.caller)
    call = stage.call("plain", "sdes")
    call.offer()
    call.answer(call.callee.sdp(crypto=False, profile="RTP/AVP"))
    plain_media(call, call.callee)


def plain_media(call: Call, stripped) -> None:
    """Without keys both phones speak; on the leg that was to have some nothing may come out, nor get in."""
    call.stage.tally.sent += 1
    if not call.caller.relay[1]:
        return
    heard = call.caller.ears.clear + call.callee.ears.clear
    for n in range(10):
        stripped.peer.send()
        call.stage.attack([(stripped.relay[1], hostile(n, stripped.ssrc))], source=stripped.home)
    call.stage.settle()
    if call.caller.ears.clear + call.callee.ears.clear > heard or stripped.peer.ears.injected:
        call.stage.tally.wrong.append(f"media without keys on the leg of the {stripped.place.name}")


@row("S18 re-offer", "clear")
def stripped_reoffer(stage: Stage) -> None:
    """The keys are taken out of a re-INVITE of a call that is SRTP, from either side, or out of its answer, on legs that are
    to be and on legs that must be encrypted: the relay sends nothing in clear where keys had been accepted, nor lets it in."""
    for policy in ("prefer", "require"):
        for kinds in (("sdes", "plain"), ("sdes", "sdes"), ("plain", "sdes")):
            for offerer in (0, 1):
                for stripped in (("offer",), ("answer",), ("offer", "answer")):
                    call = stage.call(*kinds, policy=policy).begin()
                    call.talk(5)
                    exchange_without_keys(call, offerer, stripped)
                    for one in call.phones():
                        for _ in range(5):
                            one.send()
                        forged = [(one.relay[1], hostile(n, one.ssrc)) for n in range(5)] if one.secure else []
                        stage.attack(forged, source=one.home)
                    call.end()


def exchange_without_keys(call: Call, offerer: int, stripped: tuple[str, ...]) -> None:
    """A re-INVITE of which messages lose their keys. What the phones get of it they do not read: they keep to their keys."""
    tags = {"from_tag": "ab"[offerer], "to_tag": "ba"[offerer]}
    phones = {"offer": call.phones()[offerer], "answer": call.phones()[1 - offerer]}
    for command, phone in phones.items():
        is_stripped = command in stripped or not phone.secure
        reply = call.ask(command, phone.sdp(crypto=not is_stripped, profile="RTP/AVP" if is_stripped else ""), **tags)
        call.stage.tally.sent += 1
        if reply.get("result") != "ok":
            return


@row("S22", "clear")
def early_media(stage: Stage) -> None:
    """Media of one phone before the other's keys are there: before its answer, before its handshake. Nothing goes out in
    clear, and once there are keys both are heard."""
    for kinds in (("sdes", "plain"), ("plain", "sdes"), ("sdes", "sdes"), ("dtls", "plain")):
        call = stage.call(*kinds)
        call.offer()
        for early in (True, False):
            for _ in range(20):
                for phone in call.phones():
                    target = phone.relay if phone.relay[1] else call.callee.relay  # the caller guesses
                    if phone.kind == "plain":
                        phone.rtp.sendto(phone.packet(), target)
            stage.settle()
            if early:
                call.answer()
        if kinds[0] == "dtls" and not call.caller.shake(PATIENCE * stage.target.patience):
            stage.tally.wrong.append("the handshake did not complete")
            continue
        call.talk()
