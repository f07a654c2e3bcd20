"""A hub on the embedded cloud, with a web shop that sells and a marketplace that must show what is left."""

import itertools
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

from ops.bench.orders import shopify as order
from ops.hub import connections
from ops.hub.cloud import Cloud
from ops.hub.deploy import Hub, deploy_hub
from ops.hub.package import build_local
from ops.hub.target import TENANT, Api
from ops.standins.deliveries import Delivery
from ops.standins.mirakl.channel import Mirakl
from ops.standins.shopify.channel import Shopify

WEB, MARKET, PLACE, WEB_LOCATION = "shop-fr", "market-fr", "lille", 905
NUMBERS = range(1, 31)  # of the SKUs
PIECES = 1000
BUYERS = 100


@dataclass
class Shops:
    """What runs. `expected` is what the marketplace must show per SKU when everything that was sent is through."""

    cloud: Cloud
    hub: Hub
    web: Shopify
    market: Mirakl
    expected: Counter[str] = field(default_factory=Counter)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @classmethod
    def open(cls) -> Self:
        """Start everything. The web shop owns the stock."""
        cloud = Cloud.start()
        try:
            hub = deploy_hub(cloud.client, build_local(), endpoint=cloud.endpoint, schedules=False)
            made = cls(cloud, hub, Shopify("token", "secret"), Mirakl("key"))
            made._register()
        except BaseException:
            cloud.stop()
            raise
        made.api = Api(hub)
        return made

    api: Api = field(init=False)

    def _register(self) -> None:
        pool = {"tenant": TENANT, "sells_from": (PLACE,), "default_location": PLACE, "currency": "EUR"}
        aliases = {str(60_000 + number): order.sku(number) for number in NUMBERS}
        web = {"connection_id": WEB, "connector": "shopify", "owns": (PLACE,), "aliases": aliases}
        web |= {"base_url": self.web.start(), "locations": {str(WEB_LOCATION): PLACE}}
        market = {"connection_id": MARKET, "connector": "mirakl", "base_url": self.market.start()}
        connections.add(self.hub, pool | web, {"webhook_secret": "secret", "access_token": "token"})
        connections.add(self.hub, pool | market, {"api_key": "key"})

    def count(self, number: int) -> tuple[str, bytes]:
        """Give the webhook (topic, body) by which the shop counts a SKU. The marketplace offers the SKU from now on."""
        self.market.add_offer(order.sku(number), 0)
        self.expected[order.sku(number)] = PIECES
        level = {"inventory_item_id": 60_000 + number, "location_id": WEB_LOCATION, "available": PIECES}
        return "inventory_levels/update", json.dumps({**level, "updated_at": _now().isoformat()}).encode()

    def sale(self, lines: Sequence[int]) -> tuple[str, bytes]:
        """Give the webhook (topic, body) of an order: one piece of each of these SKUs, by one of a hundred buyers."""
        number = next(self._numbers)
        self.expected.subtract(order.sku(line) for line in lines)
        made = order.placed(number, _now(), 7_000_000_000_000 + number % BUYERS, lines)
        return "orders/create", json.dumps(made).encode()

    def post(self, webhook: tuple[str, bytes]) -> str:
        """Sign and send a webhook, and give the event's id.

        Raises:
            RuntimeError: the hub did not answer 202.
        """
        topic, body = webhook
        url = f"{self.hub.webhooks_url}/{WEB}"
        headers = {"Content-Type": "application/json", **self.web.sign(Delivery(topic, body), url)}
        status, answer = self.api.webhook(WEB, body, headers)
        if status != 202:
            raise RuntimeError(f"the hub answered {status} to {topic}: {answer}")
        return str(answer["event_id"])

    def shows(self) -> bool:
        """Say whether the marketplace shows what is left of every SKU."""
        shown = self.market.stock()
        return all(shown[sku] == Decimal(pieces) for sku, pieces in self.expected.items())

    def differences(self) -> dict[str, Any]:
        """Give the SKUs whose number at the marketplace is wrong, each with both numbers."""
        shown = self.market.stock()
        return {sku: f"{shown[sku]}, not {pieces}" for sku, pieces in self.expected.items() if shown[sku] != pieces}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stand_in in (self.web, self.market):
            stand_in.stop()
        self.cloud.stop()


def _now() -> datetime:
    return datetime.now(UTC)
