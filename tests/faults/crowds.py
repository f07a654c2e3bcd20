"""The large races, or crowds: facts of one order, its stock and its customers arrive at once, in schedules by seed.

They have too many schedules to play them all. In each that is played, everything must end as if the same facts were
told one after another.
"""

from dataclasses import dataclass, field
from random import Random

from records.errors import ConflictError
from records.store.memory import MemoryStore
from tests.records.retail import copied, digest, tell, told
from tests.records.schedules import Handler, one_schedule
from tests.records.story import CUSTOMER, ORDER, STOCK

FACTS = (*ORDER, *STOCK, *CUSTOMER)
SCHEDULES = 40
"""How many schedules of a crowd are played."""


@dataclass
class Crowd:
    """What came of one crowd's schedules."""

    seed: int
    schedules: int = 0
    violations: list[str] = field(default_factory=list)


def play(seed: int) -> Crowd:
    """Let three to six facts arrive at once. Others were heard before, and one may arrive twice."""
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
    """Let all take turns, and say whether all ended well. What ends in a conflict is delivered again, as by a queue."""
    results = one_schedule(store, crowd, draw.choice)
    for handler, result in zip(crowd, results, strict=True):
        if isinstance(result, ConflictError):
            handler(store)
        elif isinstance(result, Exception):
            return False
    return True
