"""Starting, stopping, and every way of not starting."""

import os
import pathlib
import signal
import socket
import subprocess
import tempfile

from relay import ADDRESS, PORTS, PROGRAM, Relay, expect, expect_refusal, wait_until


def test_stops_cleanly_on_sigterm_and_sigint():
    for number in (signal.SIGTERM, signal.SIGINT):
        with Relay() as relay:
            expect(relay.path.is_socket(), "no control socket")
            status = relay.stop(number)
            expect(status == 0, f"exit status {status}")
            expect(not relay.path.exists(), "the control socket is still there")


def test_takes_over_on_sighup_what_can_change_and_names_the_rest():
    with Relay(config="log-level = 'error'\nmax-calls = 7\n") as relay:
        file = relay.folder / "osrtpd.toml"
        file.write_text("log-level = 'debug'\nmax-calls = 8\ntos = 0\nhalf-open-timeout = 9\n", encoding="utf-8")
        relay.process.send_signal(signal.SIGHUP)
        line = relay.says("event=reload")
        expect(line.endswith("changed=log-level,max-calls,half-open-timeout after_restart=tos"), line)
        relay.ask("query", call_id="nobody")
        relay.says("event=refused")  # which the level `error` does not show


def test_keeps_its_configuration_where_the_new_one_is_wrong():
    with Relay(config="max-calls = 7\n") as relay:
        file = relay.folder / "osrtpd.toml"
        for text, part in (("max-calls = 0\n", f"{file}:1: "), ("[dtls]\ncertificate = '/nowhere.pem'\nkey = '/nowhere'\n", "/nowhere.pem"),
                           ("[dtls]\ncertificate = '/nowhere.pem'\n", "both")):
            file.write_text(text, encoding="utf-8")
            relay.process.send_signal(signal.SIGHUP)
            wait_until(lambda: any("event=reload-refused" in line and part in line for line in relay.said().splitlines()),
                       f"a refusal with {part!r}")
        expect(relay.ask("ping")["result"] == "pong", "no answer any more")


def test_tells_without_starting_whether_a_configuration_is_in_order():
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "osrtpd.toml")
        file.write_text("interfaces = ['192.0.2.1']\n", encoding="utf-8")
        said = subprocess.run([PROGRAM, "--config", str(file), "--check-config"], capture_output=True, text=True,
                              timeout=20, check=False)
        expect((said.returncode, said.stdout, said.stderr) == (0, "The configuration is in order.\n", ""), str(said))
        for text, part in (("interfaces = ['192.0.2.1']\nmax-call = 1\n", f"{file}:2: "), ("", "no media address"),
                           ("interfaces = ['192.0.2.1']\n[dtls]\ncertificate = '/nowhere'\nkey = '/nowhere'\n", "/nowhere")):
            file.write_text(text, encoding="utf-8")
            expect_refusal(("--config", str(file), "--check-config"), 1, part)


def test_says_at_the_start_what_it_does():
    with Relay() as relay:
        line = relay.says("event=start")
        for part in (" info event=start ", "version=", f"interfaces={ADDRESS} ", f"control={relay.control} ",
                     f"ports={PORTS[0]}-{PORTS[1]} ", "suites=AEAD_AES_256_GCM,", "calls_possible=250 limited_by=ports"):
            expect(part in line, f"{part!r} is not in {line!r}")


def test_is_in_its_sandbox_with_every_thread_unless_told_otherwise():
    for config, sandboxed in (("", True), ("sandbox = false\n", False)):
        with Relay(config=config) as relay:
            line = relay.says("event=sandbox")
            if not sandboxed:
                expect(' warning event=sandbox off=' in line, line)
            if sandboxed and "=no(" in line:
                return "skipped: " + line  # this kernel lacks a part of it
            threads = list(pathlib.Path(f"/proc/{relay.process.pid}/task").iterdir())
            expect(len(threads) >= 3, f"{len(threads)} threads")
            for thread in threads:
                status = dict(row.split(":\t", 1) for row in (thread / "status").read_text().splitlines() if ":\t" in row)
                found = [status["Seccomp"], status["NoNewPrivs"]] + [int(status[key], 16) for key in
                                                                     ("CapPrm", "CapEff", "CapBnd", "CapAmb")]
                expect(found == ["2", "1", 0, 0, 0, 0] if sandboxed else found[:1] == ["0"], f"{thread}: {found}")
    return None


def test_answers_help_and_version():
    for flag, part in (("--help", "--interface"), ("--version", "osrtpd ")):
        status = os.waitstatus_to_exitcode(os.system(f"{PROGRAM} {flag} | grep -q -e '{part}'"))
        expect(status == 0, f"{flag} does not print {part!r}")


def test_tells_the_service_manager_when_it_is_ready_alive_and_stopping():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own, tempfile.TemporaryDirectory() as folder:
        own.bind(f"{folder}/notify")
        own.settimeout(20)

        def heard() -> str:
            return own.recv(4096).decode()

        environment = {"NOTIFY_SOCKET": f"{folder}/notify", "WATCHDOG_USEC": "200000"}
        with Relay(environment=environment) as relay:
            expect(heard() == "READY=1", "READY=1 does not come first")
            expect([heard(), heard()] == ["WATCHDOG=1"] * 2, "no sign of life")
            relay.stop()
            wait_until(lambda: heard() == "STOPPING=1", "STOPPING=1")


def test_refuses_wrong_flags_with_one_sentence_and_status_2():
    for flags, part in ((("--frobnicate",), "--frobnicate"), (("extra",), "extra"),
                        (("--ports",), "--ports"), (("--ports", "nine"), "'nine'"), (("--ports", "5000-4000"), "5000-4000"),
                        (("--ports", "4000-4002"), "no room"), (("--ports", "4000-70000"), "65535"),
                        (("--interface", "here"), "'here'"), (("--interface", "0.0.0.0"), "SDP"),
                        (("--interface", "127.0.0.1!::1"), "IPv4 and IPv6"), (("--interface", "/127.0.0.1"), "name"),
                        (("--control", "tcp:127.0.0.1:1"), "tcp:"), (("--control", "unix:here"), "absolute"),
                        (("--workers", "1025"), "--workers"), (("--workers", "many"), "--workers"),
                        (("--log-level", "loud"), "'loud'")):
        expect_refusal(flags, 2, part)


def test_refuses_a_wrong_configuration_with_file_line_and_key():
    for text, line, part in (("workers = 'many'\n", 1, "workers"), ("\nfrobnicate = 1\n", 2, "frobnicate"),
                             ("media-timeout = 60.5\n", 1, "whole number"), ("ports = [1, 2]\n", 1, "ports"),
                             ("max-calls = 0\n", 1, "max-calls"), ("suites = ['NULL']\n", 1, "NULL"),
                             ("[policies]\ncaller = 'sometimes'\n", 2, "policies.caller"),
                             ("policies = 'off'\n", 1, "policies"), ("interfaces = ['x']\n", 1, "'x'"),
                             ("log-level = 'info'\nlog-level = 'info'\n", 2, "log-level"), ("a b\n", 1, "")):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "osrtpd.toml")
            file.write_text(text, encoding="utf-8")
            expect_refusal(("--config", str(file),), 1, f"{file}:{line}: ", part)


def test_refuses_a_configuration_that_it_cannot_read():
    expect_refusal(("--config", "/nonexistent/osrtpd.toml"), 1, "/nonexistent/osrtpd.toml", "No such file")
    expect_refusal(("--config", "/"), 1, "/: ", "directory")


def test_refuses_addresses_that_are_not_its_own():
    expect_refusal(("--interface", "192.0.2.1"), 1, "192.0.2.1", "not an address of this machine")
    expect_refusal((), 1, "no media address")


def test_refuses_a_busy_control_socket_and_leaves_it_alone():
    with Relay() as relay:
        expect_refusal(("--interface", ADDRESS, "--control", relay.control), 1, relay.control, "another process listens there")
        expect(relay.ask("ping")["result"] == "pong", "the first one has lost its socket")


def test_replaces_the_control_socket_of_a_process_that_was_killed():
    with Relay() as relay:
        relay.process.kill()
        relay.process.wait()
        expect(relay.path.is_socket(), "nothing was left")
        expect_refusal(("--interface", "192.0.2.1", "--control", relay.control), 1, "192.0.2.1")
        expect(relay.path.is_socket(), "a daemon that could not start removed it")
        with Relay(control=relay.control) as second:
            expect(second.ask("ping")["result"] == "pong", "no answer")


def test_refuses_a_control_address_that_others_could_reach():
    for address in ("udp:0.0.0.0:2223", "udp:192.0.2.1:2223"):
        expect_refusal(("--interface", ADDRESS, "--control", address,), 1, address, "not a loopback address")


def test_refuses_ports_that_others_have():
    held = []
    try:
        for port in range(44000, 44004):
            held.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            held[-1].bind((ADDRESS, port))
        expect_refusal(("--interface", ADDRESS, "--ports", "44000-44003"), 1, "44000-44003", ADDRESS)
    finally:
        for one in held:
            one.close()


def test_reads_its_configuration_and_lets_flags_override_it():
    config = f"interfaces = ['wan/{ADDRESS}!198.51.100.7']\nports = '42100-42199'\nlog-level = 'debug'\nworkers = 3\n"
    with Relay(config=config, interface="", ports=()) as relay:
        relay.says(f"interfaces=wan/{ADDRESS}!198.51.100.7 ")
        relay.says("ports=42100-42199 ")
        relay.says("workers=3 ")
        threads = sorted(task.read_text(encoding="utf-8").strip()
                         for task in pathlib.Path(f"/proc/{relay.process.pid}/task").glob("*/comm"))
        expect([name for name in threads if "media" in name] == [f"osrtpd-media-{n}" for n in range(3)], threads)
    with Relay(config=config, ports=(42200, 42299)) as relay:
        relay.says(f"interfaces={ADDRESS} ")
        relay.says("ports=42200-42299 ")


def test_starts_with_the_example_configuration():
    example = pathlib.Path("examples/osrtpd.toml").read_text(encoding="utf-8")
    with Relay(config=example) as relay:
        expect(relay.ask("ping")["result"] == "pong", "no answer")


def test_leaves_no_core_file():
    with Relay() as relay:
        limits = pathlib.Path(f"/proc/{relay.process.pid}/limits")
        core = next(line for line in limits.read_text(encoding="utf-8").splitlines() if line.startswith("Max core"))
        expect(core.split()[4:6] == ["0", "0"], core)


def test_runs_unprivileged():
    if os.geteuid() != 0:
        return "it has run so in every other test"
    nobody = 65534
    with Relay(user=nobody) as relay:
        status = pathlib.Path(f"/proc/{relay.process.pid}/status").read_text(encoding="utf-8")
        expect(f"Uid:\t{nobody}\t{nobody}" in status and "CapEff:\t0000000000000000" in status, status)
        # Dumpable processes belong to their user here, others to root.
        expect(os.stat(f"/proc/{relay.process.pid}/mem").st_uid == 0, "its user can read its memory")
        expect(relay.stop() == 0 and not relay.path.exists(), "no clean stop")
