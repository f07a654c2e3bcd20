"""A shelf on paper: what was counted, sold, put aside and handed out, in the order in which it was written down.

It shares nothing with the records. It is told what was done, one thing after the other, and says where a piece was
promised that was not there, and what must be left in the end.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Goods = Mapping[str, int]


@dataclass
class Aside:
    """Goods put aside until a minute; `given` are those that somebody whose clock was later has taken."""

    goods: Goods
    until: int
    given: set[str] = field(default_factory=set)
    order: str | None = None
    is_over: bool = False


@dataclass
class Bought:
    """An order: what it takes, and when it was sent, cancelled, or taken along at the till."""

    goods: Goods = field(default_factory=dict)
    sent: int | None = None
    taken: int | None = None
    is_cancelled: bool = False


class Shelf:
    """One place of one tenant. An owner that is `told` of others counts what it was told; here nobody tells it."""

    def __init__(self, *, told: bool) -> None:
        self._told = told
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._received: dict[str, dict[int, int]] = defaultdict(dict)
        self._orders: dict[str, Bought] = defaultdict(Bought)
        self._aside: dict[str, Aside] = {}
        self.promises = 0
        self.oversold: list[str] = []

    def count(self, minute: int, sku: str, pieces: int) -> None:
        self._counts[sku][minute] = pieces

    def receive(self, minute: int, sku: str, pieces: int) -> None:
        self._received[sku][minute] = pieces

    def buy(self, _: int, order: str, goods: Goods) -> None:
        self._orders[order].goods = goods

    def mention(self, _: int, order: str, goods: Goods) -> None:
        """Hear more of an order: it takes what it took when it was placed, as soon as that is known."""
        self._orders[order].goods = self._orders[order].goods or goods

    def send(self, minute: int, order: str) -> None:
        self._orders[order].sent = minute

    def cancel(self, _: int, order: str, goods: Goods) -> None:
        self._orders[order].goods = self._orders[order].goods or goods
        self._orders[order].is_cancelled = True

    def take_along(self, minute: int, order: str, goods: Goods) -> None:
        self._orders[order] = Bought(goods, taken=minute)

    def reserve(self, now: int, key: str, until: int, goods: Goods, answer: str) -> None:
        """Put goods aside. Who does it takes what is over by their own clock."""
        if answer != "held" or key in self._aside:
            self.oversold.append(f"{key} was written again and is {answer}")
            return
        self.promises += 1
        for sku, pieces in goods.items():
            free = self.lying(sku) - self.held(sku, now)
            if pieces > free:
                self.oversold.append(f"{key} took {pieces} {sku} at {now} where {free} were free")
            for each in self._aside.values():
                if each.until <= now and each.order is None:
                    each.given.add(sku)
        self._aside[key] = Aside(goods, until)

    def confirm(self, _: int, key: str, order: str, answer: str) -> None:
        aside = self._aside[key]
        if answer != "confirmed":
            aside.is_over = True
        elif aside.is_over or aside.given & set(aside.goods) or aside.order not in (None, order):
            self.oversold.append(f"{key} was given away, and then to order {order}")
        else:
            aside.order = order

    def end(self, key: str) -> None:
        """Release a reservation, or let it expire."""
        self._aside[key].is_over = True

    def keep(self, key: str) -> bool:
        """Tell whether a reservation is its order's, which has arrived."""
        order = self._aside[key].order
        return order is not None and bool(self._orders[order].goods)

    def lying(self, sku: str) -> int:
        """Say what lies there."""
        counts = self._counts[sku]
        if not counts:
            return 0
        last, since = max(counts), min(counts) if self._told else max(counts)
        came = sum(pieces for minute, pieces in self._received[sku].items() if minute > since)
        left = sum(each.goods.get(sku, 0) for each in self._orders.values() if each.sent and each.sent > since)
        along = sum(each.goods.get(sku, 0) for each in self._orders.values() if each.taken and each.taken > last)
        return counts[last] + came - left - along

    def held(self, sku: str, now: int) -> int:
        """Say what is held by a clock: by open orders, for orders to come, and put aside."""
        return sum(self._open(sku)) + sum(self._waiting(sku, now))

    def _open(self, sku: str) -> Iterator[int]:
        for each in self._orders.values():
            if each.sent is None and each.taken is None and not each.is_cancelled:
                yield each.goods.get(sku, 0)

    def _waiting(self, sku: str, now: int) -> Iterator[int]:
        for key, each in self._aside.items():
            is_held = each.until > now if each.order is None else not self.keep(key)
            if is_held and not each.is_over and sku not in each.given:
                yield each.goods.get(sku, 0)
