"""Handlers that meet: every schedule of their calls ends as if one had come after the other."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

from events.facts import Fact
from records.apply import Applied
from records.store.actions import Store
from records.store.memory import MemoryStore
from tests.records.retail import copied, digest, tell
from tests.records.schedules import every_schedule

Handler = Callable[[Store], Any]
MOST = 8000  # schedules of one race


def hears(event_id: str, fact: Fact) -> Handler:
    """Make a handler that is told a fact."""
    return lambda store: tell(store, event_id, fact)


def answer(result: Any) -> str:
    """Say what a handler answered; versions of records depend on who came first."""
    return result.outcome if isinstance(result, Applied) else str(result)


def race(start: MemoryStore, *handlers: Handler, cuts: int = 99) -> set[tuple[str, ...]]:
    """Play every schedule: its answers and its end must be those of one order in which they come one after another.
    Gives the answers there were.
    """
    serial = []
    for turn in permutations(range(len(handlers))):
        alone = copied(start)
        answers = {number: answer(handlers[number](alone)) for number in turn}
        serial.append((tuple(answers[number] for number in range(len(handlers))), digest(alone)))
    seen, schedules = set(), 0
    for store, results in every_schedule(lambda: copied(start), handlers, cuts):
        ended = (tuple(answer(result) for result in results), digest(store))
        assert ended in serial
        seen.add(ended[0])
        schedules += 1
        assert schedules < MOST
    assert schedules > 1
    return seen
