"""What osrtpd tells at /metrics: equal to what it tells `statistics`, good for promtool and Prometheus, whatever else
comes to its HTTP port. In a network namespace of its own.

metrics.py: last line `N passed, N failed`."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "daemon"))

from lab import isolation  # noqa: E402
from phone import Phone, expect_talk, offer, place  # noqa: E402
from relay import ADDRESS, Relay, expect, wait_until  # noqa: E402

HTTP = ("127.0.0.1", 9464)
PROMETHEUS = "127.0.0.1:9490"
CONFIG = f'http = "{HTTP[0]}:{HTTP[1]}"\n'
CALLER, CALLEE = "127.0.77.2", "127.0.77.3"
EXAMPLES = pathlib.Path("examples")
HERE = pathlib.Path("tests/interop/metrics")
SERIES = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")


def scrape() -> str:
    with urllib.request.urlopen(f"http://{HTTP[0]}:{HTTP[1]}/metrics", timeout=10) as page:
        return page.read().decode()


def values(text: str) -> dict[str, float]:
    """By name and labels, as they stand in the text."""
    found = (SERIES.match(line) for line in text.splitlines() if line and not line.startswith("#"))
    return {f"{one[1]}{{{one[2] or ''}}}": float(one[3]) for one in found}


def total(now: dict[str, float], name: str, part: str = "") -> float:
    return sum(value for key, value in now.items() if key.startswith(name + "{") and part in key)


def until(condition, what: str) -> dict[str, float]:
    """Scrapes, which are a second old at most, until the condition holds of one."""
    def look():
        now = values(scrape())
        return now if condition(now) else None
    return wait_until(look, what)


def run(*command: str, text: str = "") -> None:
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, check=False)
    expect(done.returncode == 0 and not done.stderr, f"{' '.join(command)}: {done.stdout}{done.stderr}")


def test_equals_statistics_and_never_goes_back():
    with Relay(config=CONFIG) as relay, Phone(CALLER) as caller, Phone(CALLEE) as callee:
        place(relay, "plain", caller, callee)
        expect_talk(caller, callee)
        offer(relay, "waits", caller)
        expect(relay.ask("answer", call_id="nobody", from_tag="a", to_tag="b", sdp=callee.sdp())["result"] == "error", "")
        now = until(lambda now: total(now, "osrtp_relayed_packets_total", 'kind="rtp"') == 10
                    and total(now, "osrtp_relayed_packets_total", 'kind="rtcp"') == 2, "ten packets and two of RTCP")
        told = relay.ask("statistics")["statistics"]
        expect(total(now, "osrtp_calls") == told["currentstatistics"]["sessionsown"] == 2, f"{told}")
        expect(total(now, "osrtp_calls", '"plain"') == 1 and total(now, "osrtp_calls", '"pending"') == 1, f"{now}")
        expect(total(now, "osrtp_legs_plain") == 2, f"{now}")
        expect(total(now, "osrtp_port_pairs_used") == 4, f"{now}")
        expect(now['osrtp_requests_total{command="answer",result="unknown-call"}'] == 1, f"{now}")
        expect(now['osrtp_requests_total{command="offer",result="ok"}'] == told["osrtp"]["offers"] == 2, f"{told}")
        for call in ("plain", "waits"):
            relay.ask("delete", call_id=call)
        then = until(lambda now: total(now, "osrtp_calls_ended_total") == 2, "two calls that have ended")
        expect(total(then, "osrtp_calls") == 0 and total(then, "osrtp_port_pairs_used") == 0, f"{then}")
        back = {key: (now[key], then[key]) for key in now if "_total" in key and then[key] < now[key]}
        expect(not back, f"went back: {back}")
        expect(then['osrtp_calls_ended_total{why="deleted",security="plain"}'] == 1, f"{then}")
        expect(total(then, "osrtp_calls_ended_total") == relay.ask("statistics")["statistics"]["totalstatistics"]["managedsessions"], "")


def test_tells_the_keying_of_encrypted_legs():
    with Relay(config=CONFIG) as relay, Phone(CALLER, os.urandom(30)) as caller, Phone(CALLEE) as callee:
        place(relay, "half", caller, callee)
        now = until(lambda now: total(now, "osrtp_calls", '"partly"') == 1, "a call of which one leg is encrypted")
        expect(now['osrtp_legs_encrypted{keying="sdes",suite="AES_CM_128_HMAC_SHA1_80"}'] == 1, f"{now}")
        caller.rtp.sendto(b"\x80\x00" + bytes(170), caller.peer_rtp)
        until(lambda now: total(now, "osrtp_dropped_packets_total", '"authentication"') == 1, "a packet that is dropped")


def test_is_good_for_promtool():
    with Relay(config=CONFIG) as relay, Phone(CALLER) as caller, Phone(CALLEE) as callee:
        place(relay, "plain", caller, callee)
        run("promtool", "check", "metrics", text=scrape())


def test_examples_are_good_for_promtool():
    run("promtool", "check", "config", str(EXAMPLES / "prometheus/prometheus.yml"))
    run("promtool", "check", "rules", "--lint-fatal", str(EXAMPLES / "prometheus/alerts.yml"))
    run("promtool", "test", "rules", str(HERE / "alerts_test.yml"))


def test_examples_name_only_what_there_is():
    with Relay(config=CONFIG):
        known = set(re.findall(r"^# TYPE (\w+) ", scrape(), re.M))
    for file in (EXAMPLES / "grafana/osrtp.json", EXAMPLES / "prometheus/alerts.yml"):
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".json":
            json.loads(text)
        named = set(re.findall(r"\b(?:osrtp|process)_\w+", text))
        expect(len(named) > 5, f"{file} names next to nothing")
        unknown = {name for name in named if re.sub("_(bucket|sum|count)$", "", name) not in known and name not in known}
        expect(not unknown, f"{file} names {sorted(unknown)}")


def test_garbage_and_idlers_change_nothing():
    with Relay(config=CONFIG) as relay, contextlib.ExitStack() as idle, Phone(CALLER) as caller, Phone(CALLEE) as callee:
        for said in (b"", b"GET", b"\x16\x03\x01\x00" * 50, b"POST /metrics HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n",
                     b"GET /" + b"x" * 100_000, b"\0" * 70_000) * 20:
            one = idle.enter_context(socket.create_connection(HTTP, timeout=10))
            with contextlib.suppress(OSError):
                one.sendall(said)
        place(relay, "plain", caller, callee)
        expect_talk(caller, callee)
        expect("osrtp_calls{" in scrape(), "no metrics")
        for path, status in (("/nothing", 404), ("/metrics/x", 404)):
            try:
                urllib.request.urlopen(f"http://{HTTP[0]}:{HTTP[1]}{path}", timeout=10).close()
                expect(False, f"{path} is there")
            except urllib.error.HTTPError as error:
                expect(error.code == status, f"{path}: {error}")
        expect(relay.stop(signal.SIGTERM) == 0, "did not end well")


def test_serves_nothing_unless_told_to_and_says_who_may_read():
    with Relay():
        with socket.socket() as probe:
            expect(probe.connect_ex(HTTP) != 0, "something listens")
    with Relay(config='http = "0.0.0.0:9464"\n') as relay:
        relay.says("event=http-open-to-others address=0.0.0.0:9464")


def query(what: str) -> list[dict]:
    with urllib.request.urlopen(f"http://{PROMETHEUS}/api/v1/query?" + urllib.parse.urlencode({"query": what}), timeout=10) as reply:
        return json.load(reply)["data"]["result"]


def test_prometheus_scrapes_it():
    with Relay(config=CONFIG) as relay, Phone(CALLER) as caller, Phone(CALLEE) as callee, tempfile.TemporaryDirectory() as folder:
        place(relay, "plain", caller, callee)
        file = pathlib.Path(folder, "prometheus.yml")
        text = (EXAMPLES / "prometheus/prometheus.yml").read_text(encoding="utf-8")
        file.write_text(text.replace("scrape_interval: 15s", "scrape_interval: 1s"), encoding="utf-8")
        shutil.copy(EXAMPLES / "prometheus/alerts.yml", folder)
        with open(pathlib.Path(folder, "log"), "wb") as log:
            server = subprocess.Popen(["prometheus", f"--config.file={file}", f"--storage.tsdb.path={folder}/data",
                                       f"--web.listen-address={PROMETHEUS}"], stdout=log, stderr=log)
        try:
            def answered(what: str, value: str):
                def look():
                    with contextlib.suppress(OSError):
                        return [one for one in query(what) if one["value"][1] == value]
                    return None
                return look
            wait_until(answered('up{job="osrtpd"}', "1"), "a good scrape")
            wait_until(answered('sum(osrtp_calls{security="plain"})', "1"), "the call in Prometheus")
        finally:
            server.terminate()
            server.wait(20)


def main() -> int:
    if not isolation.inside():
        return isolation.run_isolated([sys.executable, __file__])
    isolation.loopback_up()
    missing = [tool for tool in ("prometheus", "promtool") if shutil.which(tool) is None]
    if missing:
        print(f"skipped: {' and '.join(missing)}: Debian's package prometheus is not installed\n0 passed, 0 failed")
        return 0
    good = bad = 0
    for name, test in [(name, test) for name, test in globals().items() if name.startswith("test_")]:
        began = time.monotonic()
        try:
            test()
            good += 1
            print(f"ok       {name} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception:  # whatever went wrong, the other tests still say something
            bad += 1
            print(f"FAILED   {name}\n{traceback.format_exc()}", flush=True)
    print(f"{good} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
