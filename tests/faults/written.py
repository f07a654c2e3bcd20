"""A book of what was written, in that order. Doing it again, one thing after another, must come to the same."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from records.apply import apply
from records.stock import position as stock
from records.store import keys
from records.store.actions import Action, Item, Key, Put, Store
from records.store.memory import MemoryStore
from tests.faults.acts import Act
from tests.faults.asides import END, GOODS, goods_of
from tests.faults.day import Event
from tests.faults.plain import Shelf
from tests.records.retail import PLACE, at, digest

Deed = Event | Act


@dataclass(frozen=True)
class Entry:
    """A deed that was written. For a reservation, `status` is its status from then on."""

    tenant: str
    deed: Deed
    status: str | None


@dataclass
class Book:
    """All deeds that were written to one store."""

    entries: list[Entry] = field(default_factory=list)


class Watched:
    """A handler's way to the store. It notes every write in the book, with the deed that the handler is `doing`."""

    def __init__(self, store: Store, book: Book) -> None:
        self._store, self._book = store, book
        self.doing: tuple[str, Deed] | None = None

    def get(self, keys: Sequence[Key], *, consistent: bool = True) -> dict[Key, Item]:
        """Read."""
        return self._store.get(keys, consistent=consistent)

    def query(self, pk: str, prefix: str = "") -> list[Item]:
        """Read a partition."""
        return self._store.query(pk, prefix)

    def write(self, actions: Sequence[Action]) -> None:
        """Write, and note it. Nobody else can write in between."""
        self._store.write(actions)
        if self.doing is not None:
            reservations = [each.item for each in actions if isinstance(each, Put) and "reservation_id" in each.item]
            self._book.entries.append(Entry(*self.doing, reservations[0]["status"] if reservations else None))


def do(store: Store, tenant: str, deed: Deed) -> None:
    """Do a deed: apply an event, or do what somebody asks for."""
    if isinstance(deed, Act):
        deed.do(store, tenant)
    else:
        apply(store, deed.cause(tenant), deed.facts, {}, pause=lambda _: None)


def replayed(book: Book, tenant: str) -> MemoryStore:
    """Do a tenant's deeds again, one after another, on a store that never fails."""
    store = MemoryStore()
    for entry in book.entries:
        if entry.tenant == tenant:
            do(store, tenant, entry.deed)
    return store


def differences(store: MemoryStore, book: Book, tenant: str) -> list[str]:
    """Say where a store differs from the same deeds done one after another."""
    wanted, found = digest(replayed(book, tenant), tenant), digest(store, tenant)
    names = sorted(name for name in {*wanted, *found} if wanted.get(name) != found.get(name))
    return [f"{tenant} {name}: one after another {wanted.get(name)}, found {found.get(name)}" for name in names]


def shelf(book: Book, tenant: str, *, told: bool) -> Shelf:
    """Tell the shelf on paper what a tenant's book contains."""
    made = Shelf(told=told)
    for entry in book.entries:
        if entry.tenant == tenant and isinstance(entry.deed, Event) and entry.deed.plain[0] != "nothing":
            kind, *about = entry.deed.plain
            getattr(made, kind)(*about)
        elif entry.tenant == tenant and isinstance(entry.deed, Act) and entry.status is not None:
            _act(made, entry.deed, entry.status)
    return made


def _act(made: Shelf, act: Act, status: str) -> None:
    key = act.about[0]
    if act.kind == "reserve":
        made.reserve(act.minute, key, act.about[1], goods_of(act), status)
    elif act.kind == "confirm":
        made.confirm(act.minute, key, act.about[1], status)
    elif not made.keep(key):
        made.end(key)


def oversold(store: MemoryStore, book: Book, tenant: str, *, told: bool) -> tuple[int, list[str]]:
    """Count the promises that were made, and say what is wrong.

    Wrong is a promise without a piece behind it, and a SKU whose numbers in the end differ from the shelf on paper.
    """
    paper = shelf(book, tenant, told=told)
    wrong = list(paper.oversold)
    for sku in GOODS:
        seen = stock.position(store.items.get(keys.stock(tenant, sku, PLACE), {}), at(END))
        there, wanted = (seen.on_hand, seen.reserved), (paper.lying(sku), paper.held(sku, END))
        if there != wanted:
            wrong.append(f"{sku}: {wanted} on paper, {there} in the hub")
    return paper.promises, [f"{tenant}: {each}" for each in wrong]
