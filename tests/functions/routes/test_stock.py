"""Stock over the API: reservations, what is kept back, what is on its way, kits, and what was sold beyond it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from functions import runtime
from tests.hub import Hub
from tests.request import Answer

PLACE = "lille"
POOL: dict[str, Any] = {"sells_from": (PLACE,), "default_location": PLACE}


@pytest.fixture
def shop(local_hub: Hub) -> Hub:
    """A till with ten mugs and four scarves in Lille, and a web shop that sells them."""
    local_hub.connect("shopify", "web", locations={"905": PLACE}, **POOL)
    local_hub.connect("square", "till", locations={"LILLE1": PLACE}, owns=(PLACE,), **POOL)
    local_hub.connect("square", "members", tier="vip", **POOL)
    local_hub.connect("square", "elsewhere", tenant="main", **POOL)
    count(local_hub, {"MUG": 10, "SCARF": 4})
    return local_hub


def count(hub: Hub, goods: dict[str, int]) -> None:
    """Let the till count goods, and the hub hear of it."""
    till = hub.stand_ins["till"]
    for sku, pieces in goods.items():
        if sku not in ITEMS:
            ITEMS[sku] = till.add_item(sku, sku.title(), 1250, {"LILLE1": 0})
        till.recount((ITEMS[sku], "LILLE1"), Decimal(pieces), runtime.now())
    till.tell_counts([(ITEMS[sku], "LILLE1") for sku in goods])
    hear(hub)


ITEMS: dict[str, str] = {}
"""The till's own ids of what it sells."""


def hear(hub: Hub) -> None:
    """Let everything the channels said reach the hub, and the hub announce it."""
    for connection_id, stand_in in hub.stand_ins.items():
        sent, stand_in.deliveries.all = stand_in.deliveries.all, []
        for each in sent:
            topic = each.topic if connection_id == "web" else None
            assert hub.send(connection_id, each.body, topic).status in (200, 202)
    hub.normalise()
    hub.normalise()
    hub.messages()


def reserve(hub: Hub, key: str, pieces: Any = 1, sku: str = "MUG", **said: Any) -> Answer:
    wish = {"connection_id": "web", "lines": [{"sku": sku, "quantity": pieces}], **said}
    return hub.tell("/v1/reservations", wish, Idempotency_Key=key)


def promised(hub: Hub, sku: str = "MUG", **asked: str) -> str:
    found = hub.ask(f"/v1/stock/{sku}/availability", connection_id="web", **asked).json()
    return str(found["available_to_promise"])


def stock(hub: Hub, sku: str = "MUG") -> dict[str, Any]:
    (place,) = hub.ask(f"/v1/stock/{sku}").json()["locations"]
    return dict(place)


def test_a_reservation_is_made_once_shown_and_given_back(shop: Hub) -> None:
    made, again = reserve(shop, "k", 3, expires_in=600), reserve(shop, "k", 3, expires_in=600)
    assert (made.status, again.status) == (201, 200)
    assert made.json() == again.json()
    name = made.json()["reservation_id"]
    assert made.json()["status"] == "held"
    assert made.json()["takes"] == [{"sku": "MUG", "location_id": PLACE, "quantity": "3"}]
    assert (promised(shop), stock(shop)["reserved"]) == ("7", "3")
    assert shop.ask(f"/v1/reservations/{name}").json() == made.json()
    assert [shop.tell(f"/v1/reservations/{name}/release", {}).json()["status"] for _ in range(2)] == ["released"] * 2
    assert promised(shop) == "10"
    over = shop.tell(f"/v1/reservations/{name}/confirm", {"order": "web/1"})
    assert (over.status, over.problem()) == (409, "reservation_over")


def test_a_refusal_says_how_much_there_is(shop: Hub) -> None:
    refused = reserve(shop, "k", 11)
    assert (refused.status, refused.problem()) == (409, "stock_insufficient")
    assert refused.json()["lines"] == [{"sku": "MUG", "wanted": "11", "available": "10"}]
    assert reserve(shop, "k", 1).status == 201
    reused = reserve(shop, "k", 2)
    assert (reused.status, reused.problem()) == (422, "idempotency_key_reused")


def test_an_order_takes_over_its_reservation_before_it_arrives(shop: Hub) -> None:
    name = reserve(shop, "k", 2).json()["reservation_id"]
    confirm = f"/v1/reservations/{name}/confirm"
    made = shop.tell(confirm, {"order": "web/77"})
    assert (made.status, made.json()["status"], made.json()["order"]) == (200, "confirmed", "web/77")
    assert shop.tell(confirm, {"order": "web/77"}).status == 200
    assert shop.tell(confirm, {"order": "web/78"}).problem() == "reservation_confirmed"
    assert shop.ask(f"/v1/orders/{made.json()['order_id']}").json()["status"] == "waiting"
    assert shop.ask(f"/v1/orders/{made.json()['order_id']}").json()["reservations"] == [name]
    assert stock(shop)["reserved"] == "2"


def test_a_reservation_that_is_over_is_swept_and_announced(shop: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    name = reserve(shop, "k", 2, expires_in=60).json()["reservation_id"]
    later = runtime.now() + timedelta(seconds=61)
    monkeypatch.setattr(runtime, "now", lambda: later)
    assert promised(shop) == "10"
    before = stock(shop)["version"]
    assert shop.run("sweep", {"only": "reservations"}) == {"reservations_ended": 1}
    assert stock(shop)["version"] == before + 1
    assert shop.ask(f"/v1/reservations/{name}").json()["status"] == "expired"
    assert shop.run("sweep", {"only": "reservations"}) == {"reservations_ended": 0}


BAD: list[tuple[dict[str, Any], int, str]] = [
    ({"lines": []}, 400, "body_invalid"),
    ({"lines": [{"sku": "MUG", "quantity": 0}]}, 400, "body_invalid"),
    ({"lines": [{"sku": "MUG", "quantity": -1}]}, 400, "body_invalid"),
    ({"lines": [{"sku": "MUG", "quantity": True}]}, 400, "body_invalid"),
    ({"lines": [{"sku": "MUG", "quantity": "many"}]}, 400, "body_invalid"),
    ({"lines": [{"sku": "", "quantity": 1}]}, 400, "body_invalid"),
    ({"lines": [{"sku": "MUG"}]}, 400, "body_invalid"),
    ({"lines": ["MUG"]}, 400, "body_invalid"),
    ({"lines": [{"sku": "MUG", "quantity": 1}] * 26}, 400, "body_invalid"),
    ({"expires_in": 0.5}, 400, "body_invalid"),
    ({"expires_in": 0}, 400, "body_invalid"),
    ({"expires_in": True}, 400, "body_invalid"),
    ({"expires_in": 10**9}, 400, "body_invalid"),
    ({"location_id": "paris"}, 422, "location_refused"),
    ({"connection_id": "elsewhere"}, 404, "not_found"),
    ({"colour": "red"}, 400, "body_invalid"),
]


@pytest.mark.parametrize(("said", "status", "code"), BAD)
def test_what_cannot_be_reserved_is_refused(shop: Hub, said: dict[str, Any], status: int, code: str) -> None:
    refused = reserve(shop, "k", **said)
    assert (refused.status, refused.problem()) == (status, code)


def test_a_reservation_needs_a_key_and_is_its_tenants_own(shop: Hub) -> None:
    wish = {"connection_id": "web", "lines": [{"sku": "MUG", "quantity": 1}]}
    assert shop.tell("/v1/reservations", wish).problem() == "idempotency_key_missing"
    name = reserve(shop, "k").json()["reservation_id"]
    for path, content in ((name, None), (f"{name}/release", {}), (f"{name}/confirm", {"order": "elsewhere/1"})):
        at = f"/v1/reservations/{path}"
        asked = shop.ask(at, "token-of-main") if content is None else shop.tell(at, content, token="token-of-main")
        assert asked.status == 404
    assert shop.tell(f"/v1/reservations/{name}/confirm", {"order": "elsewhere/1"}).status == 404
    assert shop.tell(f"/v1/reservations/{name}/confirm", {"order": "web"}).problem() == "body_invalid"


def test_the_last_pieces_are_kept_for_a_tier(shop: Hub) -> None:
    policy = {"location_id": PLACE, "safety": 1, "tiers": {"vip": 2}}
    assert shop.tell("/v1/stock/MUG/policy", policy, "PUT").status == 200
    assert (promised(shop), promised(shop, tier="vip"), stock(shop)["available"]) == ("7", "9", "7")
    of_members = shop.ask("/v1/stock/MUG/availability", connection_id="members").json()
    assert (of_members["available_to_promise"], of_members["tier"]) == ("9", "vip")
    assert reserve(shop, "a", 8).problem() == "stock_insufficient"
    assert reserve(shop, "a", 8, tier="vip").status == 201
    for bad in ({"safety": -1}, {"tiers": {"vip": "x"}}, {"tiers": {"": 1}}):
        refused = shop.tell("/v1/stock/MUG/policy", {"location_id": PLACE, **bad}, "PUT")
        assert (refused.status, refused.problem()) == (400, "body_invalid")


def test_what_is_on_its_way_is_shown_and_taken_back(shop: Hub) -> None:
    coming = {"location_id": PLACE, "reference": "PO-1", "quantity": "12.5", "expected_at": "2026-12-01T09:00:00+01:00"}
    assert shop.tell("/v1/stock/MUG/incoming", coming, "PUT").json()["locations"][0]["incoming"] == "12.5"
    (row,) = [row for row in shop.ask("/v1/stock/MUG/ledger").json()["locations"][PLACE] if row["of"] == "incoming"]
    assert (row["at"], row["by"], row["pieces"]) == ("2026-12-01T08:00:00.000Z", "PO-1", "12.5")
    shop.tell("/v1/stock/MUG/incoming", {**coming, "quantity": 0}, "PUT")
    assert stock(shop)["incoming"] == "0"
    assert shop.tell("/v1/stock/MUG/incoming", {**coming, "expected_at": "soon"}, "PUT").problem() == "body_invalid"


def test_a_kit_is_promised_and_reserved_by_its_components(shop: Hub) -> None:
    made = shop.tell("/v1/products/SET/kit", {"components": {"MUG": 2, "SCARF": 1}}, "PUT")
    assert (made.status, made.json()["components"]) == (200, {"MUG": "2", "SCARF": "1"})
    assert (promised(shop, "SET"), shop.ask("/v1/products/SET").json()["kit"]) == ("4", {"MUG": "2", "SCARF": "1"})
    assert reserve(shop, "k", 3, "SET").status == 201
    assert (stock(shop)["reserved"], stock(shop, "SCARF")["reserved"], promised(shop, "SET")) == ("6", "3", "1")
    assert reserve(shop, "l", 2, "SET").json()["lines"] == [{"sku": "SET", "wanted": "2", "available": "1"}]
    assert reserve(shop, "m", "0.5", "SET").problem() == "body_invalid"
    for parts in ({"SET": 1}, {"MUG": 0}):
        assert shop.tell("/v1/products/BOX/kit", {"components": parts}, "PUT").status in (400, 422)
    assert shop.tell("/v1/products/MUG/kit", {"components": {"SCARF": 1}}, "PUT").problem() == "kit_refused"
    assert shop.tell("/v1/products/SET/kit", {"components": {}}, "PUT").status == 200
    assert shop.ask("/v1/products/SET").status == 404


def shown(web: Any) -> dict[str, Decimal]:
    return {sku: pieces for (sku, _), pieces in web.stock().items() if sku in ("MUG", "SET")}


def test_a_kit_that_is_ordered_takes_its_components_and_is_pushed_with_them(shop: Hub) -> None:
    shop.tell("/v1/products/SET/kit", {"components": {"MUG": 2, "SCARF": 1}}, "PUT")
    web = shop.stand_ins["web"]
    for sku in ("MUG", "SET"):
        web.add_product(sku, sku.title(), "12.50", {905: 0})
    hear(shop)
    shop.push()
    assert shown(web) == {"MUG": 10, "SET": 4}
    web.place_order({"SET": 1}, 905)
    hear(shop)
    shop.push()
    hear(shop)
    assert (stock(shop)["reserved"], stock(shop, "SCARF")["reserved"]) == ("2", "1")
    assert shown(web) == {"MUG": 8, "SET": 3}


def test_what_was_sold_beyond_what_there_is_becomes_a_task(shop: Hub) -> None:
    web = shop.stand_ins["web"]
    web.add_product("SCARF", "Scarf", "20.00", {905: 9})
    first, last = (web.place_order({"SCARF": pieces}, 905) for pieces in (3, 2))
    hear(shop)
    names = [
        shop.ask("/v1/orders", connection_id="web", channel_order_id=str(each["id"])).json()["orders"][0]["order_id"]
        for each in (first, last)
    ]
    (task,) = shop.ask("/v1/tasks", type="shortage").json()["tasks"]
    assert task == {
        "type": "shortage",
        "sku": "SCARF",
        "location_id": PLACE,
        "quantity": "1",
        "orders": {max(names, key=lambda name: shop.ask(f"/v1/orders/{name}").json()["placed_at"]): "1"},
    }
    tasks = [shop.ask(f"/v1/orders/{name}").json()["tasks"] for name in names]
    assert sorted(len(each) for each in tasks) == [0, 1]
    assert stock(shop, "SCARF")["shortage"] == "1"
    count(shop, {"SCARF": 9})
    assert shop.ask("/v1/tasks").json()["tasks"] == []
    assert shop.ask("/v1/tasks", type="gossip").problem() == "query_invalid"
