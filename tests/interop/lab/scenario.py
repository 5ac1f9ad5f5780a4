"""The calls of the demonstration, and what must become of each."""

import dataclasses

PHONES = ("plain", "opportunistic", "mandatory")

# What baresip 1.0 offers, and what it takes of the suites the relay offers it by default.
OFFERED_BY_PHONE = "AES_CM_128_HMAC_SHA1_80"
TAKEN_BY_PHONE = "AEAD_AES_256_GCM"


@dataclasses.dataclass(frozen=True)
class Leg:
    """How one leg ends up: the relay's words for it."""

    state: str  # "plain" | "srtp-sdes"
    suite: str | None = None
    reason: str | None = None

    def __str__(self) -> str:
        if self.state == "srtp-sdes":
            return f"SRTP {self.suite}"
        return f"{'RTP' if self.state == 'plain' else self.state} ({self.reason})"

    @property
    def on_wire(self) -> str:
        return "RTP" if self.state == "plain" else "SRTP"


@dataclasses.dataclass(frozen=True)
class Call:
    """One call: who calls whom over what, and the outcome that is right."""

    caller: str
    callee: str
    transport: str
    becomes: dict[str, Leg]  # by "caller" and "callee"

    @property
    def name(self) -> str:
        return f"{self.caller}-{self.callee}" + ("-udp" if self.transport == "udp" else "")

    @property
    def title(self) -> str:
        return f"{self.caller} -> {self.callee}" + (" (UDP)" if self.transport == "udp" else "")

    @property
    def refuses_first(self) -> bool:
        """A mandatory phone answers 488 to an RTP/AVP offer; the proxy then offers RTP/SAVP."""
        return self.callee == "mandatory"


# A caller's leg is what its own offer asked for, a callee's what its answer took (RFC 8643 section 3).
CALLER = {
    "plain": Leg("plain", reason="peer-did-not-offer"),
    "opportunistic": Leg("srtp-sdes", OFFERED_BY_PHONE),
    "mandatory": Leg("srtp-sdes", OFFERED_BY_PHONE),
}
CALLEE = {
    "plain": Leg("plain", reason="peer-declined"),
    "opportunistic": Leg("srtp-sdes", TAKEN_BY_PHONE),
    "mandatory": Leg("srtp-sdes", TAKEN_BY_PHONE),
}
# Keys would be readable by everybody on the path (RFC 8643 section 4).
CLEAR = Leg("plain", reason="signalling-clear")

CALLS = [Call(caller, callee, "tls", {"caller": CALLER[caller], "callee": CALLEE[callee]})
         for caller in PHONES for callee in PHONES]
CALLS.append(Call("opportunistic", "opportunistic", "udp", {"caller": CLEAR, "callee": CLEAR}))

# The most telling first, for a run of only some.
SHORT = ["plain-opportunistic", "opportunistic-opportunistic", "opportunistic-mandatory"]


def choose(count: int | None, only: str | None) -> list[Call]:
    """All calls, the `count` most telling ones, or those whose name is `only`."""
    if only is not None:
        return [call for call in CALLS if call.name == only]
    ranked = sorted(CALLS, key=lambda call: SHORT.index(call.name) if call.name in SHORT else len(SHORT))
    chosen = ranked[:count]
    return [call for call in CALLS if call in chosen]
