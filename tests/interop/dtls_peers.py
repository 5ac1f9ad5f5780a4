#!/usr/bin/python3
"""GStreamer's DTLS-SRTP against a running relay, in both roles of the handshake and as the caller and the callee; a
plain phone is on the other leg. RTP and RTCP are compared octet for octet both ways. Then what must not come through.
"""

import dataclasses
import os
import pathlib
import re
import shutil
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests" / "interop"))

from lab import dtls_stacks, exchange, isolation, processes, srtp_stacks  # noqa: E402
from lab.exchange import ADDRESS, Wrong  # noqa: E402
from lab.relay import Refusal, Relay  # noqa: E402

DIRECTORY = pathlib.Path("build/dtls-peers")
RELAY = "127.0.0.2"
SHORTEST_PROOF = 16  # octets that are not the same by chance
PATIENCE = 10.0  # seconds until what must happen counts as never happening


@dataclasses.dataclass(frozen=True)
class Case:
    """GStreamer says `setup` in its SDP, and must then have `role` in the handshake."""

    title: str
    by: str  # who offers: GStreamer or a plain phone, with the relay's offer to GStreamer
    setup: str
    role: str
    key: str = "ec"
    policy: str = "opportunistic"
    more: dict = dataclasses.field(default_factory=dict)  # in the offer
    presents: str = ""  # another certificate than the announced one


CASES = (
    Case("GStreamer offers active", "GStreamer", "active", "active"),
    Case("GStreamer offers passive", "GStreamer", "passive", "passive", key="rsa"),
    Case("GStreamer offers actpass", "GStreamer", "actpass", "passive"),
    Case("GStreamer offers actpass, the relay is to wait", "GStreamer", "actpass", "active", more={"DTLS": "passive"}),
    Case("GStreamer answers active", "plain", "active", "active", key="rsa"),
    Case("GStreamer answers passive", "plain", "passive", "passive"),
    Case("GStreamer answers active, required", "plain", "active", "active", policy="require"),
    Case("GStreamer offers active, with another certificate", "GStreamer", "active", "active", presents="other"),
    Case("GStreamer answers passive, with another certificate", "plain", "passive", "passive", presents="other"),
)


class Call:
    """One case, on a running relay."""

    def __init__(self, relay: Relay, owner: processes.Processes, case: Case, certificates: dict) -> None:
        self._relay, self._case, self._certificates = relay, case, certificates
        self._call_id = case.title.replace(" ", "-").replace(",", "")
        self._gstreamer = dtls_stacks.GStreamer(DIRECTORY, owner, self._call_id)
        self._plain = exchange.Ports()
        self._leg = "caller" if case.by == "GStreamer" else "callee"
        self._to_plain = 0  # the relay's port for the plain phone

    def run(self) -> None:
        """Raises Wrong, Refusal or srtp_stacks.Unable."""
        try:
            towards_gstreamer = self._negotiate()
            presented = self._certificates[self._case.presents or self._case.key]
            self._gstreamer.start(presented, self._case.role, (RELAY, exchange.sdp_port(towards_gstreamer)))
            if self._case.presents:
                self._expect_failure()
            else:
                self._expect_talk(towards_gstreamer)
            self._relay.ask("delete", call_id=self._call_id)
        finally:
            self._gstreamer.close()
            self._plain.close()

    def _negotiate(self) -> str:
        """The relay's SDP for GStreamer."""
        plain, secure = self._sdp(self._plain.port), self._secure_sdp()
        gstreamer_offers = self._case.by == "GStreamer"
        offered = self._ask("offer", secure if gstreamer_offers else plain, **self._case.more)
        answered = self._ask("answer", plain if gstreamer_offers else secure, to_tag="answerer", sip_code=200)
        ours, theirs = (answered, offered) if gstreamer_offers else (offered, answered)
        if not gstreamer_offers and "a=fingerprint" in theirs:  # an offer may have one
            raise Wrong(f"the plain caller's answer has a fingerprint:\n{theirs}")
        self._to_plain = exchange.sdp_port(theirs)
        wanted = {"active": "passive", "passive": "active"}[self._case.role] if gstreamer_offers else "actpass"
        if f"a=setup:{wanted}\r\n" not in ours or "a=rtcp-mux\r\n" not in ours:
            raise Wrong(f"GStreamer should get a=setup:{wanted} and a=rtcp-mux:\n{ours}")
        return ours

    def _ask(self, command: str, sdp: str, **more: object) -> str:
        options = {self._leg: self._case.policy, f"{self._leg}-keying": ["dtls"],
                   "callee" if self._leg == "caller" else "caller": "opportunistic"}
        return self._relay.ask(command, call_id=self._call_id, from_tag="offerer", sdp=sdp, osrtp=options,
                               rtcp_mux=["require"] if self._leg == "callee" else ["demux"], **more)["sdp"]

    def _sdp(self, port: int, profile: str = "RTP/AVP", *lines: str) -> str:
        fixed = ["v=0", f"o=- 1 1 IN IP4 {ADDRESS}", "s=-", f"c=IN IP4 {ADDRESS}", "t=0 0"]
        return "".join(f"{line}\r\n" for line in [*fixed, f"m=audio {port} {profile} 0", *lines])

    def _secure_sdp(self) -> str:
        profile = "UDP/TLS/RTP/SAVP" if self._case.policy == "require" else "RTP/AVP"
        announced = self._certificates[self._case.key].fingerprint
        return self._sdp(self._gstreamer.port, profile, f"a=fingerprint:sha-256 {announced}",
                         f"a=setup:{self._case.setup}", "a=rtcp-mux")

    def _expect_talk(self, towards_gstreamer: str) -> None:
        announced = re.search(r"^a=fingerprint:sha-256 (\S+)", towards_gstreamer, re.M)
        shown = self._gstreamer.wait_connected(PATIENCE)
        if announced is None or shown != announced.group(1):
            raise Wrong(f"the relay's certificate has {shown}, its SDP says {announced}")
        packets, reports = exchange.rtp_packets(True), exchange.rtcp_packets()
        self._send_and_compare(packets, reports)
        total = len(packets) + len(reports)
        leg, plain = self._security()
        seen = leg["state"], leg["suite"], leg["authenticated-packets"], leg["relayed-packets"], leg["dropped"]
        if seen != ("srtp-dtls", "AES_CM_128_HMAC_SHA1_80", total, total, {}):
            raise Wrong(f"{total} packets were sent, the relay says {leg}")
        if (plain["state"], plain["relayed-packets"]) != ("plain", total):
            raise Wrong(f"{total} packets were sent, the relay says {plain}")

    def _send_and_compare(self, packets: list[bytes], reports: list[bytes]) -> None:
        one, plain = self._gstreamer, self._plain
        for number, packet in enumerate(packets):
            one.send(packet)
            exchange.compare([packet], [exchange.receive(plain.rtp, "plain", number)], "on the plain leg")
            plain.rtp.sendto(packet, (RELAY, self._to_plain))
            exchange.compare([packet], [one.hear()], "opened by GStreamer")
        for number, report in enumerate(reports):
            one.send_rtcp(report)
            exchange.compare([report], [exchange.receive(plain.rtcp, "plain RTCP", number)], "on the plain leg")
            plain.rtcp.sendto(report, (RELAY, self._to_plain + 1))
            exchange.compare([report], [one.hear_rtcp()], "opened by GStreamer")
        ends = [packet[-SHORTEST_PROOF:] for packet in packets if len(packet) > 2 * SHORTEST_PROOF]
        if any(end in sent for end in ends for sent in one.sent):
            raise Wrong("GStreamer sent a payload in the clear")

    def _expect_failure(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while (leg := self._security()[0])["state"] == "pending" and time.monotonic() < deadline:
            time.sleep(0.05)
        if (leg["state"], leg["reason"]) != ("failed", "fingerprint-mismatch"):
            raise Wrong(f"the certificate is another than announced, the relay says {leg}")
        for packet in exchange.rtp_packets(True):
            self._gstreamer.send(packet)
            self._plain.rtp.sendto(packet, (RELAY, self._to_plain))
        time.sleep(0.2)
        exchange.silent(self._plain.rtp, "the plain leg")
        if any(leg["relayed-packets"] for leg in self._security()):
            raise Wrong(f"media was relayed: {self._security()}")

    def _security(self) -> tuple[dict, dict]:
        """Of GStreamer's leg, and of the plain one."""
        one, other = self._relay.ask("query", call_id=self._call_id)["security"]
        return (one, other) if one["leg"] == self._leg else (other, one)


def perform(relay: Relay, owner: processes.Processes, case: Case, certificates: dict) -> bool:
    try:
        Call(relay, owner, case, certificates).run()
    except (Wrong, Refusal, srtp_stacks.Unable, OSError) as failure:
        print(f"FAILED {case.title}: {failure!r}", flush=True)
        return False
    print(f"ok     {case.title}", flush=True)
    return True


def run() -> int:
    processes.die_with_parent()
    isolation.loopback_up()
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    DIRECTORY.mkdir(parents=True)
    owner = processes.Processes()
    certificates = {"rsa": dtls_stacks.Certificate(DIRECTORY, "rsa", "rsa:2048"),
                    **{name: dtls_stacks.Certificate(DIRECTORY, name, "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
                       for name in ("ec", "other")}}
    with tempfile.TemporaryDirectory(prefix="osrtp-lab-") as sockets:
        try:
            relay = Relay(RELAY, pathlib.Path(sockets), DIRECTORY / "osrtpd.log")
            relay.launch(owner)
            verdicts = [perform(relay, owner, case, certificates) for case in CASES]
        finally:
            owner.stop()
            isolation.give_back(str(DIRECTORY))
    print(f"{verdicts.count(True)} passed, {verdicts.count(False)} failed")
    return 0 if all(verdicts) else 1


def main() -> int:
    os.chdir(ROOT)
    try:
        return run() if isolation.inside() else isolation.run_isolated([sys.executable, *sys.argv])
    except (processes.Died, isolation.NotPossible) as failure:
        print(f"dtls peers: {failure}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
