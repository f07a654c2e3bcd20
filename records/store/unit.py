"""A unit of work: what one event reads and writes, so that an effect is one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from records.errors import ConflictError
from records.store.actions import Absent, Action, Is, Item, Key, Put, Store, Update, after
from records.store.packing import pack, unpack

LIMIT = 100  # actions DynamoDB takes in one transaction

Place = tuple[str, str]
"""(sku, location)."""


@dataclass
class _Guard:
    """A record whose version guards further writes, and the places that these writes go to."""

    version: int
    places: set[Place]


class Unit:
    """One unit of work: it reads each item from the store once, collects writes, and sees its own writes."""

    def __init__(self, store: Store, *, consistent: bool = True) -> None:
        self._store = store
        self._consistent = consistent
        self._read: dict[Key, Item | None] = {}
        self._puts: dict[Key, Put] = {}
        self._updates: dict[Key, Update] = {}
        self._guards: dict[Key, _Guard] = {}
        self._holds: set[Key] = set()
        self.erased: set[str] = set()  # facts that an erasure refused or took the person out of

    def load(self, keys: Sequence[Key]) -> None:
        """Read what is not read yet, in one call."""
        missing = [key for key in dict.fromkeys(keys) if key not in self._read]
        if missing:
            found = self._store.get(missing, consistent=self._consistent)
            self._read.update({key: found.get(key) for key in missing})

    def look_surely(self) -> None:
        """Insist on consistent reads, for a decision on items that are not written: no conflict would show an old one.

        Raises:
            ConflictError: this unit's reads may be a moment old; read again consistently.
        """
        if not self._consistent:
            raise ConflictError("what was read may be a moment old")

    def stored(self, key: Key) -> Item | None:
        """Give an item as it was read, before this unit's own writes."""
        if key not in self._read:
            self.load([key])
        return self._read[key]

    def item(self, key: Key) -> Item | None:
        """Give an item as this unit sees it, its own writes included."""
        put, update = self._puts.get(key), self._updates.get(key)
        there = self.stored(key) if put is None else put.item
        return there if update is None else after(update, there)

    def save(self, key: Key, fields: dict[str, Any]) -> None:
        """Write a versioned item (optimistic locking): the commit fails if anybody else wrote it meanwhile."""
        before = self.stored(key)
        version = 1 if before is None else int(before["ver"]) + 1
        item = {"pk": key[0], "sk": key[1], **fields, "ver": version}
        self._puts[key] = Put(item, Absent() if before is None else Is("ver", before["ver"]))
        if key in self._guards:
            self._guards[key].version = version

    def settle(self, key: Key, places: Iterable[Place]) -> None:
        """Guard the writes to these places by a record's version: they are made only while that version stands.

        It is the version that this unit saves or, where it saves none, the one it read.
        """
        seen = self.item(key) or {}
        self._guards.setdefault(key, _Guard(int(seen["ver"]), set())).places.update(places)

    def hold(self, key: Key) -> None:
        """Let everything be written only while a versioned item is as it was read, though it is not written itself.

        An item that was not there is not held.
        """
        self._holds.add(key)

    def put(self, action: Put) -> None:
        """Write an item under a condition of its own."""
        self._puts[action.key] = action

    def update(self, action: Update) -> None:
        """Write some fields of an item; several updates of one item in one unit become one."""
        put, known = self._puts.get(action.key), self._updates.get(action.key)
        if put is not None:
            self._puts[action.key] = Put(after(action, put.item), put.when)
        else:
            self._updates[action.key] = _joined(known, action) if known else action

    @property
    def size(self) -> int:
        """How many actions a commit writes beside the marker."""
        return len(self._puts) + len(self._updates) + len(set(self._guards) - set(self._puts)) + len(self._held_still())

    def records(self) -> list[dict[str, Any]]:
        """Name what is written, for the trace."""
        actions: list[Action] = [*self._puts.values(), *self._updates.values()]
        named = []
        for action in actions:
            fields = action.item if isinstance(action, Put) else action.put
            if fields.get("record"):
                named.append({"record": fields["record"], "id": fields["id"], "ver": fields.get("ver", 0)})
        return named

    def commit(self, marker: Put | None) -> None:
        """Write everything, and the event's marker if there is one: in one transaction where it fits, else in steps.

        No crash and no race between two steps does harm. The guarding record is written first and names the places that
        are unsettled. Every further step is written only while that record's version stands. The last step brings the
        marker and takes the names away. Whoever meets an unsettled record before that writes its places again.

        Raises:
            ConflictError: somebody else wrote meanwhile; read again and decide again.
            StoreUnavailableError: it may or may not be written; it may be written again.
        """
        last = [marker] if marker else []
        if self.size + len(last) <= LIMIT:
            kept = self._held({key: guard for key, guard in self._guards.items() if key not in self._puts})
            kept += self._held_still()
            self._write([*self._puts.values(), *self._updates.values(), *kept, *last])
            return
        saved = {key for key in self._guards if key in self._puts}
        plain = [put for key, put in self._puts.items() if key not in saved]
        self._write([*(self._unsettled(key) for key in saved), *plain] if saved else [])
        steps = [*self._updates.values()] if saved else [*plain, *self._updates.values()]
        room = LIMIT - len(self._guards)
        for start in range(0, len(steps), room):
            held = [Update(key, add={"steps": 1}, when=Is("ver", guard.version)) for key, guard in self._guards.items()]
            self._write([*held, *steps[start : start + room]])
        self._write([*self._held(self._guards), *self._held_still(), *last])

    def _held_still(self) -> list[Action]:
        """Give a condition for each held item that is not written. It changes nothing, so the stream tells nobody."""
        held = sorted(self._holds - self._puts.keys() - self._updates.keys())  # who writes an item states what it was
        seen = {key: item for key in held if (item := self._read.get(key))}
        return [Update(key, remove=("steps",), when=Is("ver", item["ver"])) for key, item in seen.items()]

    def _held(self, guards: dict[Key, _Guard]) -> list[Action]:
        done = ("unsettled", "steps")
        return [Update(key, remove=done, when=Is("ver", guard.version)) for key, guard in guards.items()]

    def _unsettled(self, key: Key) -> Put:
        put = self._puts[key]
        return Put({**put.item, "unsettled": pack(sorted(self._guards[key].places))}, put.when)

    def _write(self, actions: Sequence[Action]) -> None:
        if actions:
            self._store.write(actions)


def unsettled(item: Item | None) -> set[Place]:
    """Say at which places a record's claims may not be written yet."""
    return (
        {(sku, location_id) for sku, location_id in unpack(item["unsettled"])}
        if item and "unsettled" in item
        else set()
    )


def _joined(first: Update, then: Update) -> Update:
    """Join two updates of one item: the later one decides about a field, and a unit raises a version once."""
    put = {name: value for name, value in first.put.items() if name not in then.remove} | dict(then.put)
    removed = dict.fromkeys([*(name for name in first.remove if name not in then.put), *then.remove])
    added = {**first.add}
    for name, amount in then.add.items():
        added[name] = added[name] if name == "ver" and name in added else added.get(name, 0) + amount
    exact = isinstance(first.when, Is | Absent)  # says more than any condition on one field
    return Update(first.key, put, tuple(removed), added, first.when if exact else then.when or first.when)
