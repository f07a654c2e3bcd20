"""The retailer of the demo: an embedded hub, five channels that stand-ins play, and one pool of stock in Lille."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ops.hub import connections
from ops.hub.cloud import Cloud
from ops.hub.deploy import Hub, deploy_hub
from ops.hub.package import build_local
from ops.hub.target import TENANT, Api
from ops.standins.easypost import EasyPost
from ops.standins.hubspot import HubSpot
from ops.standins.mirakl.channel import Mirakl
from ops.standins.server import StandIn
from ops.standins.shopify.channel import Shopify
from ops.standins.square.channel import Square

WEB, TILL, MARKET, PARCELS, CRM = "shop-fr", "till-lille", "market-fr", "parcels", "crm"
WEB_LOCATION, TILL_LOCATION = 905, "LILLE1"
PLACE = "lille"
STOCK = {"MUG-BLUE": 10, "SCARF-RED": 5}
PRICES = {"MUG-BLUE": "12.50", "SCARF-RED": "39.00"}
POOL = {"sells_from": (PLACE,), "default_location": PLACE}


@dataclass
class Shops:
    """Everything that runs during the demo."""

    cloud: Cloud
    hub: Hub
    web: Shopify
    till: Square
    market: Mirakl
    parcels: EasyPost
    crm: HubSpot

    @property
    def api(self) -> Api:
        """The hub's API."""
        return Api(self.hub)

    @property
    def stand_ins(self) -> dict[str, StandIn]:
        """The stand-ins by connection."""
        return {WEB: self.web, TILL: self.till, MARKET: self.market, PARCELS: self.parcels, CRM: self.crm}

    @classmethod
    def open(cls, tell: Callable[[str], None], data: Path | None = None) -> Self:
        """Start the cloud, deploy the hub, start the stand-ins and add a connection for each."""
        tell("starting the embedded cloud and deploying the hub")
        cloud = Cloud.start(data)
        try:
            hub = deploy_hub(cloud.client, build_local(), endpoint=cloud.endpoint, schedules=False)
            keys = {name: secrets.token_urlsafe(24) for name in (WEB, TILL, MARKET, PARCELS, CRM, "sign")}
            made = cls(
                cloud,
                hub,
                Shopify(keys[WEB], keys["sign"]),
                Square(keys[TILL], keys["sign"]),
                Mirakl(keys[MARKET]),
                EasyPost(keys[PARCELS], keys["sign"]),
                HubSpot(keys[CRM], keys["sign"]),
            )
            tell("starting five channels and registering them")
            made._register(keys)
        except BaseException:
            cloud.stop()
            raise
        return made

    def _register(self, keys: dict[str, str]) -> None:
        """Add a connection for each stand-in, as an integrator adds one for a shop."""
        sign = keys["sign"]
        self._add(
            "shopify",
            WEB,
            {"webhook_secret": sign, "access_token": keys[WEB]},
            {"locations": {str(WEB_LOCATION): PLACE}, **POOL},
        )
        self._add(
            "square",
            TILL,
            {"signature_key": sign, "access_token": keys[TILL]},
            {"locations": {TILL_LOCATION: PLACE}, "owns": (PLACE,), **POOL},
        )
        self._add("mirakl", MARKET, {"api_key": keys[MARKET]}, POOL)
        self._add("easypost", PARCELS, {"webhook_secret": sign, "api_key": keys[PARCELS]}, {})
        settings = {"settings": {"loyalty_card_property": "loyalty_card"}}
        self._add("hubspot", CRM, {"client_secret": sign, "access_token": keys[CRM]}, settings)

    def _add(self, connector: str, connection_id: str, held: dict[str, str], more: dict[str, Any]) -> None:
        stand_in = self.stand_ins[connection_id]
        base = {"connection_id": connection_id, "tenant": TENANT, "connector": connector, "base_url": stand_in.start()}
        local = {"timezone": "Europe/Paris", "currency": "EUR", "default_region": "FR"}
        made = connections.add(self.hub, {**base, **local, **more}, held)
        stand_in.hub_url = made.webhook_url

    def poll_market(self) -> dict[str, int]:
        """Let the hub poll the marketplace, as its schedule does every minute. Gives the counts `new` and `known`."""
        asked = json.dumps({"connection_id": MARKET}).encode()
        answer = self.hub.clients("lambda").invoke(FunctionName=self.hub.outputs["PollFunction"], Payload=asked)
        taken: dict[str, int] = json.loads(answer["Payload"].read())["taken"][f"{MARKET}/orders"]
        return taken

    def close(self) -> None:
        """Stop everything."""
        for stand_in in self.stand_ins.values():
            stand_in.stop()
        self.cloud.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
