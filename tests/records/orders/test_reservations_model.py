"""Reservations against a plain model: whatever people and channels do and when, the hub holds what it should."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from records.orders import reservations
from records.stock import position as stock
from records.store import keys
from records.store.memory import MemoryStore
from tests.records.counter import confirm, release, reserve, sweep
from tests.records.retail import MUG, PLACE, TENANT, TILL, at, count, line, moved, order, sent, share, tell
from tests.records.stock.balance import check_ledger

KEYS = st.sampled_from("abcdef")
ORDERS = st.sampled_from(["1", "2", "3"])
PIECES = st.integers(1, 4)
AWAITED = 25  # minutes that an order that was announced holds its pieces


class Counter(RuleBasedStateMachine):
    """A shelf, and the plain numbers of it: what lies there, what is put aside until when, what orders hold."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(reservations, "ORDER_MAY_TAKE", timedelta(minutes=AWAITED))
        self.store, self.now, self.events = MemoryStore(), 0, 0
        self.lying = 6
        self.aside: dict[str, dict[str, Any]] = {}
        self.awaited: dict[str, dict[str, tuple[int, int]]] = {}
        self.open: dict[str, int] = {}
        self.tell(count(0, 6))

    def teardown(self) -> None:
        self.patch.undo()

    def tell(self, fact: Any) -> None:
        self.events += 1
        tell(self.store, f"evt{self.events}", fact)

    def held(self) -> int:
        aside = sum(each["pieces"] for each in self.aside.values() if self.is_held(each))
        awaited = [given.values() for name, given in self.awaited.items() if name not in self.open and given]
        # All that one order waits for is held as long as the last of it.
        lasting = [given for given in awaited if max(until for _, until in given) > self.now]
        return aside + sum(pieces for given in lasting for pieces, _ in given) + sum(self.open.values())

    def is_held(self, each: dict[str, Any]) -> bool:
        return bool(each["state"] == "held" and each["until"] > self.now)

    @rule(minutes=st.integers(1, 12))
    def wait(self, minutes: int) -> None:
        self.now += minutes

    @rule(key=KEYS, pieces=PIECES, minutes=st.sampled_from([5, 15]))
    def reserve(self, key: str, pieces: int, minutes: int) -> None:
        free, known = self.lying - self.held(), self.aside.get(key)
        answer = reserve(self.store, self.now, key, pieces, minutes=minutes)
        if known is not None:
            same = (known["pieces"], known["minutes"]) == (pieces, minutes)
            over = known["state"] == "held" and not self.is_held(known)
            assert answer == ("expired" if over else known["state"]) if same else answer == "idempotency_key_reused"
        elif pieces > free:
            assert answer == "stock_insufficient"
        else:
            assert answer == "held"
            made = {"state": "held", "pieces": pieces, "minutes": minutes, "until": self.now + minutes}
            self.aside[key] = made
            assert self.held() <= self.lying

    @rule(key=KEYS, name=ORDERS)
    def confirm(self, key: str, name: str) -> None:
        known, answer = self.aside.get(key), confirm(self.store, self.now, key, name)
        if known is None:
            assert answer == "unknown"
        elif self.is_held(known):
            assert answer == "confirmed"
            known |= {"state": "confirmed", "order": name}
            self.awaited.setdefault(name, {})[key] = (known["pieces"], self.now + AWAITED)
        elif known["state"] == "confirmed":
            assert answer == ("confirmed" if known["order"] == name else "reservation_confirmed")
        else:
            assert answer == "reservation_over"

    @rule(key=KEYS)
    def release(self, key: str) -> None:
        known, answer = self.aside.get(key), release(self.store, self.now, key)
        if known is None:
            assert answer == "unknown"
        elif known["state"] == "confirmed" and known["order"] in self.open:
            assert answer == "reservation_confirmed"
        elif known["state"] == "confirmed" or self.is_held(known):
            assert answer == "released"
            self.awaited.get(known.get("order", ""), {}).pop(key, None)
            known["state"] = "released"
        else:
            assert answer in ("released", "expired")

    @rule(key=KEYS)
    def sweep(self, key: str) -> None:
        sweep(self.store, self.now, key)
        known = self.aside.get(key)
        if known and known["state"] == "held" and not self.is_held(known):
            known["state"] = "expired"
        if known and known["state"] == "confirmed" and known["order"] not in self.open:
            given = self.awaited[known["order"]]
            item = self.store.items[keys.reservation(TENANT, reservations.ids.reservation_id(TENANT, key))]
            if item["status"] == "expired":
                known["state"] = "expired"
                given.pop(key)

    @rule(name=ORDERS, pieces=PIECES)
    def hear_order(self, name: str, pieces: int) -> None:
        if name not in self.open:
            self.now += 1
            self.open[name] = pieces
            said = {"channel_order_id": name, "placed_at": at(self.now)}
            self.tell(order(self.now, [line("1", MUG, pieces)], **said))

    @precondition(lambda self: any(self.open.values()))
    @rule(number=st.integers(0, 2))
    def ship(self, number: int) -> None:
        names = sorted(name for name, pieces in self.open.items() if pieces)
        name = names[number % len(names)]
        self.now += 1
        said = {"channel_order_id": name, "fulfillment_id": str(self.now)}
        self.tell(sent(self.now, share("1", self.open[name]), number=None, **said))
        self.lying -= self.open[name]
        self.open[name] = 0

    @rule(pieces=st.integers(0, 8))
    def count(self, pieces: int) -> None:
        self.now += 1
        self.lying = pieces
        self.tell(count(self.now, pieces))

    @rule(pieces=st.integers(1, 3))
    def sell(self, pieces: int) -> None:
        self.now += 1
        self.lying -= pieces
        said = {"channel_order_id": f"t{self.now}", "placed_at": at(self.now)}
        self.tell(order(self.now, [line("1", MUG, pieces)], TILL, expectations=[{"method": "in_store"}], **said))

    @rule(pieces=st.integers(1, 3))
    def receive(self, pieces: int) -> None:
        self.now += 1
        self.lying += pieces
        self.tell(moved(self.now, f"m{self.now}", pieces))

    @invariant()
    def the_hub_knows_what_there_is(self) -> None:
        item = self.store.items[keys.stock(TENANT, MUG, PLACE)]
        seen = stock.position(item, at(self.now))
        assert (seen.on_hand, seen.reserved) == (self.lying, self.held())
        assert seen.shortage == max(0, self.held() - max(0, self.lying))
        assert sum(stock.short(item, at(self.now)).values(), Decimal(0)) == seen.shortage
        check_ledger(item, at(self.now))


TestCounter = Counter.TestCase
TestCounter.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
