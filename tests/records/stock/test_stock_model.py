"""Stock against a model: whatever happens and in whatever order it is heard, the hub promises what there really is."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.facts import Fact
from records.apply import apply
from records.stock import counts, promise
from records.stock import position as stock
from records.store import keys
from records.store.actions import Item, Update
from records.store.memory import MemoryStore
from tests.records.retail import MARKET, MUG, PLACE, TENANT, at, cause, count, fact, line, order, position, share

OWNER = "owner"
HOW = (
    "sell",
    "hold",
    "ship own",
    "order",
    "ship",
    "cancel",
    "take back",
    "receive",
    "hear",
    "catch up",
    "push",
    "push",
)
STEPS = st.lists(st.tuples(st.sampled_from(HOW), st.integers(0, 3)), max_size=40)


class World:
    """A place, its owner's own system with the number it shows, and one other channel that sells from it.

    `measure` is what the owner's number means; `tells`: the hub writes into the owner's system, which knows of the
    other channel's goods only that way. Without it the owner is a person who counts what lies there.
    """

    def __init__(self, measure: str, tells: bool) -> None:
        self.measure, self.tells = measure, tells
        self.now, self.lying, self.number = 0, 5, 5
        self.history: list[tuple[int, int]] = []  # what the owner's system did to its number itself
        self.orders: list[dict[str, Any]] = []
        self.unheard: list[Fact] = []
        self.store, self.events = MemoryStore(), 0
        self.confirmed: Item = {}
        self.tell_count()

    @property
    def free(self) -> int:
        """What lies there and nobody has bought."""
        return self.lying - sum(each["open"] for each in self.orders)

    def tell_count(self) -> None:
        number = self.number if self.tells else self.lying
        self.unheard.append(count(self.now, number, OWNER, self.measure))

    def own(self, delta: int) -> None:
        self.number += delta
        self.history.append((self.now, delta))
        self.tell_count()

    def step(self, how: str, number: int) -> None:
        self.now += 1
        getattr(self, how.replace(" ", "_"))(number)

    def sell(self, number: int) -> None:
        self._place(OWNER, 1 + number, [{"method": "in_store"}])
        self.orders[-1]["open"] = 0
        self.lying -= 1 + number
        self.own(-1 - number)

    def hold(self, number: int) -> None:
        self._place(OWNER, 1 + number, [])
        if self.measure == "available":
            self.own(-1 - number)

    def order(self, number: int) -> None:
        self._place(MARKET, 1 + number, [])

    def _place(self, connection_id: str, quantity: int, expectations: list[Any]) -> None:
        made = {"by": connection_id, "name": str(len(self.orders)), "open": quantity, "gone": 0, "at": self.now}
        self.orders.append(made)
        said = {"channel_order_id": made["name"], "placed_at": at(self.now), "expectations": expectations}
        self.unheard.append(order(self.now, [line("1", MUG, quantity)], connection_id, **said))

    def _find(self, number: int, connection_id: str, name: str) -> dict[str, Any] | None:
        found = [each for each in self.orders if each["by"] == connection_id and each[name]]
        return found[number % len(found)] if found else None

    def _ship(self, number: int, connection_id: str) -> None:
        if found := self._find(number, connection_id, "open"):
            said = {"channel_order_id": found["name"], "fulfillment_id": str(self.now), "connection_id": connection_id}
            del said["connection_id"]
            self.unheard.append(
                fact(
                    "fulfillment",
                    connection_id,
                    self.now,
                    status="success",
                    lines=[share("1", found["open"])],
                    **said,
                )
            )
            self.lying -= found["open"]
            found["gone"], found["open"] = found["gone"] + found["open"], 0
            if connection_id == OWNER and self.measure == "on_hand":
                self.own(-found["gone"])

    def ship(self, number: int) -> None:
        self._ship(number, MARKET)

    def ship_own(self, number: int) -> None:
        self._ship(number, OWNER)

    def cancel(self, number: int) -> None:
        if found := self._find(number, MARKET, "open"):
            self._adjust(found, "cancellation", found["open"])
            found["open"] = 0

    def take_back(self, number: int) -> None:
        if found := self._find(number, MARKET, "gone"):
            self._adjust(found, "return", 1)
            found["gone"] -= 1
            self.lying += 1

    def _adjust(self, found: dict[str, Any], kind: str, quantity: int) -> None:
        about = {"channel_order_id": found["name"], "adjustment_id": str(self.now), "type": kind, "status": "success"}
        lines = [share("1", quantity, restock=kind == "return")]
        self.unheard.append(fact("adjustment", MARKET, self.now, amount=0, currency="EUR", lines=lines, **about))

    def receive(self, number: int) -> None:
        self.lying += number
        self.own(number)

    def hear(self, number: int) -> None:
        if self.unheard:
            self._hear(self.unheard.pop(number % len(self.unheard)))

    def catch_up(self, number: int) -> None:
        while self.unheard:
            self.hear(number)

    def _hear(self, said: Fact) -> None:
        self.events += 1
        owns = [PLACE] if said.connection_id == OWNER else []
        because = cause(f"evt{self.events}", said.connection_id, self.now, owns)
        apply(self.store, because.__class__(**{**because.__dict__, "tells": self.tells}), [said], {}, lambda _: None)

    def push(self, number: int) -> None:
        """Make the owner's system show what the hub wants it to, as `functions.push` does."""
        if not self.tells:
            return
        viewer = promise.Viewer(OWNER, (PLACE,), (PLACE,), 2, "location")
        items = self.store.query(keys.stock(TENANT, MUG, PLACE)[0])
        for wanted in promise.stock_wanted(MUG, items, viewer):
            expected = promise.expected_stock(wanted, items, viewer, self.confirmed or None)
            if expected is not None and stock.plain(expected) == wanted.value:
                continue
            if self.measure == "available" and expected != self.number:  # compare-and-swap
                self.confirmed = {"value": str(self.number), "at": at(self.now)}
                key = keys.stock(TENANT, MUG, PLACE)
                self.store.write([counts.observed(key, self.store.items[key], str(self.number), at(self.now))])
                continue
            quantity = int(wanted.record["quantity"])
            since = [delta for minute, delta in self.history if at(minute) >= wanted.record["as_of"]]
            self.number = quantity + (sum(since) if self.measure == "on_hand" else 0)
            self.confirmed = {"value": wanted.value, "at": at(self.now)}
            key = keys.stock(TENANT, MUG, PLACE)
            known = self.store.items[key]
            put: dict[str, Any] = {f"told#{at(self.now)}": dict(wanted.told or {})}
            if "told_since" not in known:
                put["told_since"] = known["count"]["at"]
            self.store.write([Update(key, put=put, remove=stock.outdated(known))])
            self.now += 1
            self.tell_count()

    def tidy(self, number: int) -> None:
        """Take out what is settled, once everything from before has been heard, as `functions.delivery.lease` does."""
        key = keys.stock(TENANT, MUG, PLACE)
        known = self.store.items.get(key, {})
        if not self.unheard and "told_since" in known:
            put, gone = stock.rebased(known, at(self.now))
            free = stock.position(known).free
            self.store.write([Update(key, put, gone)] if put else [])
            assert position(self.store).free == free

    def hear_all(self, order: Any) -> None:
        """Hear everything that is still under way, in any order, and some of it again."""
        order.shuffle(self.unheard)
        while self.unheard:
            said = self.unheard.pop()
            self._hear(said)
            if order.random() < 0.2:
                self._hear(said)


@pytest.mark.parametrize(("measure", "tells"), [("on_hand", False), ("on_hand", True), ("available", True)])
@settings(max_examples=150, deadline=None)
@given(steps=STEPS, arrival=st.randoms(use_true_random=False))
def test_the_hub_promises_what_lies_there_and_nobody_bought(
    measure: str, tells: bool, steps: list[tuple[str, int]], arrival: Any
) -> None:
    world = World(measure, tells)
    for how, number in steps:
        world.step(how, number)
    world.hear_all(arrival)
    assert position(world.store).free == world.free
    assert position(world.store).available == max(0, world.free)


@pytest.mark.parametrize("measure", ["on_hand", "available"])
@settings(max_examples=100, deadline=None)
@given(steps=STEPS, arrival=st.randoms(use_true_random=False))
def test_the_owner_ends_up_showing_it_too_and_then_it_is_quiet(
    measure: str, steps: list[tuple[str, int]], arrival: Any
) -> None:
    world = World(measure, tells=True)
    for how, number in steps:
        world.step(how, number)
    for _ in range(4):
        world.hear_all(arrival)
        world.step("push", 0)
    assert world.number == max(0, world.lying if measure == "on_hand" else world.free) or world.number < 0
    shown = (world.number, world.confirmed)
    world.hear_all(arrival)
    world.step("push", 0)
    assert (world.number, world.confirmed) == shown
    assert not world.unheard
    assert position(world.store).free == world.free
