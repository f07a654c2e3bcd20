"""A function that dies between any two of its outside calls loses nothing and doubles nothing."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from connectors.catalogue import connector
from connectors.manifest import delivery_of
from ops.hub import queues
from ops.hub.cloud import Cloud
from ops.hub.deploy import Hub, deploy_hub
from ops.standins.shopify.shapes import fulfillment
from records import ids
from tests.e2e.dying import HIDDEN_SECONDS, Entry, Notes, build
from tests.e2e.retailer import PLACE, TILL_PLACE, WEB_PLACE, Retailer, admit

SALES = 18  # per channel; each dies at most once in each function, so there must be as many as a function has steps
STOCK = 10
POOL = {"sells_from": (PLACE,), "default_location": PLACE}
WEB, TILL = "dying-web", "dying-till"


@dataclass(frozen=True)
class Sale:
    """One piece of one SKU, sold once: what the channel sends about it, and what the hub will call it."""

    sku: str
    origin: str
    order_id: str
    body: bytes
    topic: str | None
    webhook_id: str
    order_event: str

    def words(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Give each step of the sale's path: its function, and the words that only its event holds."""
        other = TILL if self.origin == WEB else WEB
        steps: dict[str, tuple[str, tuple[str, ...]]] = {
            "receive": ("receive", (self.order_id,)),
            "announce-payload": ("announce", (self.webhook_id, "delivery")),
            "announce-stock": ("announce", (f"{self.sku}@{PLACE}",)),
            "normalise-order": ("normalise", (self.order_event,)),
        }
        if self.webhook_id != self.order_event:
            steps["normalise-payment"] = ("normalise", (self.webhook_id,))
        return steps | {"push": ("push", (f"{self.sku}@{PLACE}", f"connection-{other}"))}


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Notes:
    made = Notes(tmp_path_factory.mktemp("dying"))
    made.plan([])
    return made


@pytest.fixture(scope="module")
def dying_hub(cloud: Cloud, notes: Notes, tmp_path_factory: pytest.TempPathFactory) -> Hub:
    """A hub of its own whose functions die as `notes` says, one message at a time; what they held comes back soon."""
    built = build(notes, tmp_path_factory.mktemp("checkout"))
    made = deploy_hub(cloud.client, built, name="dying", endpoint=cloud.endpoint, schedules=False)
    admit(made)
    return made


def hasten(hub: Hub) -> None:
    """Take one message at a time, and see what a dead function held again after seconds."""
    functions, sqs = hub.clients("lambda"), hub.clients("sqs")
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        queue = mapping["EventSourceArn"].rpartition(":")[2]
        if ":sqs:" in mapping["EventSourceArn"] and queue.startswith("dying-"):
            functions.update_event_source_mapping(UUID=mapping["UUID"], BatchSize=1)
            url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
            sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(HIDDEN_SECONDS)})


@pytest.fixture(scope="module")
def shop(dying_hub: Hub) -> Iterator[Retailer]:
    """A web shop and a till that sell from one pool, and agree about it; the till owns the counts."""
    made = Retailer(dying_hub, "dying")
    web = made.connect("shopify", WEB, locations={str(WEB_PLACE): PLACE}, **POOL)
    till = made.connect("square", TILL, locations={TILL_PLACE: PLACE}, owns=(PLACE,), **POOL)
    skus = [f"{kind}-{number:02d}" for kind in ("W", "T") for number in range(SALES + 1)]
    for sku in skus:
        web.add_product(sku, sku, "12.50", {WEB_PLACE: STOCK})
        till.add_item(sku, sku, 1250, {TILL_PLACE: STOCK})
    till.tell_counts([(item, TILL_PLACE) for item in till.variations])
    made.send(TILL, till.deliveries.all[-1].body)
    hasten(dying_hub)
    made.rest()
    yield made
    made.close()


def sell_at_the_web(shop: Retailer, sku: str) -> Sale:
    """Sell a piece that leaves at once, so that the till must be told of it."""
    web = shop.stand_ins[WEB]
    who = {"id": 7000 + int(sku[2:]), "email": f"{sku.lower()}@example.com", "first_name": "A", "last_name": sku}
    order = web.place_order(
        {sku: 1}, WEB_PLACE, customer=who, email=who["email"], shipping_address=None, billing_address=None
    )
    (line,) = order["line_items"]
    told = {"numbers": [f"6A-{sku}"], "urls": [], "company": "Colissimo", "lines": [line]}
    parcel = fulfillment(order["id"] + 1, order, WEB_PLACE, order["created_at"], told)
    body = json.dumps({**order, "fulfillment_status": "fulfilled", "fulfillments": [parcel]}).encode()
    event_id = ids.event_id(shop.tenant, WEB, f"order {sku}")
    return Sale(sku, WEB, str(order["id"]), body, "orders/fulfilled", event_id, event_id)


def sell_at_the_till(shop: Retailer, sku: str) -> Sale:
    till = shop.stand_ins[TILL]
    order = till.ring_up_sale({sku: 1}, TILL_PLACE)
    payment = next(each for each in reversed(till.deliveries.all) if each.topic == "payment.updated")
    document = json.dumps({"order": order}, default=str, ensure_ascii=False).encode()
    delivery = delivery_of(connector("square").manifest, "order", {}, json.loads(document), document)
    webhook = ids.event_id(shop.tenant, TILL, payment.delivery_id)
    order_event = ids.event_id(shop.tenant, TILL, delivery)
    return Sale(sku, TILL, order["id"], payment.body, None, webhook, order_event)


def tell(shop: Retailer, sale: Sale) -> list[int]:
    """Send the sale's webhook until the hub has it, as every channel does; gives the answers."""
    statuses: list[int] = []
    more = {"X_Shopify_Webhook_Id": f"order {sale.sku}"} if sale.origin == WEB else {}
    while not statuses or statuses[-1] not in (200, 202):
        assert len(statuses) < 4, statuses
        statuses.append(shop.send(sale.origin, sale.body, sale.topic, **more)[0])
    return statuses


@pytest.fixture(scope="module")
def calm(shop: Retailer, notes: Notes) -> dict[str, Sale]:
    """One sale at each channel during which nobody dies; its outside calls are noted."""
    sales = {WEB: sell_at_the_web(shop, "W-00"), TILL: sell_at_the_till(shop, "T-00")}
    steps = [(sale, step, *said) for sale in sales.values() for step, said in sale.words().items()]
    notes.plan([Entry(f"{sale.origin} {step}", function, words, None) for sale, step, function, words in steps])
    for sale in sales.values():
        assert tell(shop, sale) == [202]
    shop.rest()
    return sales


@pytest.fixture(scope="module")
def deaths(shop: Retailer, notes: Notes, calm: dict[str, Sale]) -> tuple[list[Entry], list[Sale]]:
    """Sell again and again; each function dies at another step of each sale, at every step once."""
    calls = notes.calls()
    sales = [
        sell(shop, f"{kind}-{number:02d}")
        for kind, sell in (("W", sell_at_the_web), ("T", sell_at_the_till))
        for number in range(1, SALES + 1)
    ]
    plan = []
    for origin, sale in calm.items():
        others = [each for each in sales if each.origin == origin]
        for step in sale.words():
            points = len(calls[f"{origin} {step}"]) + 1
            assert points <= len(others), (step, calls[f"{origin} {step}"])
            for after, other in zip(range(points), others, strict=False):
                function, words = other.words()[step]
                plan.append(Entry(f"{origin} {step} {after:02d}", function, words, after))
    notes.plan(plan)
    for sale in sales:
        tell(shop, sale)
    shop.rest(180, calm=10)
    return plan, sales


def test_every_function_dies_at_every_step(
    deaths: tuple[list[Entry], list[Sale]], notes: Notes, calm: dict[str, Sale]
) -> None:
    plan, _ = deaths
    assert {entry.name for entry in plan} - notes.fired() == set()
    seen = notes.calls()
    assert len(plan) == sum(len(calls) + 1 for calls in seen.values())
    assert min(len(seen[f"{origin} push"]) for origin in (WEB, TILL)) > 10, "both channels must be called, not skipped"
    outside = {step for step, calls in seen.items() if any(call.startswith("channel ") for call in calls)}
    assert outside >= {f"{TILL} normalise-payment", f"{TILL} push", f"{WEB} push"}


def test_nothing_is_lost(deaths: tuple[list[Entry], list[Sale]], shop: Retailer) -> None:
    assert queues.dead(shop.hub) == {}
    assert set(shop.outcomes()) <= {"applied", "unchanged"}
    assert shop.api.get("/v1/quarantine") == {"events": [], "pushes": [], "cursor": None}


def test_nothing_is_doubled(deaths: tuple[list[Entry], list[Sale]], shop: Retailer, calm: dict[str, Sale]) -> None:
    _, sales = deaths
    every = [*sales, *calm.values()]
    wanted = {name for sale in every for name in (sale.webhook_id, sale.order_event)}
    received = Counter(item["event_id"] for item in shop.inbox())
    assert wanted <= set(received)
    assert len(received) == len(wanted) + 1  # and the counts of the morning
    orders = [item for item in shop.records() if item.get("record") == "order"]
    assert len(orders) == len(every)


def test_the_records_are_as_if_nobody_had_died(
    deaths: tuple[list[Entry], list[Sale]], shop: Retailer, calm: dict[str, Sale]
) -> None:
    _, sales = deaths
    wanted = {origin: seen_of(shop, sale) for origin, sale in calm.items()}
    for sale in sales:
        assert seen_of(shop, sale) == wanted[sale.origin], sale.sku
    assert wanted[WEB]["order"]["version"] == 1


def seen_of(shop: Retailer, sale: Sale) -> dict[str, Any]:
    """Give what the hub shows of a sale, without names and times."""
    (order,) = shop.api.get("/v1/orders", connection_id=sale.origin, channel_order_id=sale.order_id)["orders"]
    kept = ("version", "status", "statuses", "tasks", "totals", "adjustments")
    lines = [(line["quantity"], line.get("unit_price")) for line in order["line_items"]]
    stock = shop.api.get(f"/v1/stock/{sale.sku}")["locations"]
    parcels = [(parcel["status"], parcel["location_id"]) for parcel in order["fulfillments"]]
    places = [{name: value for name, value in place.items() if name != "counted_at"} for place in stock]
    shown = {to: shop.api.get(f"/v1/stock/{sale.sku}/availability", connection_id=to)["shows"] for to in (WEB, TILL)}
    trace = shop.api.get(f"/v1/events/{sale.webhook_id}")
    ended = [trace["outcome"], *(child["outcome"] for child in trace["caused"])]
    return {
        "order": {name: order.get(name) for name in kept} | {"lines": lines, "parcels": parcels},
        "stock": places,
        "shown": shown,
        "ended": ended,
    }


def test_every_channel_shows_what_is_left(
    deaths: tuple[list[Entry], list[Sale]], shop: Retailer, calm: dict[str, Sale]
) -> None:
    _, sales = deaths
    for sale in [*sales, *calm.values()]:
        assert shop.stand_ins[WEB].stock()[sale.sku, str(WEB_PLACE)] == STOCK - 1, sale.sku
        assert shop.stand_ins[TILL].stock()[sale.sku, TILL_PLACE] == STOCK - 1, sale.sku


def test_what_was_sent_again_after_a_death_was_the_same_push(
    deaths: tuple[list[Entry], list[Sale]], shop: Retailer
) -> None:
    for to in (WEB, TILL):
        sent: dict[str, set[bytes]] = {}
        for call in shop.stand_ins[to].calls:
            if call.idempotency_key:
                sent.setdefault(call.idempotency_key, set()).add(call.body)
        assert [key for key, bodies in sent.items() if len(bodies) > 1] == []
        assert len(sent) >= SALES


def test_every_push_is_confirmed(deaths: tuple[list[Entry], list[Sale]], shop: Retailer) -> None:
    shown = {item["pk"]: item for item in shop.records() if item["sk"] == "SHOWN"}
    assert [name for name, item in shown.items() if "pending" in item] == []
    _, sales = deaths
    for sale in sales:
        to = TILL if sale.origin == WEB else WEB
        assert shown[f"dying#SHOWN#{to}#stock {sale.sku}@{PLACE}"]["value"] == str(STOCK - 1)
