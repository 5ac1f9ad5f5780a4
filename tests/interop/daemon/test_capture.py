"""What a call's peers send, in a file that Wireshark reads."""

import base64
import os
import pathlib
import re
import stat
import subprocess

from phone import Phone, expect_talk, place
from relay import Relay, expect

CALLER, CALLEE = "127.0.77.2", "127.0.77.3"


def shown(file: pathlib.Path, *fields: str) -> list[list[str]]:
    """What tshark shows of each packet."""
    arguments = [word for field in fields for word in ("-e", field)]
    done = subprocess.run(["tshark", "-n", "-r", file, "-T", "fields", *arguments], capture_output=True, text=True, timeout=60,
                          check=False)
    expect(done.returncode == 0, f"tshark: {done.stderr}")
    return [line.split("\t") for line in done.stdout.splitlines()]


def test_captures_an_encrypted_call_in_the_clear():
    with Relay() as outer:  # for a folder that outlives the daemon's sandbox
        folder = outer.folder / "captures"
        folder.mkdir(mode=0o700)
        with Relay(config=f'capture-folder = "{folder}"\n', ports=(42500, 42599)) as relay, \
                Phone(CALLER, os.urandom(30)) as caller, Phone(CALLEE, os.urandom(30)) as callee:
            place(relay, "call@example", caller, callee, osrtp={"caller": "prefer", "callee": "prefer",
                                                               "caller-signalling": "encrypted", "callee-signalling": "encrypted"})
            caller.secure()
            callee.secure()
            expect_talk(caller, callee)
            status, said = relay.ctl("capture", "call@example", "--for", "1s")
            expect(status == 0 and "is being written for 1 s" in said, said)
            expect_talk(caller, callee)
            caller.send_rtcp()
            callee.hear_rtcp()
            relay.says("event=capture-ended")
            file = next(folder.iterdir())
            expect(str(file) in said, f"{file} is not what it said: {said}")
            expect(stat.S_IMODE(file.stat().st_mode) == 0o600, "others may read it")
            rows = shown(file, "frame.interface_name", "ip.src", "rtp.payload", "rtcp.pt")
            heard = [bytes.fromhex(row[2].replace(":", "")) for row in rows if row[2]]
            expect(rows and {row[0] for row in rows} == {"caller, m-line 1", "callee, m-line 1"}, f"{rows}")
            expect(len(heard) >= 10 and all(heard), f"{rows}")
            expect(any(row[3] == "201" for row in rows), f"no RTCP: {rows}")
            octets = file.read_bytes()
            keys = [caller.key, callee.key] + [base64.b64decode(phone.peer_keys[0][1]) for phone in (caller, callee)]
            expect(not any(form in octets for key in keys for form in (key, base64.b64encode(key), key.hex().encode())),
                   "a key is in the file")
            expect(re.search(r"warning call=call@example event=capture seconds=1 file=", relay.said()), relay.said())


def test_captures_nothing_unless_it_is_configured():
    with Relay() as relay, Phone(CALLER) as caller, Phone(CALLEE) as callee:
        place(relay, "call", caller, callee)
        status, said = relay.ctl("capture", "call")
        expect(status != 0 and "capture-folder" in said, said)


def test_says_which_call_it_cannot_capture():
    with Relay() as outer:
        with Relay(config=f'capture-folder = "{outer.folder}"\n', ports=(42500, 42599)) as relay:
            status, said = relay.ctl("capture", "nobody's")
            expect(status != 0 and "unknown-call" in said, said)
