"""Lists that are longer than a page: each of them gives everything once, newest first, and then ends."""

from collections.abc import Iterator
from typing import Any

import pytest

from functions import indexes, runtime
from records.store import keys
from records.store.actions import Put
from tests.hub import Hub

MINUTE = "2026-11-22T09:00:{:02d}.000Z"


@pytest.fixture
def short(local_hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """A hub whose pages hold two."""
    monkeypatch.setattr(indexes.page, "__defaults__", (None, 2))
    return local_hub


def pages(hub: Hub, path: str, **asked: str) -> Iterator[dict[str, Any]]:
    page = hub.ask(path, **asked).json()
    yield page
    while page["cursor"] is not None:
        page = hub.ask(path, cursor=page["cursor"], **asked).json()
        yield page


def keep(hub: Hub, number: int, status: str, **said: str) -> None:
    """Put something on the list of what waits for a person."""
    pk, sk = keys.applied("acme", f"{status}{number}")
    about = {"at": MINUTE.format(number), "status_key": f"acme#{status}", "cause": f"{status}{number}"}
    runtime.records().write([Put({"pk": pk, "sk": sk, "connection_id": "web", "code": "c", **about, **said})])


@pytest.mark.parametrize(("events", "pushes"), [(5, 2), (0, 5), (4, 4), (2, 0), (0, 0)])
def test_two_lists_are_read_to_the_end_of_the_longer(short: Hub, events: int, pushes: int) -> None:
    for number in range(events):
        keep(short, number, "quarantined", reason="r", pointer="")
    for number in range(pushes):
        keep(short, number, "failed", id="p", why="w")
    read = list(pages(short, "/v1/quarantine"))
    assert [each["cause"] for page in read for each in page["events"]] == [
        f"quarantined{number}" for number in reversed(range(events))
    ]
    assert [each["cause"] for page in read for each in page["pushes"]] == [
        f"failed{number}" for number in reversed(range(pushes))
    ]
    assert max(len(page["events"]) + len(page["pushes"]) for page in read) <= 4


def test_what_leaves_a_list_between_two_pages_hides_nothing(short: Hub) -> None:
    for number in range(6):
        keep(short, number, "quarantined", reason="r", pointer="")
    first = short.ask("/v1/quarantine").json()
    for number in (5, 4, 3):  # the page that was read, and one that was not
        keep(short, number, "mended", cause="")
        pk, sk = keys.applied("acme", f"quarantined{number}")
        runtime.records().write([Put({"pk": pk, "sk": sk})])
    second = short.ask("/v1/quarantine", cursor=first["cursor"]).json()
    assert [each["cause"] for each in second["events"]] == ["quarantined2", "quarantined1"]


def test_a_customer_with_many_orders_sees_each_once(local_hub: Hub) -> None:
    local_hub.connect("shopify", "web", locations={"905": "lille"}, sells_from=("lille",), default_location="lille")
    web = local_hub.stand_ins["web"]
    web.add_product("MUG", "Mug", "12.50", {905: 9})
    buyer = {"id": 7001, "email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace"}
    placed = [str(web.place_order({"MUG": 1}, 905, customer=buyer)["id"]) for _ in range(5)]
    for each in web.deliveries.all:
        assert local_hub.send("web", each.body, each.topic).status in (200, 202)
    local_hub.normalise()
    first = local_hub.ask("/v1/orders", connection_id="web", channel_order_id=placed[0]).json()
    assert first["cursor"] is None
    read = list(pages(local_hub, "/v1/orders", customer=first["orders"][0]["customer_id"], limit="2"))
    assert [len(page["orders"]) for page in read] == [2, 2, 1]
    assert {each["channel_order_id"] for page in read for each in page["orders"]} == set(placed)
    times = [each["placed_at"] for page in read for each in page["orders"]]
    assert times == sorted(times, reverse=True)
