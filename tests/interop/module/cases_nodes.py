"""Several relays: who gets which calls, and what happens when one is frozen, full, drained, or not listed any more."""

import pathlib
import socket
import subprocess

from fake_relay import FakeRelay
from fleet import Fleet, fleet
from proxy import HERE
from real_relay import RealRelay
from stand import Stand, case, same, until

SQL = HERE.parents[2] / "module/sql/osrtp-sqlite.sql"


def daemon(stand: Stand, name: str):
    """How to start one for each address."""
    return lambda address: RealRelay(address, stand.directory / f"{name}-{address[-6]}.log")


@case
def calls_are_shared_by_weight_and_stay_where_they_are(stand: Stand) -> None:
    with fleet(stand.directory, "ab", "{a}=1 {b}=3", FakeRelay) as ships:
        taken = ships.calls(60, "share")
        assert 0 < taken.count("a") < taken.count("b"), taken
        for number, name in enumerate(taken):
            same(ships.again(f"share{number}"), ("1", name))
            ships.request("BYE", f"share{number}", in_dialog=True)
            asked = [request["command"] for request in ships.relays[name].of_call(f"share{number}")]
            same(asked, ["offer", "offer", "delete"])
        same([len(relay.requests) for relay in ships.relays.values()], [3 * taken.count("a"), 3 * taken.count("b")])


@case
def a_frozen_daemon_costs_one_call_its_share_and_its_calls_wait_for_it(stand: Stand) -> None:
    with fleet(stand.directory, "ab", "{a} {b}", daemon(stand, "fleet")) as ships:
        old = ships.call_at("a", "old")
        ships.relays["a"].freeze()
        same(set(ships.calls(20, "new")), {"b"})
        same(ships.again(old), ("-4", "node-dead"))
        log = ships.kamailio.log_text()
        same((log.count("does not answer, and is probed"), log.count("no answer within")), (1, 0))
        ships.relays["a"].thaw()
        assert until(lambda: ships.nodes()["a"]["health"] == "alive", 10), ships.nodes()
        same(ships.again(old), ("1", "a"))
        # The offer that nobody waited for is taken back.
        assert until(lambda: ships.relays["a"].calls() == [old]), ships.relays["a"].calls()
        same(set(ships.calls(20, "later")), {"a", "b"})


@case
def a_daemon_that_is_about_to_be_stopped_gets_no_new_calls(stand: Stand) -> None:
    with fleet(stand.directory, "ab", "{a} {b}", daemon(stand, "drained")) as ships:
        old = ships.call_at("a", "old")
        ships.relays["a"].drain()
        same(set(ships.calls(20, "new")), {"b"})
        same(ships.again(old), ("1", "a"))


@case
def a_daemon_that_is_gone_costs_nothing_and_its_calls_fail_at_once(stand: Stand) -> None:
    with fleet(stand.directory, "ab", "{a} {b}", FakeRelay) as ships:
        old = ships.call_at("a", "old")
        ships.relays["a"].stop()
        same(set(ships.calls(20, "new")), {"b"})
        same(ships.again(old), ("-4", "node-dead"))
        same(ships.nodes()["a"]["health"], "refusing")
        assert "no answer within" not in ships.kamailio.log_text(), ships.kamailio.log_text()
        ships.relays["a"] = FakeRelay(ships.addresses["a"])
        same(ships.again(old), ("1", "a"))
        same(ships.nodes()["a"]["health"], "alive")


@case
def without_client_processes_a_timer_probes(stand: Stand) -> None:
    with fleet(stand.directory, "ab", "{a} {b}", FakeRelay, no_clients="1") as ships:
        ships.relays["a"].silent = True
        same(set(ships.calls(20, "new")), {"b"})
        same(ships.nodes()["a"]["health"], "dead")
        same([request["command"] for request in ships.relays["a"].requests], ["offer"])
        ships.relays["a"].silent = False
        assert until(lambda: ships.nodes()["a"]["health"] == "alive", 10), ships.nodes()
        assert ships.relays["a"].pings > 0
        assert "a" in ships.calls(20, "later")
        assert "delete" in [request["command"] for request in ships.relays["a"].requests]


@case
def offers_move_on_from_relays_without_room(stand: Stand) -> None:
    with fleet(stand.directory, "ab", "{a} {b}", FakeRelay) as ships:
        for code in ("ports-exhausted", "descriptors-exhausted", "too-many-calls", "draining"):
            ships.relays["a"].error = {"result": "error", "error-code": code, "error-reason": "no"}
            same(set(ships.calls(10, code)), {"b"})
            same(ships.nodes()["a"]["full"], 1)
        ships.relays["b"].error = {"result": "error", "error-code": "ports-exhausted", "error-reason": "no"}
        code, _ = ships.call("none")
        same(code, "-1")


@case
def a_script_chooses_the_set(stand: Stand) -> None:
    with fleet(stand.directory, "ab", "{a}", FakeRelay, more_nodes="7 == {b}") as ships:
        same(set(ships.calls(10, "usual")), {"a"})
        same([ships.call(f"seven{number}", "X-Set: 7\n") for number in range(10)], [("1", "b")] * 10)
        same(ships.again("seven1"), ("1", "b"))
        same(ships.call("nine", "X-Set: 9\n"), ("1", "a"))
        assert "there is no node in set 9" in ships.kamailio.log_text()


@case
def a_reinvite_may_begin_its_call_anew(stand: Stand) -> None:
    with fleet(stand.directory, "ab", "{a} {b}", FakeRelay, restart="1") as ships:
        old = ships.call_at("a", "old")
        ships.relays["a"].stop()
        same(ships.again(old), ("1", "b"))
        offer, = ships.relays["b"].of_call(old)
        same((offer["to-tag"], offer["osrtp"]["caller"], offer["osrtp"]["callee"]),
             ("callee", "opportunistic", "opportunistic"))
        ships.request("BYE", old, in_dialog=True)
        same([asked["command"] for asked in ships.relays["b"].of_call(old)], ["offer", "delete"])
        ships.relays["a"] = FakeRelay(ships.addresses["a"])


@case
def a_call_that_begins_anew_asks_no_less_than_before(stand: Stand) -> None:
    with fleet(stand.directory, "ab", "{a} {b}", FakeRelay, restart="1") as ships:
        old = ships.call_at("a", "strict", "X-Options: callee=require\n")
        ships.relays["a"].stop()
        same(ships.again(old), ("1", "b"))
        offer, = ships.relays["b"].of_call(old)
        same((offer["osrtp"]["caller"], offer["osrtp"]["callee"]), ("opportunistic", "require"))
        # What the proxy has not begun, or has forgotten, it does not begin anew.
        ships.relays["b"].stop()
        ships.relays["a"] = FakeRelay(ships.addresses["a"])
        foreign = [ships.again(f"foreign{number}") for number in range(20)]
        same(set(foreign), {("1", "a"), ("-4", "node-dead")})
        ships.relays["b"] = FakeRelay(ships.addresses["b"])


@case
def the_bye_of_a_phone_that_lost_ends_no_call(stand: Stand) -> None:
    with fleet(stand.directory, "ab", "{a} {b}", FakeRelay, restart="1") as ships:
        old = ships.call_at("a", "forked", "X-Options: callee=require\n")
        ships.relays["a"].connected = "callee"
        ships.request("BYE", old, in_dialog=True, callee="loser")
        same(ships.again(old), ("1", "a"))
        ships.relays["a"].stop()
        # Of a call that had ended nothing would be known any more, and none would begin anew.
        same(ships.again(old), ("1", "b"))
        offer, = ships.relays["b"].of_call(old)
        same(offer["osrtp"]["callee"], "require")
        ships.request("BYE", old, in_dialog=True)
        same(ships.again(old), ("1", "b"))
        ships.relays["b"].stop()
        ships.relays["a"] = FakeRelay(ships.addresses["a"])
        same(ships.again(old), ("-4", "node-dead"))
        ships.relays["b"] = FakeRelay(ships.addresses["b"])


@case
def operators_drain_ping_and_enable_relays(stand: Stand) -> None:
    with fleet(stand.directory, "ab", "{a} {b}=5", FakeRelay) as ships:
        old = ships.call_at("a", "old")
        assert "drained: 1" in ships.kamcmd("osrtp.drain", "a")
        same((ships.nodes()["a"]["state"], ships.nodes()["b"]["state"], ships.nodes()["b"]["weight"]),
             ("draining", "enabled", 5))
        same(set(ships.calls(20, "drained")), {"b"})
        same(ships.again(old), ("1", "a"))
        same(ships.jsonrpc("osrtp.enable", "all")["result"], {"enabled": 2})
        assert "a" in ships.calls(60, "enabled")
        ships.relays["b"].silent = True
        told = {node["node"]: "milliseconds" in node for node in ships.jsonrpc("osrtp.ping", "all")["result"]}
        same(told, {ships.addresses["a"]: True, ships.addresses["b"]: False})
        same(ships.nodes()["b"]["health"], "dead")
        assert "milliseconds" in ships.kamcmd("osrtp.ping", "a")
        same(ships.jsonrpc("osrtp.ping", "udp:127.0.0.1:9")["error"]["code"], 404)
        assert "needs the address of a node" in ships.kamcmd("osrtp.drain")
        assert "db_url is not set" in ships.kamcmd("osrtp.reload")


@case
def a_table_without_nodes_is_refused(stand: Stand) -> None:
    home = stand.directory / "empty"
    home.mkdir()
    ships = Fleet(home, "a", "", FakeRelay, only_table="1", db_url=f"sqlite:///{home}/nodes.db")
    try:
        write_table(ships, SQL.read_text())
        assert not ships.kamailio.start()
        assert "db_url: the table has no node" in ships.kamailio.log_text(), ships.kamailio.log_text()
        write_table(ships, f"INSERT INTO osrtp (socket) VALUES ('{ships.addresses['a']}');")
        ships.start()
        same(ships.call("before"), ("1", "a"))
        write_table(ships, "DELETE FROM osrtp;")
        assert "nothing has changed: the table has no node" in ships.kamcmd("osrtp.reload")
        same(ships.nodes()["a"]["state"], "enabled")
        same(ships.call("after"), ("1", "a"))
    finally:
        ships.stop()


class FullQueue:
    """A relay that takes nothing up, and has all in its queue that this holds."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._path = pathlib.Path(address.removeprefix("unix:"))
        self._socket.bind(str(self._path))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as filler:
            filler.setblocking(False)
            try:
                while True:
                    filler.sendto(b"full", str(self._path))
            except BlockingIOError:
                pass

    def stop(self) -> None:
        self._socket.close()


@case
def a_relay_that_cannot_be_asked_is_not_found_silent(stand: Stand) -> None:
    with fleet(stand.directory, "a", "{a}", FullQueue) as ships:
        asked, = ships.jsonrpc("osrtp.ping", "all")["result"]
        same(("milliseconds" in asked, ships.nodes()["a"]["health"]), (False, "alive"))
        same(ships.call("busy")[0], "-2")
        same(ships.nodes()["a"]["health"], "alive")
        ships.relays["a"].stop()
        asked, = ships.jsonrpc("osrtp.ping", "all")["result"]
        same(("milliseconds" in asked, ships.nodes()["a"]["health"]), (False, "refusing"))


def write_table(ships: Fleet, *statements: str) -> None:
    subprocess.run(["sqlite3", ships.directory / "nodes.db"], input="".join(statements), text=True, check=True, timeout=10)


@case
def nodes_come_from_a_table_and_a_reload_loses_no_call(stand: Stand) -> None:
    home = stand.directory / "table"
    home.mkdir()
    ships = Fleet(home, "abc", "{a}", FakeRelay, db_url=f"sqlite:///{home}/nodes.db")
    row = "INSERT INTO osrtp (socket, weight) VALUES ('{}', 2);"
    write_table(ships, SQL.read_text(), row.format(ships.addresses["b"]))
    try:
        ships.start()
        same({name: node["weight"] for name, node in ships.nodes().items()}, {"a": 1, "b": 2})
        old = ships.call_at("b", "old")
        write_table(ships, "DELETE FROM osrtp;", row.format(ships.addresses["c"]))
        same(ships.jsonrpc("osrtp.reload")["result"], {"added": 1, "kept": 1, "leaving": 1})
        same({name: node["state"] for name, node in ships.nodes().items()},
             {"a": "enabled", "b": "leaving", "c": "enabled"})
        same(set(ships.calls(30, "new")), {"a", "c"})
        same(ships.again(old), ("1", "b"))
        write_table(ships, "UPDATE osrtp SET disabled = 1;")
        assert "kept: 2" in ships.kamcmd("osrtp.reload")
        same(set(ships.calls(10, "disabled")), {"a"})
        write_table(ships, "UPDATE osrtp SET socket = 'tcp:1';")
        assert "nothing has changed" in ships.kamcmd("osrtp.reload")
        write_table(ships, "DROP TABLE osrtp;")
        same(ships.jsonrpc("osrtp.reload")["error"]["code"], 500)
        write_table(ships, "CREATE TABLE osrtp (setid INT, socket TEXT, weight INT, disabled INT);",
                    "INSERT INTO osrtp VALUES (0, 'unix:/x.sock', NULL, 0);")
        told = ships.jsonrpc("osrtp.reload")["error"]["message"]
        assert told.endswith("are not for unix:/x.sock"), told
        same({name: node["state"] for name, node in ships.nodes().items()},
             {"a": "enabled", "b": "leaving", "c": "disabled"})
    finally:
        ships.stop()
