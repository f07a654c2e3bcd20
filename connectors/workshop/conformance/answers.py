"""Checks of how a connector's calls end when the channel refuses, waits, breaks off or answers nonsense."""

import email.utils
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from connectors.errors import ConnectorError, RateLimitedError, UnauthorisedError, UnavailableError
from connectors.workshop.conformance.calls import Ending, calls, connect
from connectors.workshop.conformance.server import Reply, channel
from connectors.workshop.conformance.subject import Subject

Found = Iterator[tuple[str, str]]


@dataclass(frozen=True)
class Scenario:
    """One way that a channel answers a call. `expected` says in words how the call must end; `holds` checks it."""

    name: str
    reply: Callable[[], Reply]
    expected: str
    holds: Callable[[Ending], bool]


def _is(kind: type[ConnectorError]) -> Callable[[Ending], bool]:
    return lambda ending: isinstance(ending.error, kind)


def _waits(least: float, most: float) -> Callable[[Ending], bool]:
    def holds(ending: Ending) -> bool:
        return isinstance(ending.error, RateLimitedError) and least <= ending.error.retry_after <= most

    return holds


def _limited(value: str | None) -> Reply:
    return Reply(429, {"Retry-After": value} if value is not None else {}, {"error": "kit"})


def _in(seconds: float) -> str:
    return email.utils.formatdate(time.time() + seconds, usegmt=True)


SCENARIOS = (
    Scenario("401", lambda: Reply(401, {}, {"error": "kit"}), "UnauthorisedError", _is(UnauthorisedError)),
    Scenario("404", lambda: Reply(404, {}, {"error": "kit"}), "no crash", lambda ending: ending.crash is None),
    Scenario("429, seconds", lambda: _limited("7"), "RateLimitedError of 7 s or more", _waits(7, 900)),
    Scenario("429, date", lambda: _limited(_in(60)), "RateLimitedError of a minute or more", _waits(50, 900)),
    Scenario("429, no Retry-After", lambda: _limited(None), "RateLimitedError", _waits(0.001, 900)),
    Scenario("500", lambda: Reply(500, {}, {"error": "kit"}), "UnavailableError", _is(UnavailableError)),
    Scenario("503", lambda: Reply(503, {}, "<html>kit</html>"), "UnavailableError", _is(UnavailableError)),
    Scenario("reset", lambda: Reply(mode="reset"), "UnavailableError", _is(UnavailableError)),
    Scenario("time-out", lambda: Reply(mode="stall"), "UnavailableError", _is(UnavailableError)),
    Scenario("a page with 200", lambda: Reply(200, {}, "<html>kit</html>"), "an error", _is(ConnectorError)),
    Scenario("{} with 200", lambda: Reply(200, {}, {}), "no crash", lambda ending: ending.crash is None),
    Scenario("[] with 200", lambda: Reply(200, {}, []), "no crash", lambda ending: ending.crash is None),
    Scenario("a text with 200", lambda: Reply(200, {}, b'"kit"'), "no crash", lambda ending: ending.crash is None),
)


def refusals(subject: Subject) -> Found:
    """Every call meets every scenario, and ends as the scenario expects: most often in a typed error."""
    with channel() as script:
        make = connect(subject, script)
        for call in calls(subject):
            for scenario in SCENARIOS:
                script.play([scenario.reply()])
                ending = make(call)
                if script.asked == 0:
                    yield call.name, f"it made no call to be refused: {ending}"
                    break
                if not scenario.holds(ending):
                    yield call.name, f"{scenario.name}: {ending}, expected {scenario.expected}"
