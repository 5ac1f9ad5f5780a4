#!/usr/bin/python3
"""The laboratory's own tests: its instruments must see what is there, and its judge must notice what is wrong."""

import base64
import copy
import math
import pathlib
import struct
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from lab import audio, baresip, evidence, judge, scenario, sdes, sip, srtp, wire  # noqa: E402
from lab.evidence import LegOnWire, altered, examine_dtls  # noqa: E402

RATE = audio.RATE
MASTER_KEY = bytes.fromhex("E1F97A0D3E018BE0D64FA32C06DE4139")  # RFC 3711 appendix B.3
MASTER_SALT = bytes.fromhex("0EC675AD498AFEEBB6960B3AABE6")


def tone(frequency: int, seconds: float = 1.0) -> list[int]:
    return [int(8000 * math.sin(2 * math.pi * frequency * n / RATE)) for n in range(int(RATE * seconds))]


def packets(samples: list[int]) -> list[wire.Datagram]:
    coded = bytes(map(audio.compress, samples))
    return [wire.Datagram(0.0, ("a", 1), ("b", 2), struct.pack("!BBHII", 0x80, 0, n, n * 160, 7) + coded[at:at + 160])
            for n, at in enumerate(range(0, len(coded), 160))]


class Audio(unittest.TestCase):
    def test_a_tone_is_found_and_another_is_not(self) -> None:
        self.assertGreaterEqual(audio.seconds_of_tone(tone(440), 440), 0.9)
        self.assertEqual(audio.seconds_of_tone(tone(440), 1000), 0)

    def test_silence_and_noise_are_no_tone(self) -> None:
        noise = [((n * 1103515245 + 12345) >> 8) % 16000 - 8000 for n in range(RATE)]
        self.assertEqual(audio.seconds_of_tone([0] * RATE, 440), 0)
        self.assertEqual(audio.seconds_of_tone(noise, 440), 0)

    def test_mu_law_has_the_values_of_g711(self) -> None:
        self.assertEqual([audio.MU_LAW[code] for code in (0x00, 0x7F, 0x80, 0xFF)], [-32124, 0, 32124, 0])


class OnTheWire(unittest.TestCase):
    def test_clear_packets_with_the_tone_are_rtp(self) -> None:
        self.assertEqual(wire.looks_like(packets(tone(440)), 440), "RTP")

    def test_clear_packets_with_another_tone_are_not_called_rtp(self) -> None:
        self.assertIn("unclear", wire.looks_like(packets(tone(1000)), 440))

    def test_longer_packets_are_srtp_only_when_no_tone_is_left_in_them(self) -> None:
        clear = packets(tone(440))
        tagged = [wire.Datagram(d.at, d.source, d.target, d.payload + bytes(10)) for d in clear]
        self.assertIn("unclear", wire.looks_like(tagged, 440))
        self.assertEqual(wire.looks_like(masked(clear), 440), "SRTP")

    def test_one_clear_packet_among_encrypted_ones_is_noticed(self) -> None:
        clear = packets(tone(440))
        mixed = [wire.Datagram(0.0, ("a", 1), ("b", 2), bytes([0x80, 0]) + bytes(180))] * 40 + clear[:1]
        self.assertIn("unclear", wire.looks_like(mixed, 440))


def masked(clear: list[wire.Datagram]) -> list[wire.Datagram]:
    """As long as SRTP, and as little to be heard in."""
    return [wire.Datagram(d.at, d.source, d.target, d.payload[:12] + bytes((n * 7919 + i * i * 31) % 251
                          for i in range(170))) for n, d in enumerate(clear)]


class DtlsOnTheWire(unittest.TestCase):
    HANDSHAKE = [wire.Datagram(0.0, ("a", 1), ("b", 2), bytes([22, 254, 255]) + bytes(60))]
    CERTIFICATE = bytes([22, 254, 253]) + bytes(8) + bytes([0, 5]) + bytes(5)  # the record before, in one datagram
    KEYED = [wire.Datagram(0.0, ("a", 1), ("b", 2), CERTIFICATE + bytes([20, 254, 253]) + bytes(8) + bytes([0, 1, 1]))]
    MEDIA = masked(packets(tone(440)))

    def test_what_shares_a_port_is_told_apart(self) -> None:
        self.assertEqual([wire.kind(bytes([first])) for first in (0, 3, 4, 19, 20, 63, 64, 127, 128, 191, 192)],
                         ["STUN", "STUN", "unknown", "unknown", "DTLS", "DTLS", "unknown", "unknown", "RTP", "RTP",
                          "unknown"])
        self.assertEqual(wire.kind(b""), "unknown")

    def test_a_handshake_and_unreadable_media_are_a_dtls_leg(self) -> None:
        both = self.HANDSHAKE + self.MEDIA
        leg = examine_dtls(both, both, 440, 440)
        self.assertEqual((leg.to_relay, leg.from_relay, leg.problems, leg.opened), ("SRTP", "SRTP", [], False))

    def test_a_handshake_of_one_side_alone_is_noticed(self) -> None:
        self.assertEqual(examine_dtls(self.HANDSHAKE + self.MEDIA, self.MEDIA, 440, 440).problems, ["no DTLS received"])

    def test_media_in_the_clear_is_noticed_in_spite_of_a_handshake(self) -> None:
        clear = self.HANDSHAKE + packets(tone(440))
        self.assertEqual(examine_dtls(clear, clear, 440, 440).to_relay, "RTP")

    def test_a_phone_that_speaks_before_it_has_keys_is_forgiven_and_the_relay_is_not(self) -> None:
        early = packets(tone(440, 0.06)) + self.HANDSHAKE + self.KEYED + self.MEDIA
        leg = examine_dtls(early, early, 440, 440)
        self.assertEqual(leg.to_relay, "SRTP")
        self.assertIn("3 of 172", leg.from_relay)
        late = self.HANDSHAKE + self.KEYED + packets(tone(440, 0.06)) + self.MEDIA
        self.assertIn("3 of 172", examine_dtls(late, late, 440, 440).to_relay)


class Srtp(unittest.TestCase):
    def test_keys_are_derived_as_in_rfc_3711_b_3(self) -> None:
        derived = [srtp.derive(MASTER_KEY, MASTER_SALT, label, size).hex().upper()
                   for label, size in ((0, 16), (1, 20), (2, 14))]
        self.assertEqual(derived, ["C61E7A93744F39EE10734AFE3FF7A087", "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4",
                                   "30CBBC08863D8C85D49DB34A9AE1"])

    def test_a_packet_under_another_key_is_refused(self) -> None:
        receiver = srtp.Receiver("AES_CM_128_HMAC_SHA1_80", base64.b64encode(MASTER_KEY + MASTER_SALT).decode())
        with self.assertRaises(srtp.Refused):
            receiver.rtp(packets(tone(440, 0.02))[0].payload + bytes(10))

    def test_what_is_sent_opens_over_the_wrap_of_sequence_numbers_unless_altered(self) -> None:
        key = base64.b64encode(MASTER_KEY + MASTER_SALT).decode()
        sender, receiver = (one("AES_CM_128_HMAC_SHA1_80", key) for one in (srtp.Sender, srtp.Receiver))
        for number in (65534, 65535, 0, 1):
            clear = struct.pack("!BBHII", 0x80, 0, number, 0, 7) + bytes(range(160))
            sealed = sender.rtp(clear)
            self.assertEqual(len(sealed), len(clear) + 10)
            self.assertEqual(receiver.rtp(sealed), clear)
        with self.assertRaises(srtp.Refused):
            receiver.rtp(sealed[:-1] + bytes([sealed[-1] ^ 1]))

    def test_only_what_comes_after_a_change_of_keys_is_judged(self) -> None:
        keys = [base64.b64encode(bytes([n]) * 30).decode() for n in (1, 2)]
        stream = []
        for sender in (srtp.Sender("AES_CM_128_HMAC_SHA1_80", key) for key in keys):
            for clear in packets(tone(440, 0.2)):
                stream.append(wire.Datagram(float(len(stream)), ("a", 1), ("b", 2), sender.rtp(clear.payload)))
        agreed = sdes.Keys("AES_CM_128_HMAC_SHA1_80", keys[1], keys[1])
        change = len(stream) / 2
        self.assertEqual(evidence.examine(stream, stream, agreed, 440, 440, change).problems, [])
        self.assertIn("does not open", evidence.examine(stream, stream, agreed, 440, 440, change - 1).problems[0])


class Sip(unittest.TestCase):
    REPLY = (b"SIP/2.0 183 Session Progress\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>;tag=2\r\nCSeq: 4 INVITE\r\n"
             b"Record-Route: <sip:p;lr>, <sip:q;lr>\r\nContact: <sip:b@y>\r\nContent-Length: 3\r\n\r\nv=0")

    def test_messages_of_a_connection_are_parted_by_their_length(self) -> None:
        first, rest = sip.split(self.REPLY + self.REPLY[:50])
        self.assertEqual((first.kind, first.body, first.tag("To"), first.target), ("183 INVITE", "v=0", "2", "sip:b@y"))
        self.assertEqual(rest, self.REPLY[:50])
        for cut in (50, len(self.REPLY) - 1):
            self.assertEqual(sip.split(self.REPLY[:cut]), (None, self.REPLY[:cut]))

    def test_a_reply_to_an_invite_makes_a_dialog_of_its_own_tag(self) -> None:
        sent = []
        call = sip.Dialog(sent.append, "sip:a@z", "TLS z:1", "id", "<sip:a@x>", "1", "<sip:b@x>", "", "sip:b@x")
        call.request("INVITE")
        dialog = call.confirm(sip.split(self.REPLY)[0])
        dialog.ack()
        ack = sip.split(sent[1])[0]
        self.assertEqual((ack.first, ack["CSeq"], ack["To"]), ("ACK sip:b@y SIP/2.0", "1 ACK", "<sip:b@x>;tag=2"))
        self.assertEqual(ack.all("Route"), ["<sip:q;lr>", "<sip:p;lr>"])

    def test_a_reply_repeats_what_it_must_and_adds_the_tag_once(self) -> None:
        sent = []
        dialog = sip.Dialog(sent.append, "sip:b@z", "TLS z:1", "id", "<sip:b@x>", "9", "<sip:a@x>", "1", "sip:a@x")
        request = sip.Message.parse("INVITE sip:b@z SIP/2.0\r\nVia: one\r\nVia: two\r\nTo: <sip:b@x>\r\nCSeq: 1 INVITE", "")
        dialog.reply(request, "180 Ringing")
        dialog.reply(sip.Message.parse("BYE sip:b@z SIP/2.0\r\nTo: <sip:b@x>;tag=9\r\nCSeq: 2 BYE", ""), "200 OK", tag="other")
        ringing, ended = (sip.split(octets)[0] for octets in sent)
        self.assertEqual((ringing.all("Via"), ringing["To"]), (["one", "two"], "<sip:b@x>;tag=9"))
        self.assertEqual(ended["To"], "<sip:b@x>;tag=9")


INVITE = """#
TLS 127.0.0.1:40000 -> 127.0.0.1:15061
INVITE sip:b@127.0.0.1 SIP/2.0\r
CSeq: 1 INVITE\r
\r
m=audio 16000 RTP/AVP 0\r
a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:T1duS2V5|2^20|1:4\r
#
TLS 127.0.0.1:15061 -> 127.0.0.1:40000
SIP/2.0 200 OK\r
CSeq: 1 INVITE\r
\r
m=audio 20000 RTP/AVP 0\r
"""


class Trace(unittest.TestCase):
    def test_keys_are_read_from_both_directions(self) -> None:
        trace = sdes.messages(INVITE + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:UmVsYXk=\r\n", (15061,))
        self.assertEqual(sdes.agreed(trace, offerer=True), sdes.Keys("AES_CM_128_HMAC_SHA1_80", "T1duS2V5", "UmVsYXk="))

    def test_an_answer_without_keys_agrees_on_none(self) -> None:
        self.assertIsNone(sdes.agreed(sdes.messages(INVITE, (15061,)), offerer=True))


def perfect(name: str) -> judge.Seen:
    """A call as it should be."""
    call = scenario.choose(None, [name])[0]
    seen = judge.Seen(call, {}, refused=call.refuses_first)
    for leg, becomes in call.becomes.items():
        dtls = becomes.state == "srtp-dtls"
        suite = "AES_CM_128_HMAC_SHA1_80" if dtls else becomes.suite
        report = {"state": becomes.state, "suite": suite, "reason": becomes.reason, "relayed-packets": 250,
                  "authenticated-packets": 251 if suite else 0, "dropped": {"not-answered": 5, "too-short": 1}}
        looks = LegOnWire(becomes.on_wire, becomes.on_wire, becomes.suite, [], {}, {}, opened=False)
        if not dtls:
            looks = LegOnWire(becomes.on_wire, becomes.on_wire, becomes.suite, [], {(1, 1): b"x"}, {(1, 1): b"x"})
        seen.legs[leg] = judge.LegSeen(report, looks, hears=4.9)
        if getattr(call, leg) == "browser":
            seen.legs[leg].browser = {"dtlsState": "connected", "srtpCipher": "AES_CM_128_HMAC_SHA1_80",
                                      "packetsReceived": 250, "packetsSent": 250}
    states = {leg: seen.legs[leg].report["state"] for leg in seen.legs}
    encrypted = [leg for leg, becomes in call.becomes.items() if becomes.encrypted]
    seen.cdr = states | {"encrypted": "both" if len(encrypted) == 2 else "".join(encrypted) or "none", "packets": "510",
                         "authenticated": str(260 * len(encrypted)), "seconds": "6"}
    return seen


class Judge(unittest.TestCase):
    def test_every_call_as_expected_passes(self) -> None:
        for call in scenario.CALLS:
            self.assertEqual(judge.problems(perfect(call.name)), [])

    def test_what_the_cdr_says_is_checked(self) -> None:
        for field, wrong in (("caller", "srtp-sdes"), ("encrypted", "both"), ("packets", "499"), ("seconds", "0")):
            seen = perfect("plain-opportunistic")
            seen.cdr[field] = wrong
            self.assertEqual(len(judge.problems(seen)), 1, field)
        seen.cdr = None
        self.assertEqual(judge.problems(seen), ["the proxy has not written one CDR"])

    def test_every_pair_of_modes_is_called_and_each_side_hangs_up(self) -> None:
        pairs = {(call.caller, call.callee) for call in scenario.CALLS}
        self.assertLessEqual({(a, b) for a in baresip.MEDIAENC for b in baresip.MEDIAENC}, pairs)
        self.assertEqual({(call.caller == "browser", call.hangs_up) for call in scenario.BROWSER_CALLS},
                         {(True, "caller"), (True, "callee"), (False, "caller"), (False, "callee")})

    def test_each_single_fault_is_noticed(self) -> None:
        faults = {
            "one way": lambda s: setattr(s.legs["caller"], "hears", 0.0),
            "echo": lambda s: setattr(s.legs["callee"], "hears_itself", 1.0),
            "plain instead": lambda s: s.legs["callee"].report.update(state="plain", suite=None),
            "weaker suite": lambda s: s.legs["callee"].report.update(suite="AES_CM_128_HMAC_SHA1_80"),
            "other reason": lambda s: s.legs["caller"].report.update(reason="policy-off"),
            "not relayed": lambda s: s.legs["caller"].report.update({"relayed-packets": 3}),
            "not authenticated": lambda s: s.legs["callee"].report.update({"authenticated-packets": 100}),
            "many dropped": lambda s: s.legs["callee"].report.update(dropped={"not-answered": 90}),
            "dropped for want of keys": lambda s: s.legs["callee"].report.update(dropped={"not-keyed": 1}),
            "dropped for another reason": lambda s: s.legs["callee"].report.update(dropped={"replayed": 1}),
            "clear on the wire": lambda s: setattr(s.legs["callee"].on_wire, "from_relay", "RTP"),
            "other keys in the SDP": lambda s: setattr(s.legs["callee"].on_wire, "suite", None),
            "does not open": lambda s: s.legs["callee"].on_wire.problems.append("a packet does not open"),
            "altered": lambda s: s.legs["callee"].on_wire.received.update({(1, 1): b"y"}),
            "refused": lambda s: setattr(s, "refused", True),
            "nothing seen": lambda s: setattr(s.legs["callee"], "on_wire", None),
        }
        self.check_noticed("plain-opportunistic", faults)

    def test_each_single_fault_of_a_browser_is_noticed(self) -> None:
        def browser(**changed: object) -> object:
            return lambda s: s.legs["caller"].browser.update(changed)

        self.check_noticed("browser-plain", {
            "no handshake": browser(dtlsState="connecting"),
            "no cipher": browser(srtpCipher=None),
            "nothing received": browser(packetsReceived=0),
            "nothing sent": browser(packetsSent=3),
            "keys in the SDP": lambda s: s.legs["caller"].report.update(state="srtp-sdes"),
            "no suite": lambda s: s.legs["caller"].report.update(suite=None),
            "null cipher": lambda s: s.legs["caller"].report.update(suite="NULL_HMAC_SHA1_80"),
            "not authenticated": lambda s: s.legs["caller"].report.update({"authenticated-packets": 100}),
            "dropped for long": lambda s: s.legs["callee"].report.update(dropped={"not-keyed": 200}),
            "clear on the wire": lambda s: setattr(s.legs["caller"].on_wire, "to_relay", "RTP"),
        })

    def check_noticed(self, call: str, faults: dict) -> None:
        for name, fault in faults.items():
            seen = copy.deepcopy(perfect(call))
            fault(seen)
            self.assertNotEqual(judge.problems(seen), [], name)

    def test_a_packet_that_nobody_sent_is_altered(self) -> None:
        sender = LegOnWire("RTP", "RTP", None, [], {}, {})
        receiver = LegOnWire("RTP", "RTP", None, [], {}, {(1, 1): b"x"})
        self.assertEqual(len(altered(sender, receiver)), 1)


if __name__ == "__main__":
    unittest.main()
