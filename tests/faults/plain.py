"""A shelf on paper: a second, plain account of a day's stock, to hold the hub's records against.

It shares no code with the records. It is told what was counted, sold, reserved and shipped, in the order in which that
was written. It says which promises had no piece behind them, and what must be left in the end.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Goods = Mapping[str, int]


@dataclass
class Aside:
    """A reservation until a minute. `given` are the SKUs that went to somebody by whose later clock it was over."""

    goods: Goods
    until: int
    given: set[str] = field(default_factory=set)
    order: str | None = None
    is_over: bool = False


@dataclass
class Bought:
    """An order: what it takes, when it was shipped or taken along at the till, and whether it was cancelled."""

    goods: Goods = field(default_factory=dict)
    sent: int | None = None
    taken: int | None = None
    is_cancelled: bool = False


class Shelf:
    """One location of one tenant.

    With `told`, the hub tells the owner what others take, and the owner's counts contain only what it was told. In
    these days nobody tells it, so what was received and shipped since its first count is still to be added. Without
    `told`, a count contains all that happened before it.
    """

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
        """Hear of an order again. These goods count only if it is not known what it took when it was placed."""
        self._orders[order].goods = self._orders[order].goods or goods

    def send(self, minute: int, order: str) -> None:
        self._orders[order].sent = minute

    def cancel(self, _: int, order: str, goods: Goods) -> None:
        self._orders[order].goods = self._orders[order].goods or goods
        self._orders[order].is_cancelled = True

    def take_along(self, minute: int, order: str, goods: Goods) -> None:
        self._orders[order] = Bought(goods, taken=minute)

    def reserve(self, now: int, key: str, until: int, goods: Goods, answer: str) -> None:
        """Reserve goods. By the clock of who does it, some reservations may be over: their goods may be taken."""
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
        """End a reservation: it was released, or it expired."""
        self._aside[key].is_over = True

    def keep(self, key: str) -> bool:
        """Tell whether a reservation was confirmed by an order that has arrived."""
        order = self._aside[key].order
        return order is not None and bool(self._orders[order].goods)

    def lying(self, sku: str) -> int:
        """Count the pieces that lie there."""
        counts = self._counts[sku]
        if not counts:
            return 0
        last, since = max(counts), min(counts) if self._told else max(counts)
        came = sum(pieces for minute, pieces in self._received[sku].items() if minute > since)
        left = sum(each.goods.get(sku, 0) for each in self._orders.values() if each.sent and each.sent > since)
        along = sum(each.goods.get(sku, 0) for each in self._orders.values() if each.taken and each.taken > last)
        return counts[last] + came - left - along

    def held(self, sku: str, now: int) -> int:
        """Count the pieces held at `now`: by open orders, for orders to come, and by reservations that are not over."""
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
