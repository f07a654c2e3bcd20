"""Map an event again: what a better mapping makes of a payload takes the place of what an earlier one made of it.

A fact's id is the digest of its content, and the last thing that decides between two statements of one version
(records/facts.py). What is mapped again keeps its place among other events, and goes before what was made of the same
event earlier: its id begins with a character that is larger than every digest, and with the time. What the new mapping
states just as the old one did is not stated again, so nothing is written and nobody is told. What only the old mapping
stated stays: a record is a fold, and takes nothing back.
"""

from collections.abc import Sequence
from typing import Any

from records.cause import Cause
from records.facts import Stored
from records.store.actions import AbsentOr, Condition, Is, Item
from records.store.packing import pack, unpack

AFTER_ALL = "~"
MAPPED = ("applied", "unchanged")


def is_open(cause: Cause, known: Item | None, about: Item) -> bool:
    """Tell whether an event is to be applied: nothing became of it yet, or it was quarantined, or it is to be mapped
    again and another version of its connector did it before.
    """
    if known is None or known["outcome"] == "quarantined":
        return True
    return cause.remaps and known["outcome"] in MAPPED and known.get("connector") != about.get("connector")


def is_again(known: Item | None) -> bool:
    """Tell whether an event that is to be applied was mapped before."""
    return known is not None and known["outcome"] in MAPPED


def news(cause: Cause, known: Item | None, facts: Sequence[Stored]) -> list[Stored]:
    """Give the facts to fold in: all of them, or of an event mapped again those that were not stated before."""
    if known is None or not is_again(known):
        return list(facts)
    said = set(known["facts"])
    return [
        {**fact, "fact_id": f"{AFTER_ALL}{cause.at} {fact['fact_id']}"} for fact in facts if fact["fact_id"] not in said
    ]


def marked(known: Item | None, fields: Item, records: Sequence[dict[str, Any]]) -> tuple[Item, Condition]:
    """Give the fields of an event's marker and what its write depends on. Of an event mapped again it names all that it
    ever changed, and fails where somebody else has mapped it again meanwhile.
    """
    if known is None or not is_again(known):
        return {**fields, "records": pack(list(records))}, AbsentOr("outcome", "quarantined")
    before = known.get("connector")
    every = {(each["record"], each["id"]): each for each in [*unpack(known["records"]), *records]}
    outcome = "applied" if "applied" in (known["outcome"], fields["outcome"]) else "unchanged"
    again = {"outcome": outcome, "records": pack(list(every.values())), "mapped_before": before or ""}
    return {**fields, **again}, Is("connector", before)
