"""Calls between two phones of examples/kamailio.cfg."""

import socket

from proxy import HERE, Kamailio, free_port
from sip import Phone
from stand import Stand, same


def register(address: str, proxy: str) -> None:
    """Makes `address` the place of user x."""
    host, port = address.split(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind((host, int(port)))
        phone.settimeout(5)
        registrar, registrar_port = proxy.split(":")
        phone.sendto(f"REGISTER sip:{proxy} SIP/2.0\r\nVia: SIP/2.0/UDP {address};branch=z9hG4bKr\r\nFrom: <sip:x@{proxy}>;tag=r\r\n"
                     f"To: <sip:x@{proxy}>\r\nCall-ID: register\r\nCSeq: 1 REGISTER\r\nContact: <sip:x@{address}>\r\n"
                     "Max-Forwards: 9\r\nContent-Length: 0\r\n\r\n".encode(), (registrar, int(registrar_port)))
        assert phone.recv(4096).startswith(b"SIP/2.0 200"), "not registered"


def play_with_example(stand: Stand, name: str, callee_steps: list[str], caller_steps: list[str],
                      more: tuple[str, ...] = ()) -> tuple[Phone, Phone | None]:
    """One call over UDP between two phones of the example configuration, with `more` defines. @return caller and callee,
    who is there but silent if it has no steps."""
    examples = HERE.parents[2] / "examples"
    directory = stand.directory / name
    directory.mkdir()
    proxy, here, there = (f"{host}:{free_port(host)}" for host in ("127.0.0.41", "127.0.0.42", "127.0.0.43"))
    defines = ("LISTEN_ADDR=127.0.0.41", f"UDP_PORT={proxy.split(':')[1]}", f"TLS_PORT={free_port('127.0.0.41')}",
               f'TLS_CONFIG="{directory}/tls.cfg"', *more)
    (directory / "tls.cfg").write_text((examples / "tls.cfg").read_text()
                                       .replace("/etc/kamailio/tls.key", str(stand.certificate))
                                       .replace("/etc/kamailio/tls.crt", str(stand.certificate)))
    kamailio = Kamailio(directory, stand.socket, proxy, examples / "kamailio.cfg", defines)
    assert kamailio.start(), kamailio.log_text()
    try:
        register(there, proxy)
        callee = Phone(directory, "callee", there, callee_steps, here) if callee_steps else None
        caller = Phone(directory, "caller", here, caller_steps, proxy, proxy, f"{name}@test")
        same([phone.finish() for phone in (callee, caller) if phone], [0] * (2 if callee else 1))
    finally:
        kamailio.stop()
    return caller, callee
