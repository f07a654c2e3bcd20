"""What public reports say that other APIs get wrong, tried on ours.

Times that UTC does not have: lablup/backend.ai#14731, TencentBlueKing/bk-lite#5480. Quantities: pydantic#13089,
cpython#121382. Cursors and long refusals: pc-style/x-md#30, vllm#54684. Patterns: mbknor-jackson-jsonSchema#133.
Secrets that a cached client outlives: api7/aisix#779.
"""

import json
import re
from typing import Any

import pytest

from events.facts import build
from functions import cache as cache_module
from functions import cursors, indexes, runtime
from functions.cache import FRESH
from functions.contract.answers.stock import Kit
from functions.registry import secrets, session
from records.apply import apply
from records.cause import Cause
from records.store.actions import Put
from tests.hub import Hub

AT = "2026-11-22T09:00:00.000Z"
KNOWN = {"Authorization": "Bearer token-of-acme", "Content-Type": "application/json"}


@pytest.mark.parametrize("name", ["events", "timeline", "export"])
@pytest.mark.parametrize("place", ["9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59.999-14:00 evt_1"])
def test_a_time_that_utc_does_not_have_is_no_place(local_hub: Hub, name: str, place: str) -> None:
    customer = buyer_of(local_hub)["customer_id"]
    path = "/v1/events" if name == "events" else f"/v1/customers/{customer}/{name}"
    cursor = cursors.write("acme", name if name == "events" else f"{name} {customer}", place)
    assert local_hub.ask(path, cursor=cursor).status in (200, 400)


def buyer_of(hub: Hub) -> dict[str, Any]:
    """Let somebody order a mug; gives their order."""
    web = hub.connect("shopify", "web", locations={"905": "lille"}, sells_from=("lille",), default_location="lille")
    web.add_product("MUG", "Mug", "12.50", {905: 9})
    buyer = {"id": 7001, "email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace"}
    number = str(web.place_order({"MUG": 1}, 905, customer=buyer)["id"])
    for each in web.deliveries.all:
        hub.send("web", each.body, each.topic)
    hub.normalise()
    (order,) = hub.ask("/v1/orders", connection_id="web", channel_order_id=number).json()["orders"]
    return dict(order)


@pytest.mark.parametrize("pieces", ["1e3", "1E+3", "1e9", '"1e3"'])
def test_a_quantity_with_an_exponent_is_answered_as_a_decimal_number(local_hub: Hub, pieces: str) -> None:
    body = f'{{"components": {{"MUG": {pieces}}}}}'.encode()
    answer = local_hub.http("api", "PUT", "/v1/products/{sku}/kit", body, KNOWN, sku="SET")
    if answer.status != 400:
        Kit.model_validate(answer.json())


@pytest.mark.parametrize("pieces", ["1_000", " 5 ", "\u0663", "\uff15", "+5"])
def test_a_quantity_in_a_text_is_written_as_the_document_says(local_hub: Hub, pieces: str) -> None:
    document = local_hub.http("api", "GET", "/v1/openapi.json").json()
    forms = document["components"]["schemas"]["Policy"]["properties"]["safety"]["anyOf"][0]["anyOf"]
    (pattern,) = [form["pattern"] for form in forms if form.get("type") == "string"]
    assert not re.search(pattern, pieces, re.ASCII)
    assert local_hub.tell("/v1/stock/MUG/policy", {"location_id": "lille", "safety": pieces}, "PUT").status == 400


def test_a_cursor_that_a_page_gave_is_taken_however_the_sku_is_spelt(
    local_hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexes.page, "__defaults__", (None, 1))
    sku = '"' * 400  # within the 1024 bytes of a sort key
    for number in range(2):
        key = {"pk": f"acme#EVENT#evt_{number:032d}", "sk": f"PUSH#web#stock {sku}@lille"}
        said = {"cause": "c", "connection_id": "web", "id": "p", "why": "w", "status_key": "acme#failed"}
        runtime.records().write([Put({**key, **said, "at": f"2026-11-22T09:00:0{number}.000Z"})])
    cursor = local_hub.ask("/v1/quarantine").json()["cursor"]
    assert local_hub.ask("/v1/quarantine", cursor=cursor).status == 200


def test_two_parcels_that_arrive_at_once_both_stand_in_the_timeline(local_hub: Hub) -> None:
    order = buyer_of(local_hub)
    sent = {"kind": "fulfillment", "order_reference": f"web/{order['channel_order_id']}", "fulfillment_id": "f"}
    sent |= {"status": "success", "tracking": [{"number": "T1"}, {"number": "T2"}]}
    say("desk", sent)
    for number in ("T1", "T2"):
        say("carrier", {"kind": "tracking", "tracking_number": number, "status": "delivered", "at": AT})
    listed = local_hub.ask(f"/v1/customers/{order['customer_id']}/timeline").json()["timeline"]
    assert {each["tracking_number"] for each in listed if "tracking_number" in each} == {"T1", "T2"}


def say(connection_id: str, statement: dict[str, Any]) -> None:
    """Apply a fact that a connection states."""
    said = {"occurred_at": AT, "source_version": AT, **statement}
    event_id = f"evt_{connection_id}{said.get('tracking_number', '')}"
    fact = build(said, event_id=event_id, connection_id=connection_id)
    apply(runtime.records(), Cause("acme", event_id, connection_id, AT), [fact], {})


@pytest.mark.parametrize(
    ("path", "location"), [("/v1/stock/A%0AB/policy", "lille"), ("/v1/stock/MUG/policy", "li\nlle")]
)
def test_whatever_the_api_takes_makes_an_event_that_is_published(local_hub: Hub, path: str, location: str) -> None:
    answer = local_hub.tell(path, {"location_id": location, "safety": 1}, "PUT")
    assert answer.status == 400 or [each["type"] for each in local_hub.messages()] == ["StockModified"]


def test_a_refusal_of_unknown_names_stays_short(local_hub: Hub) -> None:
    answer = local_hub.tell("/v1/customers/cus_1/merge", {f"{number}{'x' * 60}": 1 for number in range(800)})
    assert answer.problem() == "body_invalid"
    assert len(answer.body) < 8192


def test_a_client_calls_with_no_secret_that_is_older_than_the_cache_says(
    local_hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    local_hub.connect("shopify", "web")
    clock = [1000.0]
    monkeypatch.setattr(cache_module.time, "monotonic", lambda: clock[0])
    opened = session.find("web")
    assert opened is not None
    secrets.secrets(opened.connection)  # a webhook is verified
    monkeypatch.setattr(secrets, "read", lambda *_: {"access_token": "new", "webhook_secret": "new"})
    clock[0] += FRESH - 0.1  # the secret was rotated meanwhile
    assert opened.client is not None
    clock[0] += FRESH / 2
    assert json.dumps(vars(opened.client), default=str).count('"new"') == 1
