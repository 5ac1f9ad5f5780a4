"""The keys two parties told each other in SDP, read from a phone's SIP trace (RFC 4568)."""

import dataclasses
import re

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
MESSAGE = re.compile(r"^#\r?\n(?:UDP|TCP|TLS) (\S+) -> (\S+)\r?\n(.*?)(?=^#\r?\n(?:UDP|TCP|TLS) |\Z)", re.M | re.S)
CRYPTO = re.compile(r"^a=crypto:(\d+) (\S+) inline:([^\s|]+)", re.M)


@dataclasses.dataclass(frozen=True)
class Message:
    """One SIP message of the trace."""

    sent: bool  # by the phone
    text: str

    def is_invite_sdp(self) -> bool:
        return bool(re.search(r"^CSeq: \d+ (INVITE|ACK|UPDATE)\r?$", self.text, re.M)) and "\nm=audio" in self.text

    def is_of(self, call_id: str) -> bool:
        return re.search(rf"^Call-ID: {re.escape(call_id)}\r?$", self.text, re.M) is not None

    def crypto(self) -> dict[str, tuple[str, str]]:
        """tag -> (suite, base64 of key and salt)"""
        return {tag: (suite, inline) for tag, suite, inline in CRYPTO.findall(self.text)}


@dataclasses.dataclass(frozen=True)
class Keys:
    """What one SDES exchange agreed on, from a phone's point of view."""

    suite: str
    sent: str  # the phone protects with it
    received: str  # the relay protects with it


def messages(trace: str, proxy_ports: tuple[int, ...]) -> list[Message]:
    found = MESSAGE.findall(ESCAPE.sub("", trace))
    return [Message(int(target.rpartition(":")[2]) in proxy_ports, text) for _, target, text in found]


def agreed(trace: list[Message], offerer: bool) -> Keys | None:
    """The keys of the last exchange; nothing where the answer has none. `offerer`: the phone made the offer."""
    bodies = [message for message in trace if message.is_invite_sdp()]
    offers = [m.crypto() for m in bodies if m.sent == offerer]
    answers = [m.crypto() for m in bodies if m.sent != offerer]
    if not offers or not answers or not answers[-1]:
        return None
    tag, (suite, inline) = next(iter(answers[-1].items()))
    if tag not in offers[-1]:
        return None
    offered = offers[-1][tag][1]
    return Keys(suite, offered, inline) if offerer else Keys(suite, inline, offered)


def last_agreed(trace: list[Message]) -> Keys | None:
    """The same of a dialog in which either side may have made the last offer."""
    bodies = [message for message in trace if message.is_invite_sdp()]
    return agreed(trace, not bodies[-1].sent) if bodies else None


def media_ports(trace: list[Message]) -> range:
    """The ports that the phone's SDP named last."""
    ports = [int(re.search(r"^m=audio (\d+)", m.text, re.M)[1]) for m in trace if m.sent and m.is_invite_sdp()]
    return range(ports[-1], ports[-1] + 2) if ports else range(0)


def refused(trace: list[Message], status: int) -> bool:
    """Whether the phone answered an INVITE with this status."""
    return any(m.sent and m.text.startswith(f"SIP/2.0 {status} ") and " INVITE" in m.text for m in trace)
