"""Two tenants of one hub. They sell the same things under the same numbers at the same time."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from events.facts import build
from functions import cursors, runtime
from records import ids
from records.apply import apply
from records.cause import Cause
from tests import corner
from tests.hub import Hub
from tests.process import TOKEN

OURS, THEIRS = "acme", "main"
TOKENS = {OURS: TOKEN, THEIRS: "token-of-main"}
PLACE = "lille"
POOL: dict[str, Any] = {"sells_from": (PLACE,), "default_location": PLACE}
HOME = {"street_address": "12 rue de la Monnaie", "address_locality": "Lille", "postal_code": "59800"}
ID = re.compile(r"(?:evt|ord|cus|rev|res|era)_[0-9a-f]{20,}")


@dataclass
class Shop:
    """One of the two tenants: its connections, its calls of the API, and the ids that it knows."""

    hub: Hub
    tenant: str
    group: str = ""
    ids: dict[str, list[str]] = field(default_factory=dict)

    def named(self, kind: str) -> str:
        """Give the id of one of its connections."""
        return f"{kind}-of-{self.tenant}"

    def ask(self, path: str, **query: str) -> Any:
        """Read from the API. Fails unless it answers 200."""
        answer = self.hub.ask(path, TOKENS[self.tenant], **query)
        assert answer.status == 200, answer.body
        return answer.json()

    def tell(self, path: str, content: Any, method: str = "POST", **headers: str) -> Any:
        """Send to the API. Fails unless it answers 2xx."""
        answer = self.hub.tell(path, content, method, TOKENS[self.tenant], **headers)
        assert answer.status < 300, answer.body
        return answer.json()

    def open(self) -> None:
        """Connect a webshop, a label desk and a CRM."""
        about = {"tenant": self.tenant, "group": self.group}
        self.web = self.hub.connect(
            "shopify", self.named("web"), **about, locations={"905": PLACE}, owns=(PLACE,), **POOL
        )
        self.desk = self.hub.connect("easypost", self.named("desk"), **about)
        self.crm = self.hub.connect("hubspot", self.named("crm"), **about)

    def trade(self) -> None:
        """Sell a mug, create a customer in the CRM, and ship the mug."""
        item = self.web.add_product("MUG", "Mug", "12.50", {905: 10})
        self.web.change(item, 905, -1)
        self.hub.settle()
        self.order = self.web.place_order({"MUG": 1}, 905)
        self.contact = self.crm.create_contact(email="ada@example.com", firstname="Ada", lastname="Lovelace")
        self.hub.settle()
        self.label = self.desk.buy_label(f"{self.named('web')}/{self.order['id']}")
        self.desk.scan(self.label, "delivered")
        self.hub.settle()

    def keep_house(self) -> None:
        """Make one of everything that has an id: a kit, reservations, a review, a shared value, a parked event."""
        for name, first in (("1", "Ada"), ("2", "Bea")):
            said = {"first_name": first, "last_name": "Byron", "birth_date": "1990-12-10", "addresses": [HOME]}
            self.hear("customer", name, **said)
        coming = {"reference": "PO-1", "quantity": 7, "expected_at": "2026-12-01T08:00:00Z"}
        self.tell("/v1/stock/MUG/policy", {"location_id": PLACE, "safety": 1}, "PUT")
        self.tell("/v1/stock/MUG/incoming", {"location_id": PLACE, **coming}, "PUT")
        self.tell("/v1/products/SET/kit", {"components": {"MUG": 1}}, "PUT")
        wish = {"connection_id": self.named("web"), "lines": [{"sku": "MUG", "quantity": 1}]}
        held = [self.tell("/v1/reservations", wish, Idempotency_Key=f"key {number}") for number in range(2)]
        self.tell("/v1/shared-values", {"phone": "+33320000001", "by": f"chief of {self.tenant}"})
        self.hub.send(self.named("web"), b"{", "orders/create", {"X-Shopify-Webhook-Id": f"torn {self.tenant}"})
        self.hub.settle()
        (placed,) = self.ask("/v1/orders", connection_id=self.named("web"), channel_order_id=str(self.order["id"]))[
            "orders"
        ]
        events = self.ask("/v1/events", limit="3")
        self.ids = {
            "connection": [self.named("web")],
            "order": [placed["order_id"], f"{self.named('web')}/{self.order['id']}"],
            "customer": [placed["customer_id"], f"{self.named('crm')}/{self.contact}"],
            "review": [self.ask("/v1/reviews")["reviews"][0]["review_id"]],
            "reservation": [each["reservation_id"] for each in held],
            "event": [self.ask("/v1/quarantine")["events"][0]["cause"], events["events"][-1]["event_id"]],
            "parcel": [self.label],
            "cursor": [events["cursor"], self._replays(), self._reviews()],
        }

    def hear(self, kind: str, name: str, **said: Any) -> None:
        """Let the webshop state a fact."""
        at = "2026-11-22T09:00:00.000Z"
        event_id = ids.event_id(self.tenant, self.named("web"), name)
        stated = {"kind": kind, "occurred_at": at, "source_version": at, "channel_customer_id": name, **said}
        because = Cause(self.tenant, event_id, self.named("web"), at, group=self.group)
        apply(runtime.records(), because, [build(stated, event_id=event_id, connection_id=self.named("web"))], {})

    def register(self) -> None:
        """Register a connector of its own."""
        corner.register(self.tenant)

    def _replays(self) -> str:
        said = {"since": "2020-01-01T00:00:00Z", "limit": 1, "dry_run": True}
        return str(self.tell("/v1/replays", said)["cursor"])

    def _reviews(self) -> str:
        """Give the cursor that the list of reviews would give after its first review, if that were not the last."""
        (review,) = self.ask("/v1/reviews")["reviews"][:1]
        place = (f"{self.tenant}#REVIEW#{review['review_id']}", "REVIEW", review["at"])
        return cursors.write(self.tenant, "reviews", json.dumps(place))


def rows(hub: Hub, tenant: str, tables: Sequence[str] = ("Inbox", "Records", "Connections")) -> dict[str, Any]:
    """Give all items of the tables that belong to a tenant, by table and key."""
    found = {}
    for table in tables:
        for item in hub.items(table):
            name = f"{table} {item['pk']['S']} {item.get('sk', {}).get('S', '')}"
            if item["pk"]["S"].startswith(f"{tenant}#") or item.get("tenant", {}).get("S") == tenant:
                found[name] = item
    return found
