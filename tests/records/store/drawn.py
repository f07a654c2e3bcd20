"""Actions drawn at random: every kind, condition and value that a store takes, on few items so that they meet."""

from decimal import Decimal
from random import Random
from typing import Any

from records.store.actions import Absent, AbsentOr, Action, Below, Condition, Is, Put, Update

KEYS = [(f"acme#{letter}", sk) for letter in "AB" for sk in ("ONE", "TWO", "TWENTY")]
NAMES = ["ver", "outcome", "count_rank", "o#1", "told"]


def a_value(random: Random, name: str) -> Any:
    """Draw a value for a field."""
    if name == "ver":
        return random.randrange(4)
    if name == "told":
        return random.choice([[], ["a"], {"o": "1"}, {}, True, None, b"\x00\xff", Decimal("1.25"), "ß"])
    return random.choice(["", "a", "b", "quarantined", "2026"])


def a_condition(random: Random) -> Condition | None:
    """Draw a condition, or none."""
    name = random.choice(["ver", "outcome", "count_rank"])
    value = a_value(random, name)
    return random.choice(
        [None, None, Absent(), Is(name, value), Is(name, None), AbsentOr(name, value), Below(name, value)]
    )


def an_action(random: Random) -> Action:
    """Draw a write."""
    pk, sk = random.choice(KEYS)
    names = random.sample(NAMES, random.randrange(len(NAMES)))
    if random.random() < 0.3:
        return Put({"pk": pk, "sk": sk, **{name: a_value(random, name) for name in names}}, a_condition(random))
    put = {name: a_value(random, name) for name in names if name != "ver"}
    removed = [name for name in NAMES[1:] if name not in put and random.random() < 0.2]
    return Update((pk, sk), put, removed, {"ver": 1}, a_condition(random))
