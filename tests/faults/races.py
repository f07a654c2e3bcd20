"""The small races. Each test of these modules plays all schedules of one race. This module runs and counts them."""

import inspect
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.records import schedules, test_races
from tests.records.customers import test_decision_races
from tests.records.orders import test_reservation_races

RACES = (test_races, test_reservation_races, test_decision_races)


@dataclass
class Races:
    """The number of races, of their schedules, and what was wrong."""

    races: int = 0
    schedules: int = 0
    violations: list[str] = field(default_factory=list)


def play(until: float) -> Races:
    """Play every small race in full. A race that would begin after `until` is left out, which is a violation."""
    found, before = Races(), schedules.played()
    for name, race in _races().items():
        if time.monotonic() > until:
            found.violations.append(f"{name} was not played: no time was left")
            continue
        try:
            race()
        except AssertionError as error:
            found.violations.append(f"{name}: {error}")
        found.races += 1
    found.schedules = schedules.played() - before
    return found


def _races() -> dict[str, Callable[[], None]]:
    """Give the tests without fixtures or parameters, by name."""
    named = [each for module in RACES for each in inspect.getmembers(module, inspect.isfunction)]
    return {name: test for name, test in named if name.startswith("test_") and not inspect.signature(test).parameters}
