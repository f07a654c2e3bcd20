"""A channel is sent a difference and nothing else, by one at a time; what it does not take comes again or is seen."""

import json
from typing import Any

import pytest

from functions import runtime
from functions.batches import LaterError
from functions.delivery.lease import Lease
from records.desired import Wanted
from records.store import keys
from records.store.actions import Update
from tests.functions.shops import PLACE, POOL, till, web_shop
from tests.hub import Hub
from tests.process import calls_of, failing, throttled

FOR_EVER = "2999-01-01T00:00:00.000Z"
STOCK = f"web stock MUG@{PLACE}"


@pytest.fixture
def shop(fresh_hub: Hub) -> Hub:
    """A web shop and a marketplace that sell what a till counts, and show another number than lies there."""
    web, counts, market = web_shop(fresh_hub), till(fresh_hub), fresh_hub.connect("mirakl", "market", **POOL)
    item = web.add_product("MUG", "Mug", "12.50", {905: 3})
    counts.add_item("MUG", "Mug", 1250, {"LILLE1": 10})
    market.add_offer("MUG", 3)
    fresh_hub.note("web", aliases={str(item): "MUG"})
    counts.tell_counts(counts.places())
    assert fresh_hub.send("till", counts.deliveries.all[-1].body).status == 202
    assert fresh_hub.normalise() == []
    return fresh_hub


def change(hub: Hub) -> dict[str, Any]:
    """Give the newest change of stock as the bus carries it."""
    return next(each for each in hub.messages() if each["type"] == "StockModified")


def deliver(hub: Hub, connection_id: str = "web", attempt: int = 1, **other: Any) -> list[Any]:
    """Bring it to a connection's queue, perhaps with something else in it; gives what push gave back."""
    message = change(hub)
    message["detail"] |= other
    return list(hub.deliver("push", f"tributary-connection-{connection_id}", message, attempt))


def pushes(hub: Hub) -> list[tuple[str, str]]:
    """Say how each push of the change ended."""
    trace = hub.event(change(hub)["detail"]["cause"])
    return [(each["push"], each["outcome"]) for each in trace["pushes"]]


def shown(hub: Hub) -> set[int]:
    return {int(each) for each in hub.stand_ins["web"].stock().values()}


@pytest.mark.moto
def test_what_a_channel_shows_already_is_not_sent_again(shop: Hub) -> None:
    web = shop.stand_ins["web"]
    assert deliver(shop) == []
    assert shown(shop) == {10}
    calls = len(web.calls)
    assert deliver(shop) == []
    assert len(web.calls) == calls
    assert pushes(shop) == [(STOCK, "succeeded")]


def test_a_late_message_shows_the_stock_of_now(shop: Hub) -> None:
    """State is pushed, not what changed: an old message is as good as a new one."""
    late = change(shop)
    policy = {"location_id": PLACE, "safety": 4}
    assert shop.tell("/v1/stock/MUG/policy", policy, "PUT").status == 200
    assert shop.deliver("push", "tributary-connection-web", late) == []
    assert shown(shop) == {6}


@pytest.mark.moto
@pytest.mark.parametrize("mode", ["500", "reset"])
def test_a_channel_that_is_away_is_told_later(shop: Hub, mode: Any) -> None:
    shop.stand_ins["web"].fail(mode)
    with calls_of("sqs.ChangeMessageVisibility") as later:
        assert len(deliver(shop, attempt=3)) == 1
    assert 4 <= later[0]["VisibilityTimeout"] <= 8
    assert pushes(shop) == [(STOCK, "waiting")]
    assert deliver(shop) == []
    assert shown(shop) == {10}
    assert pushes(shop) == [(STOCK, "succeeded")]


def test_a_channel_that_is_away_when_its_id_is_asked_for_is_asked_again(shop: Hub) -> None:
    shop.note("web", aliases={})
    shop.stand_ins["web"].fail("500")
    assert len(deliver(shop)) == 1
    assert deliver(shop) == []
    assert shown(shop) == {10}


def test_an_answer_that_was_lost_is_asked_for_again_under_the_same_key(shop: Hub) -> None:
    web = shop.stand_ins["web"]
    deliver(shop)
    shop.tell("/v1/stock/MUG/policy", {"location_id": PLACE, "safety": 4}, "PUT")
    web.fail("lost")
    assert len(deliver(shop)) == 1
    assert deliver(shop) == []
    sent = [each.idempotency_key for each in web.calls if each.idempotency_key is not None]
    assert (sent[-1], shown(shop)) == (sent[-2], {6})


def test_a_channel_that_asks_us_to_wait_is_told_when_it_said(shop: Hub) -> None:
    market = shop.stand_ins["market"]
    market.retry_after = "77"
    market.fail("429", path="imports")
    with calls_of("sqs.ChangeMessageVisibility") as later:
        assert len(deliver(shop, "market")) == 1
    assert [each["VisibilityTimeout"] for each in later] == [77]
    assert pushes(shop) == [("market stock MUG", "waiting")]
    assert deliver(shop, "market") == []
    assert pushes(shop) == [("market stock MUG", "succeeded")]


@pytest.mark.moto
def test_what_a_channel_refuses_for_good_is_a_failed_push_that_people_see(shop: Hub) -> None:
    shop.stand_ins["web"].fail("401")
    assert deliver(shop) == []
    assert shown(shop) == {3}
    (failed,) = shop.ask("/v1/quarantine").json()["pushes"]
    assert (failed["id"], failed["code"], failed["connection_id"]) == (STOCK, "channel_unauthorised", "web")
    assert "PushFailed" in {each["type"] for each in shop.messages()}
    assert deliver(shop) == []
    assert (shown(shop), shop.ask("/v1/quarantine").json()["pushes"]) == ({10}, [])


def test_a_sku_that_a_channel_does_not_list_is_skipped(shop: Hub) -> None:
    shop.stand_ins["market"].offers.clear()
    assert deliver(shop, "market") == []
    assert pushes(shop) == [("market stock MUG", "skipped")]


@pytest.mark.parametrize(
    "other",
    [{"tenant": "main"}, {"tenant": "group:maison", "member": "acme"}, {"record": "rumour"}],
    ids=["another tenant", "a group it is not of", "an unknown kind of record"],
)
def test_an_event_that_is_not_for_the_connection_ends_there(shop: Hub, other: dict[str, str]) -> None:
    before, calls = shop.items("Records"), len(shop.stand_ins["web"].calls)
    assert deliver(shop, **other) == []
    assert (shop.items("Records"), len(shop.stand_ins["web"].calls)) == (before, calls)


def test_the_messages_of_a_connection_that_is_gone_end_there(shop: Hub) -> None:
    shop.leave("web")
    assert deliver(shop) == []
    assert shown(shop) == {3}


def test_a_message_that_is_none_is_given_back_and_stops_no_other(shop: Hub) -> None:
    given_back = shop.deliver_all("push", "tributary-connection-web", ["{", change(shop), {"detail": {}}])
    assert given_back == [0, 2]
    assert shown(shop) == {10}


def test_what_cannot_be_read_now_comes_again(shop: Hub) -> None:
    message = change(shop)
    with failing("dynamodb.Query", throttled):
        assert len(shop.deliver("push", "tributary-connection-web", message)) == 1
    assert shop.deliver("push", "tributary-connection-web", message) == []
    assert shown(shop) == {10}


def test_who_finds_another_push_under_way_comes_again_later(shop: Hub) -> None:
    """Two pushes of one thing would overtake each other, and the older number would stay."""
    lease = keys.shown("acme", "web", f"stock MUG@{PLACE}")
    runtime.records().write([Update(lease, put={"lease": FOR_EVER})])
    calls = len(shop.stand_ins["web"].calls)
    assert len(deliver(shop)) == 1
    assert len(shop.stand_ins["web"].calls) == calls
    runtime.records().write([Update(lease, remove=("lease",))])
    assert deliver(shop) == []


def test_a_lease_is_held_by_one(shop: Hub) -> None:
    """The one who looked before the other took it finds out when taking it."""
    wanted = Wanted("stock", f"MUG@{PLACE}", "10", {"sku": "MUG"}, PLACE)
    first, second = (Lease(shop.connections["web"], wanted, 1) for _ in range(2))
    assert first.peek() == second.peek()
    with first, pytest.raises(LaterError), second:
        pass


def test_a_customer_is_sent_once_and_what_the_channel_refuses_is_seen(shop: Hub) -> None:
    crm = shop.connect("hubspot", "crm")
    about = {"id": 77, "email": "ada@example.com", "first_name": "Ada", "created_at": "2026-11-22T10:00:00Z"}
    assert shop.send("web", json.dumps(about).encode(), "customers/create").status == 202
    assert shop.normalise() == []
    (message,) = [each for each in shop.messages() if each["type"] == "CustomerCreated"]
    crm.fail("200_error", path="batch")
    assert shop.deliver("push", "tributary-connection-crm", message) == []
    (failed,) = shop.ask("/v1/quarantine").json()["pushes"]
    assert failed["code"] == "channel_rejected"
    assert "ada" not in failed["why"].casefold()
    for _ in range(2):
        assert shop.deliver("push", "tributary-connection-crm", message) == []
    assert [each["email"] for each in crm.contacts().values()] == ["ada@example.com"]
    assert shop.ask("/v1/quarantine").json()["pushes"] == []
