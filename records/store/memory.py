"""A store in memory with the very conditions of the real one: for rules, races and fault campaigns."""

import threading
from collections.abc import Sequence
from typing import Any

from records.errors import ConflictError, RecordError
from records.store.actions import Absent, AbsentOr, Action, Below, Condition, Is, Item, Key, Put, Update, after
from records.store.wire import from_value, to_value

LIMIT = 100
SAME = frozenset({str, int, bool, bytes, type(None)})  # types whose values come back as they went


class MemoryStore:
    """Items in a dictionary; a write is atomic under one lock."""

    def __init__(self) -> None:
        self.items: dict[Key, Item] = {}
        self._lock = threading.Lock()

    def get(self, keys: Sequence[Key], *, consistent: bool = True) -> dict[Key, Item]:
        """Read items."""
        with self._lock:
            return {key: _copied(self.items[key]) for key in keys if key in self.items}

    def query(self, pk: str, prefix: str = "") -> list[Item]:
        """Read a partition in order of sort key."""
        with self._lock:
            keys = sorted(key for key in self.items if key[0] == pk and key[1].startswith(prefix))
            return [_copied(self.items[key]) for key in keys]

    def write(self, actions: Sequence[Action]) -> None:
        """Do all of it or nothing."""
        _check(actions)
        with self._lock:
            for action in actions:
                if not holds(action.when, self.items.get(action.key)):
                    raise ConflictError(f"{action.key[1]}: {type(action.when).__name__} does not hold")
            for action in actions:
                there = self.items.get(action.key)
                self.items[action.key] = _copied(action.item if isinstance(action, Put) else after(action, there))


def _copied(item: Item) -> Item:
    """Copy an item as it would come back over the wire, so that what DynamoDB cannot keep fails here too."""
    return {name: value if type(value) in SAME else _back(value) for name, value in item.items()}


def _back(value: Any) -> Any:
    if type(value) in SAME:
        return value
    if type(value) is dict:
        return {name: _back(content) for name, content in value.items()}
    if type(value) is list:
        return [_back(content) for content in value]
    return from_value(to_value(value))


def _check(actions: Sequence[Action]) -> None:
    """Refuse what DynamoDB refuses."""
    if len(actions) > LIMIT:
        raise RecordError(f"a transaction takes {LIMIT} actions, not {len(actions)}")
    if len({action.key for action in actions}) != len(actions):
        raise RecordError("a transaction takes one action per item")
    for action in actions:
        if isinstance(action, Update):
            named = [*action.put, *action.remove, *action.add]
            if len(set(named)) != len(named):
                raise RecordError(f"{action.key[1]}: an update names a field once")


def holds(condition: Condition | None, item: Item | None) -> bool:
    """Tell whether a condition holds for what lies there."""
    match condition:
        case None:
            return True
        case Absent():
            return item is None
        case Is(name, None):
            return item is not None and name not in item
        case Is(name, value):
            return item is not None and item.get(name) == value
        case AbsentOr(name, value):
            return item is None or item.get(name) == value
        case Below(name, value):
            return item is None or name not in item or item[name] < value
