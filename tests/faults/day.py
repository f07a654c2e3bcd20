"""A small retailer's day, from a seed: the events that its channels send. Any number of handlers may take them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from events.facts import Fact
from records.cause import Cause
from tests.records.retail import CRM, DESK, MARKET, PLACE, TILL, WEB, at, fact, line

SKUS = ("MUG", "SCARF", "LAMP")
PEOPLE: Sequence[dict[str, Any]] = (
    {"email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace", "phone": "+33612345601"},
    {"email": "bob@example.com", "first_name": "Bob", "last_name": "Noyce"},
    {"phone": "+33612345601", "first_name": "Ada", "last_name": "Lovelace"},
    {"email": "camille@example.com", "phone": "+33612345603", "loyalty_card": "C-3"},
)


@dataclass(frozen=True)
class Event:
    """What one delivery says. It is the same for every tenant: on purpose the channels' ids are the same, too."""

    event_id: str
    connection_id: str
    facts: tuple[Fact, ...]
    minute: int
    tells: bool
    plain: tuple[Any, ...] = ("nothing",)  # what it means for the shelf on paper (plain.py): method, arguments

    def cause(self, tenant: str) -> Cause:
        """Give the cause of the changes that this event makes."""
        owns = frozenset({PLACE}) if self.connection_id == TILL else frozenset()
        return Cause(tenant, self.event_id, self.connection_id, at(self.minute), owns, self.tells)


class _Day:
    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.tells = self.dice.random() < 0.5
        self.events: list[Event] = []

    def say(self, minute: int, *facts: Fact) -> None:
        name = f"evt{len(self.events)}"
        by = facts[0].connection_id
        self.events.append(Event(name, by, facts, minute, self.tells and by == TILL))

    def person(self) -> dict[str, Any]:
        return dict(self.dice.choice(PEOPLE))

    def count(self) -> None:
        minute = self.dice.randint(0, 50)
        sku, pieces = self.dice.choice(SKUS), Decimal(self.dice.randint(0, 12))
        said = {"sku": sku, "location_id": PLACE, "quantity": pieces, "measure": "on_hand"}
        self.say(minute, fact("stock_count", TILL, minute, counted_at=at(minute), **said))

    def receipt(self) -> None:
        minute, sku = self.dice.randint(0, 50), self.dice.choice(SKUS)
        said = {"movement_id": f"m{minute}", "sku": sku, "location_id": PLACE, "reason": "receipt"}
        self.say(minute, fact("stock_movement", "warehouse", minute, moved_at=at(minute), delta=Decimal(3), **said))

    def customer(self) -> None:
        minute, by = self.dice.randint(0, 50), self.dice.choice((WEB, TILL, CRM))
        said = self.person()
        card = said.pop("loyalty_card", None)
        name = f"c{self.dice.randint(1, 3)}"
        loyalty = {"loyalty": {"card": card}} if card else {}
        self.say(minute, fact("customer", by, minute, channel_customer_id=name, **said, **loyalty))

    def merge(self) -> None:
        minute = self.dice.randint(0, 50)
        names = self.dice.sample(("c1", "c2", "c3"), 2)
        said = {"from_channel_customer_ids": names[:1], "into_channel_customer_id": names[1]}
        self.say(minute, fact("customer_merge", CRM, minute, **said))

    def consent(self) -> None:
        minute = self.dice.randint(0, 50)
        said = {"purpose": "marketing", "medium": "email", "granted": self.dice.random() < 0.5, "at": at(minute)}
        who = {"email": self.dice.choice(("ada@example.com", "bob@example.com"))}
        self.say(minute, fact("consent", CRM, minute, subject=who, **said))

    def order(self, by: str, name: str) -> None:
        """Place an order, and let up to three things happen to it. Each is an event of its own."""
        placed, dice = self.dice.randint(0, 20), self.dice
        lines = [line(str(n), sku, dice.randint(1, 3)) for n, sku in enumerate(dice.sample(SKUS, dice.randint(1, 3)))]
        said: dict[str, Any] = {"channel_order_id": name, "placed_at": at(placed), "currency": "EUR"}
        said |= {"totals": {"total": 3000}, "line_items": lines, "buyer": self.person()}
        if by == TILL:
            said["expectations"] = [{"method": "in_store"}]
        self.say(placed, fact("order", by, placed, **said))
        about = {"channel_order_id": name}
        for _ in range(dice.randint(0, 3)):
            minute, step = placed + dice.randint(1, 30), dice.randrange(4)
            share = {"line_id": "0", "quantity": Decimal(1)}
            if step == 0:
                payment = {"payment_id": "p", "amount": 3000, "status": "paid"}
                self.say(minute, fact("order", by, minute, **said, payments=[payment]))
            elif step == 1:
                sent = {"fulfillment_id": f"f{minute}", "status": "success", "tracking": [{"number": f"T{name}"}]}
                parts = dice.choice(((), (share,)))
                self.say(minute, fact("fulfillment", by, minute, **about, **sent, lines=list(parts)))
                status, when = dice.choice(("in_transit", "delivered")), minute + 5
                scan = {"tracking_number": f"T{name}", "status": status, "at": at(when)}
                self.say(when, fact("tracking", DESK, when, **scan))
            elif step == 2:
                back = {"adjustment_id": f"a{minute}", "status": "success", "amount": -1000, "currency": "EUR"}
                kind = dice.choice(("refund", "return", "cancellation"))
                restocked = {**share, "restock": dice.random() < 0.7}
                self.say(minute, fact("adjustment", by, minute, **about, **back, type=kind, lines=[restocked]))
            else:
                self.say(minute, fact("order", by, minute, **said, cancelled_at=at(minute)))


def day(seed: int) -> list[Event]:
    """Give the events of a day: two to four orders on three channels, counts, receipts, customers, merges, consents."""
    made = _Day(seed)
    for _ in range(made.dice.randint(1, 3)):
        made.count()
    for number in range(made.dice.randint(2, 4)):
        made.order(made.dice.choice((WEB, TILL, MARKET)), str(1000 + number))
    for make in (made.receipt, made.customer, made.customer, made.merge, made.consent):
        if made.dice.random() < 0.7:
            make()
    return made.events
