"""What operators read of calls: the statistics group `osrtp`, and osrtp.calls."""

from fake_relay import FakeRelay
from fleet import Fleet, fleet
from stand import Stand, case, same, until


def counts(ships: Fleet) -> dict[str, int]:
    """Those that are not 0."""
    told = ships.jsonrpc("stats.fetch", "osrtp:")["result"]
    return {name.removeprefix("osrtp."): int(value) for name, value in told.items() if int(value)}


@case
def what_comes_of_commands_is_counted(stand: Stand) -> None:
    with fleet(stand.directory, "ab", "{a}", FakeRelay) as ships:
        same(counts(ships), {})
        for number in range(3):
            ships.call(f"counted{number}")
        ships.request("BYE", "counted0", in_dialog=True)
        assert until(lambda: counts(ships).get("deletes") == 1), counts(ships)
        same(counts(ships), {"offers": 3, "deletes": 1, "plain_peer_did_not_offer": 1, "encrypted_sdes": 1})
        ships.relays["a"].error = {"result": "error", "error-code": "internal", "error-reason": "no"}
        ships.again("counted1")
        ships.relays["a"].error = None
        ships.relays["a"].silent = True
        ships.again("counted2")
        same(counts(ships) | {"deletes": 0}, {"offers": 5, "deletes": 0, "plain_peer_did_not_offer": 1,
                                              "encrypted_sdes": 1, "failures": 1, "timeouts": 1})
        told = ships.kamcmd("stats.fetch", "osrtp:")
        assert "osrtp.offers: 5" in told and "osrtp.timeouts: 1" in told, told


@case
def calls_are_listed_with_their_relays(stand: Stand) -> None:
    with fleet(stand.directory, "ab", "{a} {b}", FakeRelay) as ships:
        taken = dict(zip((f"listed{number}" for number in range(10)), ships.calls(10, "listed")))
        told = ships.jsonrpc("osrtp.calls")["result"]
        same({entry["call_id"]: entry["node"] for entry in told},
             {call_id: ships.addresses[name] for call_id, name in taken.items()})
        same(len(ships.jsonrpc("osrtp.calls", 1)["result"]), len(set(taken.values())))
        ships.relays["b"].silent = True
        told = ships.jsonrpc("osrtp.calls")["result"]
        same(told[-1], {"silent_nodes": 1})
        same({entry["call_id"] for entry in told[:-1]}, {call_id for call_id, name in taken.items() if name == "a"})
        assert "of each node 1 to 1000" in ships.kamcmd("osrtp.calls", "0")
        assert "listed" in ships.kamcmd("osrtp.calls")
