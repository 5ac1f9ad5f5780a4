"""The calls of the demonstration, and what must become of each."""

import dataclasses

PHONES = ("plain", "opportunistic", "mandatory")

# What baresip 1.0 offers, and what it takes of the suites the relay offers it by default.
OFFERED_BY_PHONE = "AES_CM_128_HMAC_SHA1_80"
TAKEN_BY_PHONE = "AEAD_AES_256_GCM"
# DTLS agrees on one of these (RFC 5764, RFC 7714); which, the DTLS server decides.
DTLS_SUITES = ("AEAD_AES_256_GCM", "AEAD_AES_128_GCM", "AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32")


@dataclasses.dataclass(frozen=True)
class Leg:
    """How one leg ends up: the relay's words for it."""

    state: str  # "plain" | "srtp-sdes" | "srtp-dtls"
    suite: str | None = None  # where expected of srtp-dtls, None stands for any
    reason: str | None = None

    def __str__(self) -> str:
        if self.encrypted:
            return ("DTLS " if self.state == "srtp-dtls" else "SRTP ") + (self.suite or "(any suite)")
        return f"{'RTP' if self.state == 'plain' else self.state} ({self.reason})"

    @property
    def encrypted(self) -> bool:
        return self.state in ("srtp-sdes", "srtp-dtls")

    @property
    def on_wire(self) -> str:
        return "RTP" if self.state == "plain" else "SRTP"

    def covers(self, became: "Leg") -> bool:
        """Whether this expectation is met."""
        if self.state == "srtp-dtls" and self.suite is None:
            return became.state == self.state and became.suite in DTLS_SUITES and became.reason is None
        return became == self


@dataclasses.dataclass(frozen=True)
class Call:
    """One call: who calls whom over what, and the outcome that is right."""

    caller: str
    callee: str
    transport: str  # of the phones; browsers have their own
    becomes: dict[str, Leg]  # by "caller" and "callee"
    hangs_up: str = "caller"

    @property
    def name(self) -> str:
        return f"{self.caller}-{self.callee}" + ("-udp" if self.transport == "udp" else "")

    @property
    def title(self) -> str:
        return f"{self.caller} -> {self.callee}" + (" (UDP)" if self.transport == "udp" else "")

    @property
    def refuses_first(self) -> bool:
        """Who insists on a secure profile answers 488 to an RTP/AVP offer; the proxy then offers another."""
        return self.callee in ("mandatory", "dtls")

    @property
    def needs_browser(self) -> bool:
        return "browser" in (self.caller, self.callee)


# A caller's leg is what its own offer asked for, a callee's what its answer took (RFC 8643 section 3).
CALLER = {
    "plain": Leg("plain", reason="peer-did-not-offer"),
    "opportunistic": Leg("srtp-sdes", OFFERED_BY_PHONE),
    "mandatory": Leg("srtp-sdes", OFFERED_BY_PHONE),
    "dtls": Leg("srtp-dtls"),
    "browser": Leg("srtp-dtls"),
}
CALLEE = {
    "plain": Leg("plain", reason="peer-declined"),
    "opportunistic": Leg("srtp-sdes", TAKEN_BY_PHONE),
    "mandatory": Leg("srtp-sdes", TAKEN_BY_PHONE),
    "dtls": Leg("srtp-dtls"),
    "browser": Leg("srtp-dtls"),
}
# Keys would be readable by everybody on the path (RFC 8643 section 4).
CLEAR = Leg("plain", reason="signalling-clear")


def between(caller: str, callee: str, hangs_up: str = "caller") -> Call:
    return Call(caller, callee, "tls", {"caller": CALLER[caller], "callee": CALLEE[callee]}, hangs_up)


SDES_CALLS = [between(caller, callee) for caller in PHONES for callee in PHONES]
SDES_CALLS.append(Call("opportunistic", "opportunistic", "udp", {"caller": CLEAR, "callee": CLEAR}))
DTLS_CALLS = [between("dtls", callee) for callee in (*PHONES, "dtls")] + [between(caller, "dtls") for caller in PHONES]
# Each side hangs up somewhere, browsers and phones.
BROWSER_CALLS = [between("browser", "plain"), between("browser", "opportunistic", "callee"), between("browser", "dtls"),
                 between("plain", "browser"), between("opportunistic", "browser", "callee"),
                 between("dtls", "browser", "callee")]

CALLS = [*SDES_CALLS, *DTLS_CALLS, *BROWSER_CALLS]

# The most telling first, for a run of only some.
SHORT = ["plain-opportunistic", "browser-opportunistic", "opportunistic-dtls", "opportunistic-mandatory", "dtls-plain"]


def names(text: str) -> list[str]:
    """Names of calls, parted by commas. Raises ValueError where there is no such call."""
    known = [call.name for call in CALLS]
    return [known[known.index(name)] for name in text.split(",")]


def choose(count: int | None, only: list[str] | None) -> list[Call]:
    """All calls, the `count` most telling ones, or those with the names `only`."""
    if only is not None:
        return [call for call in CALLS if call.name in only]
    ranked = sorted(CALLS, key=lambda call: SHORT.index(call.name) if call.name in SHORT else len(SHORT))
    chosen = ranked[:count]
    return [call for call in CALLS if call in chosen]
