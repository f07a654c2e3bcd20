"""Map an event again: what a better mapping states of a payload replaces what an earlier one stated.

A fact's id is a digest of its content. Where version, time and progress of two statements are equal, the larger id wins
(records/facts.py). The id of a fact that is mapped again begins with `~`, which is larger than every digest, and then
has the time of the mapping. So it wins over what the same event stated before. Version and time come first: among other
events it keeps its place.

A fact that both mappings state alike is not stated again: nothing is written and nobody is told. A fact that only the
old mapping stated stays: a record is a fold, and takes nothing back.
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
    """Tell whether an event is still to be applied: it has no marker yet, or was quarantined, or is to be mapped again
    and another version of its connector mapped it before.
    """
    if known is None or known["outcome"] == "quarantined":
        return True
    return cause.remaps and known["outcome"] in MAPPED and known.get("connector") != about.get("connector")


def is_again(known: Item | None) -> bool:
    """Tell whether an event that is to be applied was mapped before."""
    return known is not None and known["outcome"] in MAPPED


def news(cause: Cause, known: Item | None, facts: Sequence[Stored]) -> list[Stored]:
    """Give the facts to fold in: all of them or, of an event mapped again, those that were not stated before."""
    if known is None or not is_again(known):
        return list(facts)
    said = set(known["facts"])
    return [
        {**fact, "fact_id": f"{AFTER_ALL}{cause.at} {fact['fact_id']}"} for fact in facts if fact["fact_id"] not in said
    ]


def marked(known: Item | None, fields: Item, records: Sequence[dict[str, Any]]) -> tuple[Item, Condition]:
    """Give the fields of an event's marker, and the condition of its write.

    The marker of an event mapped again names every record that the event ever changed. Its write fails where somebody
    else has mapped the event again meanwhile.
    """
    if known is None or not is_again(known):
        return {**fields, "records": pack(list(records))}, AbsentOr("outcome", "quarantined")
    before = known.get("connector")
    every = {(each["record"], each["id"]): each for each in [*unpack(known["records"]), *records]}
    outcome = "applied" if "applied" in (known["outcome"], fields["outcome"]) else "unchanged"
    again = {"outcome": outcome, "records": pack(list(every.values())), "mapped_before": before or ""}
    return {**fields, **again}, Is("connector", before)
