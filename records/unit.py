"""A unit of work: what one event reads and writes, so that an effect is one transaction."""

from collections.abc import Sequence
from typing import Any

from records.store.actions import Absent, Action, Is, Item, Key, Put, Store, Update

LIMIT = 100  # actions DynamoDB takes in one transaction


class Unit:
    """Reads through to the store once per item, collects writes, and sees its own."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[Key, Item | None] = {}
        self._puts: dict[Key, Put] = {}
        self._updates: dict[Key, Update] = {}

    def load(self, keys: Sequence[Key]) -> None:
        """Read what is not read yet, in one call."""
        missing = [key for key in dict.fromkeys(keys) if key not in self._read]
        if missing:
            found = self._store.get(missing)
            self._read.update({key: found.get(key) for key in missing})

    def item(self, key: Key) -> Item | None:
        """Give an item as this unit sees it."""
        if key in self._puts:
            return self._puts[key].item
        self.load([key])
        return self._read[key]

    def save(self, key: Key, fields: dict[str, Any]) -> int:
        """Write a versioned item; it fails at the end if anybody else wrote it meanwhile. Gives the new version."""
        self.load([key])
        before = self._read[key]
        version = 1 if before is None else int(before["ver"]) + 1
        item = {"pk": key[0], "sk": key[1], **fields, "ver": version}
        self._puts[key] = Put(item, Absent() if before is None else Is("ver", before["ver"]))
        return version

    def put(self, action: Put) -> None:
        """Write an item under a condition of its own."""
        self._puts[action.key] = action

    def update(self, action: Update) -> None:
        """Write some fields of an item; several updates of one item in one unit join."""
        known = self._updates.get(action.key)
        if known is not None:
            added = {**known.add}
            for name, amount in action.add.items():
                added[name] = added[name] if name == "ver" and name in added else added.get(name, 0) + amount
            when = action.when or known.when
            action = Update(action.key, {**known.put, **action.put}, (*known.remove, *action.remove), added, when)
        self._updates[action.key] = action

    @property
    def has_writes(self) -> bool:
        """Tell whether there is anything to write."""
        return bool(self._puts or self._updates)

    def records(self) -> list[dict[str, Any]]:
        """Name what is written, for the trace."""
        actions: list[Action] = [*self._puts.values(), *self._updates.values()]
        named = []
        for action in actions:
            fields = action.item if isinstance(action, Put) else action.put
            if fields.get("record"):
                named.append({"record": fields["record"], "id": fields["id"], "ver": fields.get("ver", 0)})
        return named

    def commit(self, marker: Put) -> None:
        """Write everything and the event's marker: in one transaction where it fits, else in steps that a crash or a
        race between them cannot spoil. The versioned records go first, marked unsettled; every further step holds only
        while their versions stand; whoever finds an unsettled record does the steps again.
        """
        puts, updates = list(self._puts.values()), list(self._updates.values())
        if len(puts) + len(updates) < LIMIT:
            self._store.write([*puts, *updates, marker])
            return
        guards = [put for put in puts if put.item.get("record") == "order"]
        self._store.write([_unsettled(put) if put in guards else put for put in puts])
        step = LIMIT - len(guards)
        for start in range(0, len(updates), step):
            held = [Update(put.key, add={"steps": 1}, when=Is("ver", put.item["ver"])) for put in guards]
            self._store.write([*held, *updates[start : start + step]])
        done = [Update(put.key, remove=("unsettled", "steps"), when=Is("ver", put.item["ver"])) for put in guards]
        self._store.write([*done, marker])


def _unsettled(put: Put) -> Put:
    return Put({**put.item, "unsettled": True}, put.when)
