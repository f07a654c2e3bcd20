"""A franchise on the real wiring: two tenants share their customers, and nothing else, and a third shares nothing."""

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from ops.hub import queues, tenants
from tests.e2e.retailer import PLACE, WEB_PLACE, Retailer, wait

POOL = {"locations": {str(WEB_PLACE): PLACE}, "sells_from": (PLACE,), "owns": (PLACE,), "default_location": PLACE}
OURS, THEIRS, STRANGER = "house-north", "house-south", "house-apart"
NORA = "nora.petit@example.com"


@pytest.fixture(scope="module")
def street(open_shop: Callable[[str], Retailer]) -> dict[str, Retailer]:
    """Two tenants of one group and a stranger, each with a web shop and a CRM."""
    shops = {tenant: open_shop(tenant) for tenant in (OURS, THEIRS, STRANGER)}
    for tenant in (OURS, THEIRS):
        tenants.share(shops[tenant].hub, tenant, "maison")
    for tenant, shop in shops.items():
        shop.connect("hubspot", f"{tenant}-crm")
        shop.connect("shopify", f"{tenant}-web", **POOL).add_product("GROUP-MUG", "Mug", "12.50", {WEB_PLACE: 9})
    return shops


def part(shop: Retailer, name: str) -> Any:
    return shop.stand_ins[f"{shop.tenant}-{name}"]


def hear(*shops: Retailer) -> None:
    """Let what the channels of these tenants said reach the hub, until everything rests."""
    for shop in shops:
        for connection_id, stand_in in shop.stand_ins.items():
            said, stand_in.deliveries.all = stand_in.deliveries.all, []
            for each in said:
                assert shop.send(connection_id, each.body, each.topic)[0] in (200, 202)
    for shop in shops:
        shop.rest()


def emails(shop: Retailer) -> set[str | None]:
    return {contact.get("email") for contact in part(shop, "crm").contacts().values()}


def goods(shop: Retailer) -> tuple[int, list[dict[str, Any]]]:
    """Give all that a tenant keeps of goods and orders, and how often its web shop was called."""
    kept = [item for item in shop.records() if item["pk"].split("#")[1] in ("STOCK", "ORDER")]
    return len(part(shop, "web").calls), kept


def erased(shops: Iterable[Retailer]) -> None:
    """Run what runs each minute until nobody waits for it."""
    shops = list(shops)
    asked = {"FunctionName": shops[0].hub.outputs["EraseFunction"], "Payload": b'{"indexed_seconds": 0, "days": 1}'}

    def done() -> bool:
        answer = shops[0].hub.clients("lambda").invoke(**asked)
        assert json.loads(answer["Payload"].read())["failed"] == 0
        return not [each for shop in shops for each in shop.api.get("/v1/privacy", status="open")["requests"]]

    wait(done, "every request for privacy is done")


def test_a_customer_of_one_is_told_to_the_other_and_to_nobody_else(street: dict[str, Retailer]) -> None:
    part(street[OURS], "crm").create_contact(email=NORA, firstname="Nora", lastname="Petit")
    hear(*street.values())
    assert NORA in emails(street[THEIRS])
    assert NORA not in emails(street[STRANGER])
    found = {tenant: shop.api.get("/v1/customers", email=NORA)["customers"] for tenant, shop in street.items()}
    assert found[OURS] == found[THEIRS]
    assert (len(found[OURS]), found[STRANGER]) == (1, [])


def test_stock_and_orders_stay_each_tenants_own(street: dict[str, Retailer]) -> None:
    buyer = {"id": 7007, "email": NORA, "first_name": "Nora", "last_name": "Petit"}
    others = [street[THEIRS], street[STRANGER]]
    before = [goods(shop) for shop in others]
    placed = part(street[OURS], "web").place_order({"GROUP-MUG": 2}, WEB_PLACE, customer=buyer, email=NORA)
    hear(*street.values())
    (customer,) = street[THEIRS].api.get("/v1/customers", email=NORA)["customers"]
    (order,) = street[OURS].api.get("/v1/orders", customer=customer["customer_id"])["orders"]
    assert order["channel_order_id"] == str(placed["id"])
    assert street[THEIRS].api.get("/v1/orders", customer=customer["customer_id"])["orders"] == []
    assert [goods(shop) for shop in others] == before
    (ours,) = street[OURS].api.get("/v1/stock/GROUP-MUG")["locations"]
    assert ours["reserved"] == "2"


def test_who_is_erased_at_one_is_forgotten_by_the_channels_of_both(street: dict[str, Retailer]) -> None:
    (customer,) = street[THEIRS].api.get("/v1/customers", email=NORA)["customers"]
    street[THEIRS].api.send(f"/v1/customers/{customer['customer_id']}/erase", {})
    erased(street.values())
    for tenant in (OURS, THEIRS):
        assert street[tenant].api.get("/v1/customers", email=NORA)["customers"] == []
        assert NORA not in emails(street[tenant])
        assert NORA not in json.dumps(street[tenant].records(), default=str)
    assert queues.dead(street[OURS].hub) == {}
