"""What can be asked of a store, and what a store is.

The conditions are few on purpose: an in-memory store and DynamoDB must agree on every one of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Item = dict[str, Any]
Key = tuple[str, str]
"""(pk, sk)."""


@dataclass(frozen=True)
class Absent:
    """Nothing lies there yet."""


@dataclass(frozen=True)
class Is:
    """The item lies there and its field has this value (compare-and-swap); None: it has no such field."""

    name: str
    value: Any


@dataclass(frozen=True)
class AbsentOr:
    """Nothing lies there yet, or the field has this value."""

    name: str
    value: Any


@dataclass(frozen=True)
class Below:
    """Nothing lies there, or the field is missing or smaller than this value."""

    name: str
    value: Any


Condition = Absent | Is | AbsentOr | Below


@dataclass(frozen=True)
class Put:
    """Write a whole item."""

    item: Item
    when: Condition | None = None

    @property
    def key(self) -> Key:
        """Where it is written."""
        return (self.item["pk"], self.item["sk"])


@dataclass(frozen=True)
class Update:
    """Write some fields of an item; `add` adds to whole numbers. A missing item is made."""

    key: Key
    put: Mapping[str, Any] = field(default_factory=dict)
    remove: Sequence[str] = ()
    add: Mapping[str, int] = field(default_factory=dict)
    when: Condition | None = None


Action = Put | Update


def after(update: Update, item: Item | None) -> Item:
    """Give what lies there after an update."""
    new = {**(item or {"pk": update.key[0], "sk": update.key[1]}), **update.put}
    for name in update.remove:
        new.pop(name, None)
    for name, amount in update.add.items():
        new[name] = new.get(name, 0) + amount
    return new


class Store(Protocol):
    """A table of items by (pk, sk)."""

    def get(self, keys: Sequence[Key], *, consistent: bool = True) -> dict[Key, Item]:
        """Read items; those that are not there are missing from the answer. Not `consistent`: maybe a moment old."""

    def query(self, pk: str, prefix: str = "") -> list[Item]:
        """Read the items of a partition whose sort key starts so, in order."""

    def write(self, actions: Sequence[Action]) -> None:
        """Do all of it or nothing.

        Raises:
            ConflictError: a condition did not hold, or another write met this one.
            StoreUnavailableError: it may or may not have been written.
            RecordError: no store would take this: over 100 actions, two on one item, a field written and removed.
        """
