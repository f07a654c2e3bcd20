"""The counter's part of a day: reservations, orders that take them over, kits, and counts and sales meanwhile."""

import random
from decimal import Decimal
from typing import Any

from events.facts import Fact
from tests.faults.acts import Act
from tests.faults.day import Event
from tests.faults.plain import Goods
from tests.records.retail import CRM, PLACE, TILL, WEB, at, fact, line

GOODS = ("VASE", "PLATE", "BOWL")
KIT = {"VASE": 1, "PLATE": 2}
KIT_LATER = {"VASE": 1, "BOWL": 1}
"""What the kit is made of later in the day. An order that was placed before still takes the goods of KIT."""
ACCOUNTS = (*(f"{by}/c{number}" for by in (WEB, TILL, CRM) for number in (1, 2, 3)), "web/guest email:ada@example.com")
LAST = 50  # the last minute of the day
END = 300  # by then every reservation is over


class Counter:
    """Makes what is done at the counter, from a seed. `opening` are the counts before anything else happens."""

    def __init__(self, seed: int, *, tells: bool) -> None:
        self.dice = random.Random(f"counter {seed}")
        self.tells = tells
        self.events: list[Event] = []
        self.acts: list[Act] = []
        self._minutes = iter(self.dice.sample(range(1, LAST), LAST - 1))
        self.opening = [self._count(sku, 0, self.dice.randint(1, 6)) for sku in GOODS]

    def _say(self, minute: int, said: Fact, kind: str, *about: Any) -> Event:
        name = f"counter{len(self.events)}"
        self.events.append(
            Event(name, said.connection_id, (said,), minute, self.tells and said.connection_id == TILL, (kind, *about))
        )
        return self.events[-1]

    def _count(self, sku: str, minute: int, pieces: int) -> Event:
        said = {"sku": sku, "location_id": PLACE, "quantity": Decimal(pieces), "measure": "on_hand"}
        made = fact("stock_count", TILL, minute, counted_at=at(minute), **said)
        return self._say(minute, made, "count", minute, sku, pieces)

    def count(self) -> None:
        self._count(self.dice.choice(GOODS), next(self._minutes), self.dice.randint(0, 6))

    def receipt(self) -> None:
        minute, sku, pieces = next(self._minutes), self.dice.choice(GOODS), self.dice.randint(1, 3)
        said = {"movement_id": f"counter {minute}", "sku": sku, "location_id": PLACE, "reason": "receipt"}
        made = fact("stock_movement", "warehouse", minute, moved_at=at(minute), delta=Decimal(pieces), **said)
        self._say(minute, made, "receive", minute, sku, pieces)

    def sale(self) -> None:
        minute, sku = next(self._minutes), self.dice.choice(GOODS)
        name = f"sale {minute}"
        made = _order(TILL, name, minute, [line("1", sku, 1)], expectations=[{"method": "in_store"}])
        self._say(minute, made, "take_along", minute, name, {sku: 1})

    def order(self, name: str) -> None:
        """Let the web shop sell something, and then ship it, cancel it, or neither."""
        minute, is_kit = next(self._minutes), self.dice.random() < 0.4
        sku, pieces = ("SET" if is_kit else self.dice.choice(GOODS)), self.dice.randint(1, 2)
        lines = [line("1", sku, pieces, **(_made_of(KIT) if is_kit else {}))]
        goods = {part: pieces * each for part, each in (KIT if is_kit else {sku: 1}).items()}
        self._say(minute, _order(WEB, name, minute, lines), "buy", minute, name, goods)
        later, step = minute + 60, self.dice.randrange(3)
        if step == 0:
            said = {"channel_order_id": name, "fulfillment_id": "f", "status": "success", "lines": []}
            self._say(later, fact("fulfillment", WEB, later, **said), "send", later, name)
        elif step == 1:
            lines = [line("1", sku, pieces, **(_made_of(KIT_LATER) if is_kit else {}))]
            made = _order(WEB, name, later, lines, placed_at=at(minute), cancelled_at=at(later))
            self._say(later, made, "cancel", later, name, goods)
        elif is_kit:
            lines = [line("1", sku, pieces, **_made_of(KIT_LATER))]
            made = _order(WEB, name, later, lines, placed_at=at(minute))
            self._say(later, made, "mention", later, name, {part: pieces * each for part, each in KIT_LATER.items()})

    def reservation(self, key: str, orders: list[str]) -> None:
        """Reserve goods. Then one to three things follow: an order confirms it, it is released, or it expires."""
        minute, dice = next(self._minutes), self.dice
        sku, pieces = dice.choice(("SET", *GOODS)), dice.randint(1, 3)
        wishes = ((sku, pieces, KIT if sku == "SET" else None),)
        self.acts.append(Act("reserve", minute, (key, minute + dice.choice((3, 10, 60)), wishes)))
        for kind in dice.sample(("confirm", "confirm", "release", "expire", "expire"), dice.randint(1, 3)):
            about = (key, dice.choice(orders)) if kind == "confirm" else (key,)
            self.acts.append(Act(kind, minute + dice.randint(0, 15), about))

    def decision(self) -> None:
        """Let somebody merge two customers, keep two apart, or unmerge one."""
        kind = self.dice.choice(("merge", "merge", "unmerge", "reject"))
        names = self.dice.sample(ACCOUNTS, 1 if kind == "unmerge" else 2)
        self.acts.append(Act(kind, next(self._minutes), tuple(names)))


def _made_of(kit: Goods) -> dict[str, Any]:
    return {"components": [{"sku": sku, "quantity": Decimal(each)} for sku, each in kit.items()], "kit": True}


def _order(by: str, name: str, minute: int, lines: list[dict[str, Any]], **more: Any) -> Fact:
    said = {"channel_order_id": name, "placed_at": at(minute), "currency": "EUR", "totals": {"total": 3000}, **more}
    return fact("order", by, minute, line_items=lines, **said)


def counter(seed: int, *, tells: bool, decides: bool) -> Counter:
    """Give the counter's part of a day. Only with `decides` do people decide about customers."""
    made = Counter(seed, tells=tells)
    orders = [f"counter {number}" for number in range(made.dice.randint(1, 3))]
    for name in orders:
        made.order(name)
    for number in range(made.dice.randint(2, 5)):
        made.reservation(f"key {number}", orders)
    for make in (made.count, made.receipt, made.sale):
        if made.dice.random() < 0.6:
            make()
    for _ in range(made.dice.randint(1, 3) if decides else 0):
        made.decision()
    return made


def goods_of(act: Act) -> Goods:
    """Give what a reservation asks for: SKU → pieces, a kit as its components."""
    (sku, pieces, parts) = act.about[2][0]
    return {part: pieces * each for part, each in (parts or {sku: 1}).items()}
