"""A store in memory with the very conditions of the real one: for rules, races and fault campaigns."""

import copy
import threading
from collections.abc import Sequence

from records.errors import ConflictError
from records.store.actions import Absent, AbsentOr, Action, Below, Condition, Is, Item, Key, Put


class MemoryStore:
    """Items in a dictionary; a write is atomic under one lock."""

    def __init__(self) -> None:
        self.items: dict[Key, Item] = {}
        self._lock = threading.Lock()

    def get(self, keys: Sequence[Key], *, consistent: bool = True) -> dict[Key, Item]:
        """Read items."""
        with self._lock:
            return {key: copy.deepcopy(self.items[key]) for key in keys if key in self.items}

    def query(self, pk: str, prefix: str = "") -> list[Item]:
        """Read a partition in order of sort key."""
        with self._lock:
            keys = sorted(key for key in self.items if key[0] == pk and key[1].startswith(prefix))
            return [copy.deepcopy(self.items[key]) for key in keys]

    def write(self, actions: Sequence[Action]) -> None:
        """Do all of it or nothing."""
        if len(actions) > 100:
            raise ValueError(f"a transaction takes 100 actions, not {len(actions)}")
        if len({action.key for action in actions}) != len(actions):
            raise ValueError("a transaction takes one action per item")
        with self._lock:
            for action in actions:
                if not holds(action.when, self.items.get(action.key)):
                    raise ConflictError(f"{action.key[1]}: {type(action.when).__name__} does not hold")
            for action in actions:
                self.items[action.key] = after(action, self.items.get(action.key))


def holds(condition: Condition | None, item: Item | None) -> bool:
    """Tell whether a condition holds for what lies there."""
    match condition:
        case None:
            return True
        case Absent():
            return item is None
        case Is(name, value):
            return item is not None and item.get(name) == value
        case AbsentOr(name, value):
            return item is None or item.get(name) == value
        case Below(name, value):
            return item is None or name not in item or item[name] < value


def after(action: Action, item: Item | None) -> Item:
    """Give what lies there after an action."""
    if isinstance(action, Put):
        return copy.deepcopy(action.item)
    new = dict(item or {"pk": action.key[0], "sk": action.key[1]})
    new.update(copy.deepcopy(dict(action.put)))
    for name in action.remove:
        new.pop(name, None)
    for name, amount in action.add.items():
        new[name] = new.get(name, 0) + amount
    return new
