"""A store whose calls fail as with DynamoDB and Lambda: before or after the write, once or several times."""

import random
from collections import Counter
from collections.abc import Callable, Sequence

from records.errors import ConflictError, StoreUnavailableError
from records.store.actions import Action, Item, Key, Store


class CrashError(Exception):
    """The function died. Its event will be delivered again."""


class Unreliable:
    """A handler's way to the store. The seed decides when a call fails. `left` is how many faults may still come."""

    def __init__(self, store: Store, dice: random.Random, rate: float, past: dict[Key, Item], left: list[int]) -> None:
        self._store, self._dice, self._rate, self._past, self._left = store, dice, rate, past, left
        self.faults: Counter[str] = Counter()

    def get(self, keys: Sequence[Key], *, consistent: bool = True) -> dict[Key, Item]:
        """Read. A read that need not be consistent may give an item as it was before its last write."""
        fault = self._fault(("throttled read", "died reading") if consistent else ("old news", "throttled read"))
        if fault == "throttled read":
            raise StoreUnavailableError("injected")
        if fault == "died reading":
            raise CrashError
        found = self._store.get(keys, consistent=consistent)
        if fault == "old news":
            found = {key: self._past.get(key, item) for key, item in found.items()}
            found = {key: item for key, item in found.items() if item}
        return found

    def query(self, pk: str, prefix: str = "") -> list[Item]:
        """Read a partition."""
        return self._store.query(pk, prefix)

    def write(self, actions: Sequence[Action]) -> None:
        """Write, or fail before or after the write."""
        fault = self._fault(tuple(WRITE_FAULTS))
        before, after = WRITE_FAULTS[fault] if fault else (None, None)
        if before:
            raise before()
        earlier = self._store.get([action.key for action in actions])
        self._store.write(actions)
        self._past.update({action.key: earlier.get(action.key, {}) for action in actions})
        if after:
            raise after()

    def _fault(self, kinds: Sequence[str]) -> str | None:
        if not self._left[0] or self._dice.random() >= self._rate:
            return None
        self._left[0] -= 1
        kind = self._dice.choice(kinds)
        self.faults[kind] += 1
        return kind


def _busy() -> Exception:
    return StoreUnavailableError("injected")


def _conflict() -> Exception:
    return ConflictError("injected")


WRITE_FAULTS: dict[str, tuple[Callable[[], Exception] | None, Callable[[], Exception] | None]] = {
    "condition failed": (_conflict, None),
    "transaction conflict": (_conflict, None),
    "throttled write": (_busy, None),
    "timed out before the write": (_busy, None),
    "timed out after the write": (None, _busy),
    "died before the write": (CrashError, None),
    "died after the write": (None, CrashError),
}
