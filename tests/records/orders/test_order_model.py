"""An order against a plain model: whatever is packed, shipped, cancelled, brought back and paid, and in whatever order
and however often it is heard, the record says what there really is.
"""

from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from events.facts import Fact
from records.store.memory import MemoryStore
from tests.records.retail import (
    MUG,
    SCARF,
    adjusted,
    at,
    count,
    line,
    order,
    order_view,
    position,
    scan,
    sent,
    share,
    tell,
)

STOCK = 20
HOW = ("pay", "ship", "label", "leave", "deliver", "cancel", "refund", "recall", "take back", "give back", "call off")
STEPS = st.lists(
    st.tuples(st.sampled_from((*HOW, "hear", "hear", "hear again")), st.integers(0, 9)), min_size=15, max_size=40
)


@dataclass
class Line:
    """Where the pieces of a line really are."""

    sku: str
    ordered: int
    shipped: int = 0
    cancelled: int = 0
    returned: int = 0
    restocked: int = 0
    recalled: int = 0

    @property
    def open(self) -> int:
        return self.ordered - self.shipped - self.cancelled

    @property
    def out(self) -> int:
        return self.shipped - self.returned


class World:
    """One order of two lines, and everything that is said of it and was not heard yet."""

    def __init__(self) -> None:
        self.now, self.total, self.called_off = 0, 3000, False
        self.lines = {"1": Line(MUG, 3), "2": Line(SCARF, 2)}
        self.payments: list[int] = []
        self.given_back = 0
        self.labels: dict[str, tuple[str, int]] = {}  # made, and nothing has left
        self.parcels: dict[str, str] = {}
        self.store, self.told = MemoryStore(), 0
        self.heard: list[Fact] = []
        self.unheard: list[Fact] = [count(0, STOCK), count(0, STOCK, sku=SCARF)]
        self.state()

    def step(self, how: str, number: int) -> None:
        self.now += 1
        getattr(self, how.replace(" ", "_"))(number)

    def state(self) -> None:
        """Let the channel show the order as it is."""
        lines = [line(name, each.sku, each.ordered) for name, each in self.lines.items()]
        paid = [{"payment_id": str(n), "amount": each, "status": "paid"} for n, each in enumerate(self.payments)]
        more = {"cancelled_at": at(self.now)} if self.called_off else {}
        self.unheard.append(order(self.now, lines, payments=paid, totals={"total": self.total}, **more))

    def pick(self, number: int, name: str) -> tuple[str, Line, int] | None:
        """Choose a line that has some of what is asked, and how many of these pieces."""
        having = [(key, each) for key, each in self.lines.items() if getattr(each, name)]
        if not having:
            return None
        key, each = having[number % len(having)]
        return key, each, 1 + number % getattr(each, name)

    def pay(self, number: int) -> None:
        left = self.total - sum(self.payments)
        if left and not self.called_off:
            self.payments.append(min(left, 500 * (1 + number)))
            self.state()

    def ship(self, number: int) -> None:
        if found := self.pick(number, "open"):
            key, each, pieces = found
            each.shipped += pieces
            self._send(f"f{self.now}", key, pieces, "success")
            self.parcels[f"f{self.now}"] = "shipped"

    def _send(self, name: str, key: str, pieces: int, status: str) -> None:
        said = {"fulfillment_id": name, "status": status, "number": f"T{name}"}
        self.unheard.append(sent(self.now, share(key, pieces), **said))

    def label(self, number: int) -> None:
        packed = {key for key, _ in self.labels.values()}
        if (found := self.pick(number, "open")) and found[0] not in packed:
            key, _, pieces = found
            self.labels[f"f{self.now}"] = key, pieces
            self._send(f"f{self.now}", key, pieces, "pending")

    def leave(self, number: int) -> None:
        """A packed parcel goes, if what it holds was not shipped otherwise or cancelled meanwhile."""
        for name, (key, pieces) in sorted(self.labels.items()):
            del self.labels[name]
            if self.lines[key].open >= pieces:
                self.lines[key].shipped += pieces
                self._send(name, key, pieces, "success")
                self.parcels[name] = "shipped"
            return

    def deliver(self, number: int) -> None:
        if self.parcels:
            name = sorted(self.parcels)[number % len(self.parcels)]
            self.parcels[name] = "delivered"
            self.unheard.append(scan(self.now, "delivered", f"T{name}"))

    def cancel(self, number: int) -> None:
        self._take_off("cancellation", number)

    def refund(self, number: int) -> None:
        self._take_off("refund", number)

    def _take_off(self, kind: str, number: int) -> None:
        """Take pieces off the order that have not left."""
        if found := self.pick(number, "open"):
            key, each, pieces = found
            each.cancelled += pieces
            self._adjust(kind, share(key, pieces), amount=100 * pieces)

    def _adjust(self, kind: str, *shares: Any, amount: int) -> None:
        self.given_back += amount
        self.unheard.append(adjusted(self.now, kind, *shares, amount=-amount))

    def recall(self, number: int) -> None:
        """Cancel what has left: it must be asked back."""
        found = self.pick(number, "out")
        if found and not found[1].open:
            key, each, pieces = found
            each.recalled += pieces
            self._adjust("cancellation", share(key, pieces), amount=0)

    def take_back(self, number: int) -> None:
        if found := self.pick(number, "out"):
            key, each, pieces = found
            each.returned += pieces
            each.restocked += pieces * (number % 2)
            self._adjust("return", share(key, pieces, restock=bool(number % 2)), amount=100 * pieces)

    def give_back(self, number: int) -> None:
        self._adjust("price_adjustment", amount=50 * number)

    def call_off(self, number: int) -> None:
        if not self.called_off:
            self.called_off = True
            for each in self.lines.values():
                each.cancelled = each.ordered - each.shipped
            self.state()

    def hear(self, number: int) -> None:
        if self.unheard:
            self._hear(self.unheard.pop(number % len(self.unheard)))

    def hear_again(self, number: int) -> None:
        if self.heard:
            self._hear(self.heard[number % len(self.heard)])

    def _hear(self, said: Fact) -> None:
        self.told += 1
        self.heard.append(said)
        tell(self.store, f"evt{self.told}", said)

    # What must be so.

    def check_always(self) -> None:
        """What holds at any moment, whatever has not been heard yet."""
        if not any(said.kind == "order" for said in self.heard):
            return
        seen = order_view(self.store)
        for each in seen.lines:
            assert min(each.fulfilled, each.cancelled, each.returned, each.open, each.out) >= 0
        assert seen.money.kept - seen.money.refund_excess == seen.money.paid - seen.money.refunded
        assert min(position(self.store, sku).reserved for sku in (MUG, SCARF)) >= 0

    def check(self) -> None:
        """What holds when everything was heard."""
        seen = order_view(self.store)
        there = {each.line_id: tuple(map(int, (each.fulfilled, each.cancelled, each.returned))) for each in seen.lines}
        assert there == {key: (each.shipped, each.cancelled, each.returned) for key, each in self.lines.items()}
        assert (seen.fulfillment, seen.returning, seen.status) == (self.fulfillment, self.returning, self.status)
        assert (seen.money.paid, seen.money.refunded) == (sum(self.payments), self.given_back)
        back = [each for each in seen.tasks if each["type"] == "return_after_cancel"]
        assert {each["line_id"]: int(each["quantity"]) for each in back} == self.asked_back
        for each in self.lines.values():
            stock = position(self.store, each.sku)
            assert (int(stock.on_hand), int(stock.reserved)) == (STOCK - each.shipped + each.restocked, each.open)

    @property
    def fulfillment(self) -> str:
        gone = sum(each.shipped for each in self.lines.values())
        if not gone:
            return "unfulfilled"
        if any(each.open for each in self.lines.values()):
            return "partial"
        return "delivered" if set(self.parcels.values()) == {"delivered"} else "fulfilled"

    @property
    def returning(self) -> str:
        if not any(each.returned for each in self.lines.values()):
            return "none"
        return "partial" if any(each.out for each in self.lines.values()) else "returned"

    @property
    def status(self) -> str:
        if all(each.cancelled == each.ordered for each in self.lines.values()):
            return "cancelled"
        if self.fulfillment in ("unfulfilled", "partial"):
            return "open"
        return "returned" if self.returning == "returned" else "completed"

    @property
    def asked_back(self) -> dict[str, int]:
        wanted = {key: each.out if self.called_off else each.recalled for key, each in self.lines.items()}
        asked = {key: min(pieces, self.lines[key].out) for key, pieces in wanted.items()}
        return {key: pieces for key, pieces in asked.items() if pieces}


@settings(max_examples=300, deadline=None)
@given(STEPS, st.randoms(use_true_random=False))
def test_an_order_says_what_there_really_is(steps: list[tuple[str, int]], chance: Any) -> None:
    world = World()
    for how, number in steps:
        world.step(how, number)
        world.check_always()
    while world.unheard:
        world.hear(chance.randrange(1000))
        world.check_always()
    world.check()
