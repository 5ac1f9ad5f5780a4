"""What bash completes of osrtpctl's command line."""

import os
import pathlib
import re
import shlex
import subprocess

from phone import Phone, offer, place, expect_talk
from relay import CONTROL, Relay, expect

COMPLETION = pathlib.Path("completion/osrtpctl").absolute()
CALLER, CALLEE = "127.0.77.2", "127.0.77.3"


def completed(*words: str) -> list[str]:
    """What there is to choose from behind these, the last of which may have begun."""
    script = (f"source {COMPLETION}; COMP_WORDS=({' '.join(map(shlex.quote, words))}); COMP_CWORD={len(words) - 1}; "
              "_osrtpctl; printf '%s\\n' \"${COMPREPLY[@]}\"")
    path = f"{CONTROL.absolute().parent}:{os.environ['PATH']}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=30, check=False,
                          env=os.environ | {"PATH": path})
    expect(done.returncode == 0 and not done.stderr, f"{words}: {done.stderr}")
    return done.stdout.split("\n")[:-1]


def helped(*words: str) -> str:
    return subprocess.run([CONTROL, *words, "--help"], capture_output=True, text=True, timeout=10, check=True).stdout


def test_completes_every_command_and_option():
    text = helped()
    commands = re.findall(r"^  ([a-z]+(?:, ?[a-z]+)*)  ", text.split("Subcommands:")[1], re.M)
    names = {name.strip() for line in commands for name in line.split(",")}
    expect(len(names) > 12, f"{names} of {text}")
    expect(set(completed("osrtpctl", "")) >= names, f"{completed('osrtpctl', '')} are not {names}")
    for words in [(), *((name,) for name in names)]:
        options = set(re.findall(r"--[a-z-]+", helped(*words)))
        offered = set(completed("osrtpctl", *words, "-"))
        expect(offered >= options, f"{words}: {options - offered} are missing")
    expect(completed("osrtpctl", "explain", "--callee", "re") == ["require"], "not a policy")


def test_completes_call_ids_and_runs_none_of_them():
    with Relay() as relay, Phone(CALLER) as caller:
        trap = relay.folder / "trap"
        for call_id in ("one@host", "other@host", f"other$(touch {trap})`touch {trap}`"):
            offer(relay, call_id, caller)
        found = completed("osrtpctl", "--control", relay.control, "call", "o")
        expect(len(found) == 3 and "one@host" in found, f"{found}")
        expect([shlex.split(word) for word in found if "trap" in word] == [[f"other$(touch {trap})`touch {trap}`"]], f"{found}")
        expect(completed("osrtpctl", "--control", relay.control, "kick", "on") == ["one@host"], "not by its beginning")
        expect(not trap.exists(), "a Call-ID was run")


def test_shows_calls_at_a_glance():
    with Relay() as relay, Phone(CALLER, os.urandom(30)) as caller, Phone(CALLEE) as callee:
        place(relay, "half", caller, callee, osrtp={"caller-signalling": "encrypted", "callee-signalling": "encrypted"})
        caller.secure()
        expect_talk(caller, callee)
        status, said = relay.ctl("calls")
        expect(status == 0 and re.search(r"^#-  00:0\d  SDES AES_CM_128_HMAC_SHA1_80  plain \(peer-declined\)  \d+/\d+ +0/0 +half$",
                                         said, re.M), said)
        expect("1 call: 0 encrypted on both legs, 1 on one, 0 on none" in relay.ctl("status")[1], relay.ctl("status")[1])
        status, said = relay.ctl("top", "--rounds", "2", "--interval", "0.1")
        expect(status == 0 and len(re.findall(r"^#-  \d+ .* half$", said, re.M)) == 2, said)
        status, said = relay.ctl("call", "half")
        expect("callee: answer" in said and "caller m-line 1: srtp-sdes AES_CM_128_HMAC_SHA1_80" in said, said)
        expect(relay.ctl("kick", "half")[0] == 0 and not relay.calls(), "it still runs")
        expect(relay.ctl("status")[1].splitlines()[1] == "no calls", relay.ctl("status")[1])
