"""The API against its own document, over HTTP, with a shop's life in the tables: no failure of ours, no answer that the
document does not know, right and wrong requests alike. Every run plays the same requests.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation.modes import GenerationMode

from functions.contract.document import DECLARED
from functions.contract.operation import Operation
from tests import corner
from tests.functions.contract.gateway import Gateway
from tests.hub import Hub
from tests.memory_hub import memory_world
from tests.process import TOKEN

pytestmark = pytest.mark.slow

__all__ = ["memory_world"]
PLACE = "lille"
POOL = {"sells_from": (PLACE,), "default_location": PLACE}
AUTHORISED = {"Authorization": f"Bearer {TOKEN}"}
SETTINGS = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=12,  # requests of each kind for each route
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
LEFT_OUT = {
    # It may be wrong in ways that no schema says: of three parameters one is needed, a name must be that of something.
    "positive_data_acceptance",
    "use_after_free",
    "ensure_resource_availability",
}


@dataclass
class Shop:
    """The API with data in it, and the names that stand for something there."""

    url: str
    hub: Hub
    known: dict[str, list[str]]


@pytest.fixture(scope="module")
def shop(memory_world: Hub) -> Iterator[Shop]:
    known = live(memory_world)
    gateway = Gateway(memory_world)
    yield Shop(gateway.url, memory_world, known)
    gateway.close()


def live(hub: Hub) -> dict[str, list[str]]:
    """Let a shop live for a moment: orders, parcels, customers, counts, a refund, what waits for a person."""
    web = hub.connect("shopify", "web", locations={"905": PLACE}, **POOL)
    till = hub.connect("square", "till", locations={"LILLE1": PLACE}, owns=(PLACE,), **POOL)
    parcels, crm = hub.connect("easypost", "parcels"), hub.connect("hubspot", "crm")
    till.tell_counts([(till.add_item("MUG", "Mug", 1250, {"LILLE1": 10}), "LILLE1")])
    web.change(web.add_product("MUG", "Mug", "12.50", {905: 10}), 905, -1)
    contact = crm.create_contact(email="a@example.com", firstname="A", phone="+33612345678")
    settle(hub)
    order, other = (web.place_order({"MUG": 1}, 905)["id"] for _ in range(2))
    till.ring_up_sale({"MUG": 1}, "LILLE1", customer_id=till.add_customer(email_address="a@example.com")["id"])
    label = parcels.buy_label(f"web/{order}")
    parcels.scan(label, "delivered")
    crm.change_contact(contact, firstname="Ada", lastname="Lovelace")
    settle(hub)
    web.cancel(other)
    hub.send("web", b"{", "orders/create")
    settle(hub)
    hub.http("api", "POST", "/v1/connectors", json.dumps(corner.parts()).encode(), AUTHORISED)
    return names(hub, order, label)


def settle(hub: Hub) -> None:
    for connection_id, stand_in in hub.stand_ins.items():
        sent, stand_in.deliveries.all = stand_in.deliveries.all, []
        for each in sent:
            topic = each.topic if hub.connections[connection_id].connector == "shopify" else None
            assert hub.send(connection_id, each.body, topic).status in (200, 202)
    for _ in range(2):
        hub.normalise()
        hub.push()


def names(hub: Hub, order: int, label: str) -> dict[str, list[str]]:
    (found,) = hub.ask("/v1/orders", connection_id="web", channel_order_id=str(order)).json()["orders"]
    emails = ("a@example.com", found["buyer"]["email"])
    people = [hub.ask("/v1/customers", email=each).json()["customers"] for each in emails]
    held = [
        hub.tell("/v1/reservations", RESERVED, Idempotency_Key=str(number)).json()["reservation_id"]
        for number in range(2)
    ]
    events = hub.ask("/v1/events", limit="200").json()["events"]
    leaves = people[1][0]["customer_id"]
    erasure = hub.tell(f"/v1/customers/{leaves}/erase", {}).json()["erasure_id"]
    return {
        "erasure_id": [erasure],
        "status": ["open", "done"],
        "order_id": [found["order_id"]],
        "customer_id": [each["customer_id"] for found in people for each in found],
        "customer": [people[0][0]["customer_id"]],
        "reservation_id": held,
        "event_id": [each["event_id"] for each in events][:20],
        "sku": ["MUG"],
        "tracking_number": [label],
        "name": ["shopify", "corner"],
        "connection_id": ["web", "till"],
        "channel_order_id": [str(order)],
        "email": ["a@example.com"],
        "phone": ["+33612345678"],
        "topic": ["orders/create", "order"],
        "type": ["shortage"],
    }


RESERVED = {"connection_id": "web", "lines": [{"sku": "MUG", "quantity": 1}], "expires_in": 3600}


@pytest.fixture(scope="module")
def schema(shop: Shop) -> Any:
    made = schemathesis.openapi.from_url(f"{shop.url}/v1/openapi.json")
    made.config.generation.with_security_parameters = False  # every request has a token, whatever else is wrong with it

    def known_at_times(context: Any, part: dict[str, Any] | None) -> Any:
        """Put names of something in every other right request."""
        for name, there in shop.known.items():
            said = (part or {}).get(name)
            if made.is_right and isinstance(said, str) and len(said) % 2 == 0:
                part = {**(part or {}), name: there[len(said) // 2 % len(there)]}
        return part

    made.hooks.hook("map_path_parameters")(known_at_times)
    made.hooks.hook("map_query")(known_at_times)
    return made


def takes_something(path: str, said: Operation) -> bool:
    return bool("{" in path or said.query or said.headers or said.body or said.media)


load_all_checks()
ROUTES = sorted(DECLARED.items(), key=lambda each: each[0])
KINDS = [(*route, GenerationMode.POSITIVE) for route, _ in ROUTES]
KINDS += [(*route, GenerationMode.NEGATIVE) for route, said in ROUTES if takes_something(route[1], said)]
CHECKED = [check for check in CHECKS.get_all() if check.__name__ not in LEFT_OUT]


@pytest.mark.parametrize(("method", "path", "mode"), KINDS)
def test_every_answer_is_one_that_the_document_knows(schema: Any, method: str, path: str, mode: GenerationMode) -> None:
    operation = schema[path][method]
    schema.is_right = mode is GenerationMode.POSITIVE

    @settings(SETTINGS)
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        case.call_and_validate(headers=AUTHORISED, checks=CHECKED)

    ask()
