"""The large races: facts of one order, its stock and its people, several at once, in schedules drawn by seed.

They have too many schedules to play them all. Whatever the turns, everything must end as if the same facts had been
told one after the other.
"""

from dataclasses import dataclass, field
from random import Random

from records.errors import ConflictError
from records.store.memory import MemoryStore
from tests.records.orders import test_order_of_arrival as day
from tests.records.retail import copied, digest, tell, told
from tests.records.schedules import Handler, one_schedule

FACTS = (*day.ORDER, *day.STOCK, *day.CUSTOMER)
SCHEDULES = 40
"""Of one crowd."""


@dataclass
class Crowd:
    """What came of the schedules of one crowd."""

    seed: int
    schedules: int = 0
    violations: list[str] = field(default_factory=list)


def play(seed: int) -> Crowd:
    """Let three to six facts arrive at once where some were heard before; one of them may arrive twice."""
    draw = Random(f"crowd {seed}")
    facts = draw.sample(range(len(FACTS)), draw.randint(4, len(FACTS)))
    size = draw.randint(3, min(6, len(facts)))
    before = told([FACTS[number] for number in facts[size:]])
    crowd = [_hears(number) for number in facts[:size]] + [_hears(facts[0])] * draw.randint(0, 1)
    alone = copied(before)
    for handler in crowd:
        handler(alone)
    wanted, found = digest(alone), Crowd(seed)
    for _ in range(SCHEDULES):
        store = copied(before)
        found.schedules += 1
        if not _arrive(store, crowd, draw) or digest(store) != wanted:
            found.violations.append(f"crowd {seed}: schedule {found.schedules} ends otherwise than one after the other")
    return found


def _hears(number: int) -> Handler:
    return lambda store: tell(store, f"crowd{number}", FACTS[number])


def _arrive(store: MemoryStore, crowd: list[Handler], draw: Random) -> bool:
    """Let all of them take turns. Whoever met others too often is delivered again, as the queue does it."""
    results = one_schedule(store, crowd, draw.choice)
    for handler, result in zip(crowd, results, strict=True):
        if isinstance(result, ConflictError):
            handler(store)
        elif isinstance(result, Exception):
            return False
    return True
