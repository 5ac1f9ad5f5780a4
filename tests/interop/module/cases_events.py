"""What the relay tells unasked, in the script's event routes."""

from proxy import HERE, Kamailio
from real_relay import RealRelay
from sip import pause, receive, reply
from stand import Stand, case, part, same, until
from steps import DIALOG, DIALOG_CALLEE, INVITE, OK, TAGS

# dlg_bye("all") of Kamailio's dialog module forgets its second BYE where the first is answered before that is sent.
ENDED = [receive("BYE"), pause(300), reply(OK)]
FAILED = {"event": "failed", "from-tag": "caller", "to-tag": "callee", "leg": "callee", "media": 0, "state": "failed",
          "reason": "dtls-alert"}


def said(kamailio: Kamailio, words: str) -> list[str]:
    return [line for line in kamailio.log_text().splitlines() if words in line]


def call_that_fails(stand: Stand) -> tuple:
    """Both phones wait for a BYE, which comes since the relay says that the call's keys have failed."""
    stand.relay.tell_when_up = FAILED
    try:
        return stand.call([INVITE, *DIALOG, *ENDED], [*DIALOG_CALLEE, *ENDED])
    finally:
        stand.relay.tell_when_up = None


@case
def a_call_whose_keys_fail_is_ended_by_the_script(stand: Stand) -> None:
    stand.relay.forget_subscriber()
    with stand.proxy("events.cfg") as kamailio:
        assert until(stand.relay.has_subscriber), "nobody subscribes"
        call = call_that_fails(stand)
        same(call.commands(), ["offer", "answer", "delete"])
        same(part(call.asked[2], *TAGS), {"from-tag": "caller", "to-tag": "callee"})
        assert until(lambda: said(kamailio, "seconds=")), kamailio.log_text()
        told = said(kamailio, "event=failed")
        assert len(told) == 1 and call.id in told[0], told
        assert "leg=callee.0 state=failed reason=dtls-alert" in told[0], told
        assert said(kamailio, "bye to caller and callee"), kamailio.log_text()
        # What a command tells comes in place of what the event did.
        same([line.split("seconds=")[1] for line in said(kamailio, "seconds=")], ["12 event=<null>"])


@case
def events_of_all_kinds_run_their_routes(stand: Stand) -> None:
    stand.relay.forget_subscriber()
    with stand.proxy("events.cfg") as kamailio:
        assert until(stand.relay.has_subscriber)
        stand.relay.tell(FAILED | {"call-id": "nobody@test", "event": "downgrade", "state": "plain", "reason": None})
        stand.relay.tell(FAILED | {"call-id": "nobody@test", "event": "silent", "state": "plain", "reason": None})
        stand.relay.tell(FAILED | {"call-id": "nobody@test", "event": "tired"})
        stand.relay.tell(FAILED | {"call-id": "no\r\nbody@test"})
        stand.relay.tell(FAILED | {"call-id": "last@test"})
        assert until(lambda: said(kamailio, "last@test")), kamailio.log_text()
        same([line.split("event=")[1].split(" ")[0] for line in said(kamailio, "event=")], ["downgrade", "silent", "failed"])
        assert said(kamailio, "an event of a call that SIP cannot have"), kamailio.log_text()
        same(said(kamailio, "bye to"), [])


@case
def a_script_without_event_routes_subscribes_to_nothing(stand: Stand) -> None:
    with stand.proxy("module.cfg"):
        stand.call([INVITE, *DIALOG, *ENDED[:0]], DIALOG_CALLEE)
        assert not stand.relay.has_subscriber()


@case
def other_script_languages_have_one_function_for_all_events(stand: Stand) -> None:
    with stand.proxy("kemi.cfg", f'LUA_SCRIPT="{HERE}/kemi.lua"') as kamailio:
        assert until(stand.relay.has_subscriber)
        stand.relay.tell(FAILED | {"call-id": "kemi@test"})
        assert until(lambda: said(kamailio, "osrtp:failed of kemi@test in callee")), kamailio.log_text()


def silent_phones_are_hung_up_on(with_daemon: Stand) -> None:
    """With the daemon itself: neither phone sends a packet."""
    directory = with_daemon.directory / "silence"
    directory.mkdir()
    config = directory / "osrtpd.toml"
    config.write_text("silence-timeout = 1\n")
    stand = Stand(directory, lambda address: RealRelay(address, directory / "osrtpd.log", "--config", str(config)))
    try:
        with stand.proxy("events.cfg") as kamailio:
            call = stand.call([INVITE, *DIALOG, *ENDED], [*DIALOG_CALLEE, *ENDED])
            assert until(lambda: call.id not in stand.relay.calls()), "the relay has it still"
            assert said(kamailio, "event=silent leg=caller.0 state=plain"), kamailio.log_text()
            same(len(said(kamailio, "bye to")), 1)
            same(said(kamailio, "a process waits"), [])
    finally:
        stand.close()


WITH_DAEMON = [silent_phones_are_hung_up_on]
