"""Calls that run while something fails, one leg under SDES and the other plain."""

import contextlib
import os

from phone import Phone, SUITE, expect_talk, place
from relay import Relay, expect

CALLER, CALLEE = "127.0.77.2", "127.0.77.3"
FEW = {"packets": 2}


class Talk:
    """`with` hangs up the phones, not the call."""

    def __init__(self, relay: Relay, name: str, caller: str = CALLER, callee: str = CALLEE, caller_in=None, callee_in=None,
                 **keys: object) -> None:
        """caller_in, callee_in: networks that the phones are in; none: the relay's own."""
        self.relay, self.name = relay, name
        with caller_in.entered() if caller_in else contextlib.nullcontext():
            self.caller = Phone(caller, os.urandom(30))
        with callee_in.entered() if callee_in else contextlib.nullcontext():
            self.callee = Phone(callee)
        keys = {"osrtp": {"caller": "require", "callee": "off", "caller-signalling": "encrypted", "suites": [SUITE]}} | keys
        reply = place(relay, name, self.caller, self.callee, **keys)
        states = {leg["leg"]: leg["state"] for leg in reply["security"]}
        expect(states == {"caller": "srtp-sdes", "callee": "plain"}, f"{reply['security']}")
        self.caller.secure()

    def __enter__(self) -> "Talk":
        return self

    def __exit__(self, *_: object) -> None:
        for phone in (self.caller, self.callee):
            phone.__exit__()

    def talk(self) -> None:
        expect_talk(self.caller, self.callee, **FEW)

    def forget(self) -> None:
        """What has arrived meanwhile."""
        for phone in (self.caller, self.callee):
            for one in (phone.rtp, phone.rtcp):
                one.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    while True:
                        one.recv(2048)
                one.settimeout(5)

    def dropped(self, leg: str, why: str) -> int:
        security = self.relay.ask("query", call_id=self.name)["security"]
        return next(one for one in security if one["leg"] == leg)["dropped"].get(why, 0)


def statistics(relay: Relay) -> dict:
    return relay.ask("statistics")["statistics"]["osrtp"]
