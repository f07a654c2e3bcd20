"""A store on which reads of many threads that wait at the same time are made in one call."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from records.store.actions import Action, Item, Key, Store

GATHERING = 0.02  # seconds that a call waits for more reads


@dataclass
class _Asked:
    keys: Sequence[Key]
    answered: threading.Event = field(default_factory=threading.Event)
    found: dict[Key, Item] | Exception = field(default_factory=dict)


class Together:
    """A store whose reads share calls. Writes do not: each thread makes its own.

    A call begins after all of its reads were asked for, so each gets what it could have got alone. It begins when
    `enough` reads wait, or after GATHERING seconds.
    """

    def __init__(self, store: Store, enough: int) -> None:
        self._store, self._enough = store, enough
        self._waiting: list[_Asked] = []
        self._changed = threading.Condition()
        self._is_over = False
        self._caller = threading.Thread(target=self._call_on, daemon=True)
        self.reads = self.calls = 0

    def __enter__(self) -> Self:
        self._caller.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._changed:
            self._is_over = True
            self._changed.notify()
        self._caller.join()

    def get(self, keys: Sequence[Key], *, consistent: bool = True) -> dict[Key, Item]:
        """Read together with all others that wait. The read is always consistent."""
        mine = _Asked(keys)
        with self._changed:
            self._waiting.append(mine)
            if len(self._waiting) in (1, self._enough):
                self._changed.notify()
        mine.answered.wait()
        if isinstance(mine.found, Exception):
            raise mine.found
        return {key: dict(mine.found[key]) for key in keys if key in mine.found}

    def _call_on(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._is_over)
                if self._is_over:
                    return
                self._changed.wait_for(lambda: len(self._waiting) >= self._enough, GATHERING)
                asked, self._waiting = self._waiting, []
            self._call(asked)

    def _call(self, asked: Sequence[_Asked]) -> None:
        found: dict[Key, Item] | Exception
        try:
            found = self._store.get([key for each in asked for key in each.keys])
        except Exception as error:  # noqa: BLE001 - everybody who asked hears of it
            found = error
        self.reads, self.calls = self.reads + len(asked), self.calls + 1
        for each in asked:
            each.found = found
            each.answered.set()

    def query(self, pk: str, prefix: str = "") -> list[Item]:
        """Read a partition."""
        return self._store.query(pk, prefix)

    def write(self, actions: Sequence[Action]) -> None:
        """Write."""
        self._store.write(actions)
