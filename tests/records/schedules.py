"""All schedules of some handlers: the ways in which they can take turns at the store.

One handler runs at a time, from one store call to the next. Each has a thread, but which one runs is decided here. So a
schedule always ends the same.
"""

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from records.store.actions import Action, Item, Key, Store
from records.store.memory import MemoryStore

Handler = Callable[[Store], Any]
Played = tuple[MemoryStore, list[Any]]
_numbers = itertools.count()


class Turns:
    """A handler's way to the store. It lets the handler make a call only when it is the handler's turn."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._mine, self._waits = threading.Semaphore(0), threading.Semaphore(0)
        self.is_done = False
        self.result: Any = None

    def start(self, handler: Handler) -> None:
        """Run a handler up to its first call."""

        def run() -> None:
            try:
                self.result = handler(self)
            except Exception as error:  # noqa: BLE001 - handed to the test, which looks at it
                self.result = error
            self.is_done = True
            self._waits.release()

        threading.Thread(target=run, daemon=True).start()
        self._waits.acquire()

    def step(self) -> None:
        """Let the handler make its call, and run up to the next one or to its end."""
        self._mine.release()
        self._waits.acquire()

    def _wait(self) -> None:
        self._waits.release()
        self._mine.acquire()

    def get(self, keys: Sequence[Key], *, consistent: bool = True) -> dict[Key, Item]:
        self._wait()
        return self._store.get(keys, consistent=consistent)

    def query(self, pk: str, prefix: str = "") -> list[Item]:
        self._wait()
        return self._store.query(pk, prefix)

    def write(self, actions: Sequence[Action]) -> None:
        self._wait()
        self._store.write(actions)


def every_schedule(make: Callable[[], MemoryStore], handlers: Sequence[Handler], cuts: int = 99) -> Iterator[Played]:
    """Play every schedule, each on a store of its own. Gives the store and what each handler answered (or raised).

    Only schedules with at most `cuts` interruptions of handlers are played: few interruptions find most races.
    """
    left: list[list[int]] = [[]]
    while left:
        wanted, store = left.pop(), make()
        turns = [Turns(store) for _ in handlers]
        taken, ready = _play(turns, handlers, wanted)
        for at in range(len(wanted), len(taken)):
            others = ([*taken[:at], other] for other in ready[at] if other != taken[at])
            left += [other for other in others if _interruptions(other, ready) <= cuts]
        next(_numbers)
        yield store, [each.result for each in turns]


def played() -> int:
    """Give a count of the schedules that `every_schedule` has played. Each call of this adds one to it, too."""
    return next(_numbers)


def one_schedule(store: Store, handlers: Sequence[Handler], choose: Callable[[list[int]], int]) -> list[Any]:
    """Play one schedule. `choose` picks at each step which unfinished handler goes on. Gives what each answered."""
    turns = [Turns(store) for _ in handlers]
    for each, handler in zip(turns, handlers, strict=True):
        each.start(handler)
    while able := [number for number, each in enumerate(turns) if not each.is_done]:
        turns[choose(able)].step()
    return [each.result for each in turns]


def _interruptions(taken: Sequence[int], ready: Sequence[Sequence[int]]) -> int:
    return sum(taken[at] != taken[at - 1] and taken[at - 1] in ready[at] for at in range(1, len(taken)))


def _play(
    turns: Sequence[Turns], handlers: Sequence[Handler], wanted: Sequence[int]
) -> tuple[list[int], list[list[int]]]:
    """Play one schedule: first as wanted, then without interruptions. Gives who ran at each step and who could have."""
    for each, handler in zip(turns, handlers, strict=True):
        each.start(handler)
    taken: list[int] = []
    ready: list[list[int]] = []
    while able := [number for number, each in enumerate(turns) if not each.is_done]:
        going_on = taken[-1] if taken and taken[-1] in able else able[0]
        taken.append(wanted[len(taken)] if len(taken) < len(wanted) else going_on)
        ready.append(able)
        turns[taken[-1]].step()
    return taken, ready
