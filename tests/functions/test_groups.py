"""Tenants that share their customers, over the real functions: whose orders, events and pushes each of them sees."""

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.errors import ManifestError
from functions import runtime
from ops.hub import deploy, tenants
from tests.hub import Hub
from tests.neighbours import OURS, THEIRS, TOKENS, Shop, rows

GROUP = "group:maison"
PEOPLE = ("ada", "camille.moreau")


def deployed(hub: Hub) -> deploy.Hub:
    """Give the hub as whoever runs it sees it."""
    return deploy.Hub("tributary", "", "", {"ConnectionsTable": "Connections"}, hub.client)


@pytest.fixture(scope="module")
def house(memory_world: Hub) -> Iterator[dict[str, Shop]]:
    """Two tenants of one group, who both know the same person."""
    shops = {tenant: Shop(memory_world, tenant, GROUP) for tenant in (OURS, THEIRS)}
    for tenant, shop in shops.items():
        tenants.share(deployed(memory_world), tenant, "maison")
        assert tenants.settle(deployed(memory_world), tenant) == GROUP
        shop.open()
    memory_world.forget()
    for shop in shops.values():
        shop.trade()
    return shops


def the_customer(shop: Shop, **query: str) -> Any:
    (found,) = shop.ask("/v1/customers", **query)["customers"]
    return found


def test_both_find_one_customer_with_what_both_know(house: dict[str, Shop]) -> None:
    ours, theirs = (the_customer(house[tenant], email="ada@example.com") for tenant in (OURS, THEIRS))
    assert ours == theirs
    assert len(ours["accounts"]) >= 2
    assert {name.partition("/")[0] for name in ours["links"]} >= {"crm-of-acme", "crm-of-main"}


def test_each_sees_its_own_orders_of_a_shared_customer(house: dict[str, Shop]) -> None:
    buyer = the_customer(house[OURS], email="camille.moreau@example.com")["customer_id"]
    listed = {tenant: shop.ask("/v1/orders", customer=buyer)["orders"] for tenant, shop in house.items()}
    assert {t: [each["connection_id"] for each in found] for t, found in listed.items()} == {
        OURS: ["web-of-acme"],
        THEIRS: ["web-of-main"],
    }
    for tenant, other in ((OURS, THEIRS), (THEIRS, OURS)):
        happened = house[tenant].ask(f"/v1/customers/{buyer}/timeline")["timeline"]
        assert {each["connection_id"] for each in happened if "order_id" in each} == {f"web-of-{tenant}"}
        foreign = listed[other][0]["order_id"]
        assert foreign not in str(happened)
        assert house[tenant].hub.ask(f"/v1/orders/{foreign}", TOKENS[tenant]).problem() == "not_found"


def test_a_channel_of_each_hears_of_a_shared_customer_and_of_nothing_else(house: dict[str, Shop]) -> None:
    contact = house[OURS].crm.create_contact(email="new@example.com", firstname="Nora", lastname="New")
    assert contact
    house[OURS].hub.settle()
    assert "new@example.com" in str(house[THEIRS].crm.contacts())
    house[OURS].web.place_order({"MUG": 2}, 905)
    house[OURS].hub.settle()
    (ours,), (theirs,) = (house[tenant].ask("/v1/stock/MUG")["locations"] for tenant in (OURS, THEIRS))
    assert int(theirs["available"]) - int(ours["available"]) == 2


def test_what_another_did_has_a_cause_of_our_own(house: dict[str, Shop]) -> None:
    hub = house[OURS].hub
    ours, theirs = (
        {item["event_id"]["S"] for item in rows(hub, tenant, ("Inbox",)).values()} for tenant in (OURS, THEIRS)
    )
    assert ours
    assert theirs
    assert not [name for name in ours if name in str(rows(hub, THEIRS))]
    assert not [name for name in theirs if name in str(rows(hub, OURS))]
    heard = [name for name in rows(hub, THEIRS, ("Records",)) if "PUSH#crm-of-main#customer" in name]
    caused = [name for name in heard if not any(event in name for event in theirs)]
    assert caused, "the neighbour's change was told to our channel, under a cause of ours"
    for name in ours:
        trace = hub.ask(f"/v1/events/{name}", TOKENS[OURS])
        assert "of-main" not in trace.body
        assert hub.ask(f"/v1/events/{name}", TOKENS[THEIRS]).problem() == "not_found"


def test_the_bus_says_whose_a_customer_is_and_nothing_of_the_person(house: dict[str, Shop]) -> None:
    told = [each["detail"] for each in house[OURS].hub.messages()]
    shared = [each for each in told if each["tenant"] == GROUP]
    assert shared
    assert {each["record"] for each in shared} == {"customer"}
    assert {each["member"] for each in shared} <= {OURS, THEIRS}
    assert not [each for each in told if each["record"] == "customer" and each["tenant"] != GROUP]


def test_what_one_decides_of_a_shared_customer_holds_for_both(house: dict[str, Shop]) -> None:
    ada = the_customer(house[OURS], email="ada@example.com")["customer_id"]
    camille = the_customer(house[OURS], email="camille.moreau@example.com")["customer_id"]
    house[OURS].tell(f"/v1/customers/{ada}/merge", {"customer_id": camille})
    one = the_customer(house[THEIRS], email="ada@example.com")
    assert one == the_customer(house[THEIRS], email="camille.moreau@example.com")
    (gone,) = {ada, camille} - {one["customer_id"]}
    house[THEIRS].tell(f"/v1/customers/{one['customer_id']}/unmerge", {"customer_id": gone})
    assert {the_customer(house[OURS], email=f"{each}@example.com")["customer_id"] for each in PEOPLE} == {ada, camille}
    house[OURS].tell("/v1/shared-values", {"phone": "+33320000009"})
    assert "+33320000009" in str(house[THEIRS].ask("/v1/shared-values"))


def test_a_customer_is_erased_at_every_tenant_of_the_group(house: dict[str, Shop]) -> None:
    hub = house[OURS].hub
    camille = the_customer(house[OURS], email="camille.moreau@example.com")["customer_id"]
    asked = house[OURS].tell(f"/v1/customers/{camille}/erase", {})
    hub.run("erase", {"indexed_seconds": 0})
    for tenant, shop in house.items():
        assert shop.ask("/v1/customers", email="camille.moreau@example.com") == {"customers": []}
        number = str(shop.order["id"])
        (order,) = shop.ask("/v1/orders", connection_id=f"web-of-{tenant}", channel_order_id=number)["orders"]
        assert order["customer_id"] is None
        assert "camille" not in str(order).casefold()
        for item in runtime.inbox().read(tenant, sorted(events_of(hub, tenant))).values():
            assert b"camille.moreau" not in item["body"]
    requests = {tenant: shop.ask("/v1/privacy", status="open")["requests"] for tenant, shop in house.items()}
    requests = {
        tenant: found or house[tenant].ask("/v1/privacy", status="done")["requests"]
        for tenant, found in requests.items()
    }
    assert [each["erasure_id"] for each in requests[OURS]] == [asked["erasure_id"]]
    (theirs,) = requests[THEIRS]
    assert theirs["connection_id"] == GROUP
    assert "acme" not in str(theirs)
    assert hub.ask(f"/v1/erasures/{asked['erasure_id']}", TOKENS[THEIRS]).problem() == "not_found"


def events_of(hub: Hub, tenant: str) -> set[str]:
    return {item["event_id"]["S"] for item in rows(hub, tenant, ("Inbox",)).values()}


def test_a_policy_is_settled_by_the_first_connection_and_refused_after_it(memory_world: Hub) -> None:
    hub = deployed(memory_world)
    assert tenants.share(hub, "new", "maison") == {"tenant": "new", "group": "maison", "settled": False}
    assert tenants.share(hub, "new", "other")["group"] == "other"
    assert tenants.keep(hub, "new")["group"] is None
    assert tenants.settle(hub, "new") == ""
    with pytest.raises(ManifestError, match="before its first connection"):
        tenants.share(hub, "new", "maison")
    assert tenants.keep(hub, "new") == {"tenant": "new", "group": None, "settled": True}
    assert tenants.settle(hub, "new") == ""


def test_a_tenant_from_before_there_were_policies_keeps_its_customers(memory_world: Hub) -> None:
    memory_world.register("shopify", "older", {}, tenant="old", base_url="http://127.0.0.1:9")
    with pytest.raises(ManifestError, match="old has connections"):
        tenants.share(deployed(memory_world), "old", "maison")
    assert {"tenant": "old", "group": None, "settled": True} in tenants.policies(deployed(memory_world))
    assert tenants.settle(deployed(memory_world), "old") == ""


@pytest.mark.parametrize(("tenant", "group"), [("a#b", "maison"), ("a", "m#"), ("", "maison"), ("a", "group:x")])
def test_a_policy_of_what_is_no_name_is_refused(memory_world: Hub, tenant: str, group: str) -> None:
    with pytest.raises(ManifestError, match="is called by small letters"):
        tenants.share(deployed(memory_world), tenant, group)
