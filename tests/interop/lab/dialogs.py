"""All scenarios of dialogs.py, by name."""

import collections.abc
import dataclasses

from lab import forking, holding, late, moving, within
from lab.scene import Scene


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    play: collections.abc.Callable[[Scene], collections.abc.Awaitable[None]]
    short: bool = False  # part of `make check`
    policy: str = "opportunistic"  # of both sides, for the proxy


def _scenario(name: str, function: object, *arguments: object, short: bool = False,
              policy: str = "opportunistic") -> Scenario:
    async def play(scene: Scene) -> None:
        await function(scene, *arguments)

    return Scenario(name, play, short, policy)


def _forks() -> list[Scenario]:
    telling = (("plain", "dtls"), ("opportunistic", "plain"), ("dtls", "opportunistic"))
    return [_scenario(f"fork-{caller}-to-{winner}", forking.first_to_answer, caller, winner, short=(caller, winner) in telling)
            for caller in forking.RINGING for winner in forking.RINGING]


def _failing_forks() -> list[Scenario]:
    return [_scenario("fork-one-busy", forking.one_refuses, "486", short=True),
            _scenario("fork-one-silent", forking.one_refuses, "408"),
            _scenario("fork-one-gone", forking.one_is_gone),
            _scenario("fork-opportunistic-to-mandatory", forking.first_to_answer, "opportunistic", "mandatory",
                      ("plain", "dtls", "mandatory")),
            _scenario("fork-caller-gives-up", forking.caller_gives_up, short=True),
            _scenario("early-answer-of-another-suite", forking.answers_twice),
            _scenario("all-gone", forking.all_are_gone, short=True),
            _scenario("fork-one-declines-for-all", forking.one_refuses_for_all),
            _scenario("fork-late-200-plain", forking.answered_too_late, "plain"),
            _scenario("fork-late-200-opportunistic", forking.answered_too_late, "opportunistic", short=True)]


def _downstream_forks() -> list[Scenario]:
    return [_scenario(f"downstream-fork-{caller}-{taken}", forking.forks_behind_one_branch, caller, taken)
            for caller in ("plain", "opportunistic") for taken in ("first", "second")]


def _holds() -> list[Scenario]:
    return [_scenario(f"hold-{caller}-{callee}-by-{who}", holding.hold_and_resume, caller, callee, who,
                      short=(caller, callee, who) in (("opportunistic", "dtls", "caller"), ("dtls", "opportunistic", "callee")))
            for caller, callee in (("opportunistic", "dtls"), ("dtls", "opportunistic"), ("plain", "opportunistic"),
                                   ("dtls", "plain"), ("mandatory", "plain"), ("plain", "mandatory"))
            for who in ("caller", "callee")]


def _moves() -> list[Scenario]:
    blind = (("opportunistic", "plain", "dtls", "a"), ("dtls", "opportunistic", "plain", "a"),
             ("plain", "dtls", "opportunistic", "a"), ("opportunistic", "dtls", "dtls", "b"),
             ("dtls", "opportunistic", "opportunistic", "b"))
    return [*(_scenario("transfer-" + "-".join(modes), moving.blind_transfer, *modes, short=modes == blind[0]) for modes in blind),
            *(_scenario(f"attended-transfer-{b}-{c}", moving.attended_transfer, b, c, short=(b, c) == ("plain", "opportunistic"))
              for b in ("plain", "opportunistic") for c in ("plain", "opportunistic")),
            *(_scenario(f"picked-up-elsewhere-{caller}-{callee}", moving.picked_up_elsewhere, caller, callee,
                        short=(caller, callee) == ("dtls", "opportunistic"))
              for caller in ("plain", "opportunistic", "dtls") for callee in ("plain", "opportunistic"))]


def _late_offers() -> list[Scenario]:
    callees = ("plain", "opportunistic", "mandatory", "dtls")
    secure = {"policy": "require"}
    return [*(_scenario(f"late-offer-{caller}-{callee}", late.late_offer, caller, callee,
                        short=(caller, callee) == ("plain", "dtls")) for caller in ("plain", "opportunistic") for callee in callees),
            *(_scenario(f"late-offer-required-{callee}", late.late_offer, "opportunistic", callee,
                        short=callee == "opportunistic", **secure) for callee in callees[1:]),
            _scenario("late-offer-refused", late.late_offer_refused, "plain", short=True, **secure),
            *(_scenario(f"late-answer-refused-{callee}", late.late_answer_refused, callee, short=callee == "opportunistic",
                        **secure) for callee in ("opportunistic", "dtls"))]


def _within() -> list[Scenario]:
    return [*(_scenario(f"refresh-{caller}-{callee}", within.refreshed, caller, callee,
                        short=(caller, callee) == ("dtls", "opportunistic"))
              for caller in ("plain", "opportunistic", "dtls") for callee in ("plain", "opportunistic")),
            *(_scenario(f"fax-and-back-{far}", within.fax_and_back, far, short=far == "opportunistic")
              for far in ("plain", "opportunistic"))]


SCENARIOS = [*_forks(), *_failing_forks(), *_downstream_forks(), *_holds(), *_moves(), *_within(), *_late_offers()]
