#!/usr/bin/python3
"""Browser phones at Kamailio with the example configuration: what the module tells the relay of them, and whether the
laboratory sees and hears their calls. The relay is one that leaves SDP as it is, so that the browsers talk directly.
Then calls with picture between a browser and a plain phone, through osrtpd: video_calls.py.
"""

import asyncio
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "tests" / "interop"), str(ROOT / "tests" / "interop" / "module")]

import video_calls  # noqa: E402
from fake_relay import FakeRelay  # noqa: E402
from lab import browser, isolation, processes, proxy, web  # noqa: E402
from lab.relay import Relay  # noqa: E402

DIRECTORY = pathlib.Path("build/web/test")
ADDRESS = "127.0.0.1"
TONE = 700  # Hz
SECONDS = 30.0  # for each step
TALK = 2.0


def same(what: str, found: object, wanted: object) -> None:
    assert found == wanted, f"{what}: found {found!r}, wanted {wanted!r}"


def check_request(request: dict, command: str, hop: str) -> None:
    same("command", request["command"], command)
    ours = request["osrtp"]
    same(f"peers in the {command}", (ours.get("caller-peer"), ours.get("callee-peer")), ("webrtc", "webrtc"))
    same(f"hops in the {command}", (ours["caller-signalling"], ours["callee-signalling"]), (hop, hop))
    assert "m=audio" in request["sdp"] and "UDP/TLS/RTP/SAVPF" in request["sdp"], request["sdp"]


def check_media(name: str, stats: dict, heard: float) -> None:
    same(f"{name}'s DTLS", stats["dtlsState"], "connected")
    assert stats["srtpCipher"], f"{name} has no cipher: {stats}"
    assert min(stats["packetsReceived"], stats["packetsSent"]) > 25 * TALK, f"{name} has few packets: {stats}"
    assert heard > TALK / 2, f"{name} hears the tone for {heard:.1f} s: {stats['peaks']}"


async def call(chromium: browser.Browser, relay: FakeRelay, scheme: str, hangs_up: str) -> None:
    """`scheme`: of both WebSockets."""
    names = {side: f"{side}-{scheme}" for side in ("caller", "callee")}
    at = f"{ADDRESS}:{proxy.PORTS['ws' if scheme == 'ws' else 'tls']}"
    hop = "clear" if scheme == "ws" else "encrypted"
    phones = {side: chromium.phone(browser.WebLine(name, TONE)) for side, name in names.items()}
    for phone in phones.values():
        await phone.register(at, f"{scheme}://{at}", SECONDS)
    await phones["caller"].dial(f"sip:{names['callee']}@{at}")
    call_id = await phones["caller"].established(SECONDS)
    same("the Call-ID there", await phones["callee"].established(SECONDS), call_id)
    await asyncio.sleep(TALK)
    for name, phone in phones.items():
        await phone.look()
        check_media(name, phone.stats, phone.hears(TONE))
    await phones[hangs_up].hang_up()
    for phone in phones.values():
        await phone.closed(SECONDS)
    offer, answer, *_, deletion = relay.of_call(call_id)
    check_request(offer, "offer", hop)
    check_request(answer, "answer", hop)
    same("last command", deletion["command"], "delete")


async def perform(owner: processes.Processes, relay: FakeRelay, osrtpd: Relay) -> None:
    chromium = browser.Browser(DIRECTORY, TONE)
    await chromium.launch(owner, SECONDS)
    for scheme, hangs_up in (("ws", "caller"), ("wss", "callee")):
        await call(chromium, relay, scheme, hangs_up)
        print(f"ok     two browsers call each other over {scheme}, the {hangs_up} hangs up")
    await video_calls.perform(osrtpd, chromium)
    chromium.quit()


def main() -> int:
    os.chdir(ROOT)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if not isolation.inside():
        if why := web.available():
            print(f"skipped: {why}")
            return 0
        return isolation.run_isolated([sys.executable, *sys.argv])
    processes.die_with_parent()
    isolation.loopback_up()
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    DIRECTORY.mkdir(parents=True)
    sockets = pathlib.Path(tempfile.mkdtemp(prefix="osrtp-web-"))
    owner, control, began = processes.Processes(), f"unix:{sockets}/control.sock", time.monotonic()
    relay = FakeRelay(control)
    kamailio = proxy.Proxy(ROOT / "examples" / "kamailio-webrtc.cfg", ROOT / "build" / "osrtp.so", ADDRESS,
                           DIRECTORY.resolve())
    osrtpd = Relay(video_calls.RELAY, sockets / "osrtpd", DIRECTORY / "osrtpd.log")
    (sockets / "osrtpd").mkdir()
    passed = False
    try:
        kamailio.launch(owner, control, proxy.make_certificate(DIRECTORY, ADDRESS))
        osrtpd.launch(owner)
        asyncio.run(perform(owner, relay, osrtpd))
        passed = True
    except Exception as failure:  # every failure is the test's
        print(f"FAILED {type(failure).__name__}: {failure}\n       logs: {DIRECTORY}")
    finally:
        owner.stop()
        relay.stop()
        shutil.rmtree(sockets, ignore_errors=True)
        isolation.give_back(str(DIRECTORY))
    print(f"{time.monotonic() - began:.0f} s\n{'4 passed, 0 failed' if passed else '0 passed, 1 failed'}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
