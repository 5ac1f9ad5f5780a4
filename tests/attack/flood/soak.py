#!/usr/bin/python3
"""Random calls for minutes: plain, SDES and DTLS, with re-offers; three of ten are never answered, one of twenty is never
deleted. A sample a second goes to build/soak/samples.jsonl. At the end the memory must not have grown with time, and calls,
ports and files are to be what they were. Timeouts are short, so that a minute has many lives."""

import argparse
import json
import os
import pathlib
import random
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from watched import ADDRESS, CONTROL, ROOT, Failed, Watched  # noqa: E402
sys.path.insert(0, str(ROOT / "tests" / "interop" / "daemon"))
from lab import isolation, processes  # noqa: E402
from phone import Phone  # noqa: E402

PORTS = (20000, 27999)
CONFIGURATION = "media-timeout = 4\nheld-timeout = 6\nhalf-open-timeout = 5\nhalf-open-per-source = 0\n"
LOAD = "build/release/bench-load"
PROFILES = ("plain-plain", "sdes-plain", "sdes-sdes", "gcm-gcm", "dtls-plain", "dtls-plain", "dtls-plain")
BEGUN = 15  # calls a second
UNANSWERED, NEVER_DELETED, REOFFERED = 0.3, 0.05, 0.3
SETTLED = 45  # seconds, at least: replies are kept for 30
JUDGED = 10  # minutes from which on the slope is one of memory, and not of the first calls
MOST_SLOPE = 1024  # KB an hour
DTLS = "a=setup:{}\r\na=fingerprint:sha-256 " + ":".join(["AB"] * 32) + "\r\n"


class Call:
    """One of a random kind; its phones send a little while it lasts."""

    def __init__(self, relay: Watched, chance: random.Random, number: int) -> None:
        self.relay, self.chance, self.who = relay, chance, {"call_id": f"soak-{number}", "from_tag": "a"}
        self.kind = chance.choice(("plain", "sdes", "dtls"))
        self.answered, self.deleted = chance.random() >= UNANSWERED, chance.random() >= NEVER_DELETED
        key = os.urandom(30) if self.kind == "sdes" else b""
        self.phones = [Phone(f"127.{8 + side}.{number // 250 % 250}.{number % 250 + 1}", key if side == 0 else b"") for side in (0, 1)]
        self.until = time.monotonic() + chance.uniform(0.3, 12)
        self.reoffer_at = time.monotonic() + chance.uniform(0.2, 6) if chance.random() < REOFFERED else None

    def sdp(self, side: int) -> str:
        text = self.phones[side].sdp()
        if self.kind == "dtls" and side == 0:
            text = text.replace("RTP/AVP 0", "UDP/TLS/RTP/SAVP 0") + DTLS.format(self.chance.choice(("active", "actpass")))
        return text

    def exchange(self) -> None:
        keys = {"osrtp": {}}
        offered = self.ask("offer", sdp=self.sdp(0), **keys)
        if not self.answered or offered is None:
            return
        self.phones[1].read(offered["sdp"])
        answered = self.ask("answer", sdp=self.sdp(1), to_tag="b", **keys)
        if answered is not None and self.kind == "plain":
            self.phones[0].read(answered["sdp"])

    def ask(self, command: str, **keys: object) -> dict | None:
        reply = self.relay.ask(command, **self.who, **keys)
        if reply["result"] == "ok":
            return reply
        # A call that fell silent has been ended; everything else is wrong.
        if reply.get("error-code") not in ("unknown-call", "policy-refused", "keys-refused"):
            raise Failed(f"{command} of {self.who}, {self.kind}: {reply}")
        return None

    def live(self, now: float) -> None:
        if self.answered and self.reoffer_at and now > self.reoffer_at:
            self.reoffer_at = None
            self.exchange()
        for phone in self.phones:
            if phone.peer_rtp and phone.peer_rtp[1]:
                phone.send(bytes(160))

    def end(self) -> None:
        for phone in self.phones:
            phone.__exit__()
        if self.answered and self.deleted:
            self.relay.ask("delete", **self.who)


class Load:
    """Calls with handshakes and media that is checked, a few at a time; some of them are never deleted."""

    def __init__(self, relay: Watched, chance: random.Random) -> None:
        self.relay, self.chance, self.process, self.runs = relay, chance, None, 0
        self.log = relay.log.parent / "load.log"

    def go_on(self) -> None:
        if self.process is None:
            profile, seconds = self.chance.choice(PROFILES), round(self.chance.uniform(0.5, 4), 1)
            self.process = self.relay.start("bench-load", [
                LOAD, "media", "--control", f"{ADDRESS}:{CONTROL}", "--pid", str(self.relay.process.pid), "--profile", profile,
                "--calls", str(self.chance.randint(1, 8)), "--warm-up", "0.3", "--seconds", str(seconds)], self.log)
        elif self.process.poll() is not None:
            self.finish()

    def finish(self) -> None:
        if self.process is None:
            return
        said = self.relay.ended(self.process, 30, self.log)
        if wrong := {key: said[key] for key in ("corrupt", "unopened", "misdirected") if said[key]}:
            raise Failed(f"packets that are not right: {wrong}")
        self.process, self.runs = None, self.runs + 1
        for call_id in self.relay.ask("list", limit=10_000)["calls"]:
            if call_id.endswith("@bench") and self.chance.random() >= NEVER_DELETED:
                self.relay.ask("delete", call_id=call_id)


def sample(relay: Watched, began: float) -> dict:
    return {"t": round(time.monotonic() - began, 2), "rss_kb": relay.rss_kb(), "files": relay.files(), "sockets": relay.sockets(),
            "calls": relay.calls()}


def soak(relay: Watched, seconds: float, chance: random.Random, keep) -> int:
    """Calls begun."""
    began, number, live, load, sampled = time.monotonic(), 0, [], Load(relay, chance), -1.0
    while (now := time.monotonic()) < began + seconds:
        if number < (now - began) * BEGUN:
            call = Call(relay, chance, number)
            live.append(call)
            call.exchange()
            number += 1
        else:
            for call in live:
                call.live(now)
            for call in [call for call in live if now > call.until]:
                call.end()
                live.remove(call)
            time.sleep(0.1)
        load.go_on()
        if now - began > sampled + 1:
            sampled = now - began
            keep(sample(relay, began))
    load.finish()
    for call in live:
        call.end()
    return number


def slope_kb_an_hour(samples: list[dict]) -> float:
    """Least squares over what came after the warm-up."""
    warm = max(SETTLED, samples[-1]["t"] / 4) if samples[-1]["t"] > 2 * SETTLED else samples[-1]["t"] / 2
    points = [(one["t"], one["rss_kb"]) for one in samples if one["t"] >= warm]
    mean_t, mean_kb = (sum(column) / len(points) for column in zip(*points))
    return 3600 * sum((t - mean_t) * (kb - mean_kb) for t, kb in points) / max(sum((t - mean_t) ** 2 for t, _ in points), 1e-9)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    os.chdir(ROOT)
    if not isolation.inside():
        return isolation.run_isolated([sys.executable, *sys.argv])
    processes.die_with_parent()
    isolation.loopback_up()
    directory = pathlib.Path("build/soak")
    relay = Watched(directory, PORTS, CONFIGURATION)
    had, samples, wrong = {"files": relay.files(), "sockets": relay.sockets()}, [], []
    with open(directory / "samples.jsonl", "w", encoding="ascii") as file:
        def keep(one: dict) -> None:
            samples.append(one)
            file.write(json.dumps(one) + "\n")
            if len(samples) % 15 == 0:
                print("  ".join(f"{key}={value}" for key, value in one.items()), flush=True)

        try:
            begun = soak(relay, arguments.minutes * 60, random.Random(arguments.seed), keep)
            relay.until(lambda: relay.calls() == 0, "no calls", 30)
            relay.until(lambda: relay.sockets() == had["sockets"] and relay.files() <= had["files"], f"ports and files as before, {had}", 10)
            slope = slope_kb_an_hour(samples)
            print(f"{begun} calls begun; memory {slope:+.0f} KB an hour; calls, ports and files are back")
            if arguments.minutes >= JUDGED and slope > MOST_SLOPE:
                wrong.append(f"memory grows by {slope:.0f} KB an hour")
        except Failed as failure:
            wrong.append(str(failure))
    if (status := relay.end()) != 0:
        wrong.append(f"osrtpd ended with status {status}")
    for text in wrong:
        print(f"FAILED: {text}")
    print(f"{1 - bool(wrong):d} passed, {bool(wrong):d} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
