"""The list of events gives each one once, however many came in one millisecond or one hour."""

from datetime import UTC, datetime

import pytest

from functions import runtime
from records.store.inbox import Delivery
from tests.hub import Hub


def receive(count: int, at: str, name: str = "e") -> None:
    for number in range(count):
        taken = Delivery("acme", "shop", "orders/create", f"{name}{number}", b"{}", at)
        runtime.inbox().receive(taken, datetime.now(UTC).timestamp())


def now() -> str:
    return runtime.rfc3339(runtime.now())


def listed(hub: Hub, limit: int) -> list[str]:
    found: list[str] = []
    query: dict[str, str] = {}
    while True:
        page = hub.ask("/v1/events", limit=str(limit), **query).json()
        found += [each["event_id"] for each in page["events"]]
        if page["cursor"] is None:
            return found
        query = {"cursor": page["cursor"]}


@pytest.mark.parametrize("limit", [1, 7, 30, 200])
def test_events_of_one_millisecond_are_each_listed_once(local_hub: Hub, limit: int) -> None:
    receive(30, now())
    found = listed(local_hub, limit)
    assert len(found) == len(set(found)) == 30


def test_an_hour_of_many_events_is_listed_to_its_end_newest_first(
    local_hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = runtime.inbox()
    received = inbox.received
    monkeypatch.setattr(inbox, "received", lambda *names, after="": received(*names, after=after, limit=10))
    for moment in range(4):
        receive(8, f"{now()[:20]}{moment:03d}Z", f"{moment} ")
    found = listed(local_hub, 5)
    assert len(found) == len(set(found)) == 32


def test_what_lies_on_the_border_of_two_pages_is_swept_up_too(local_hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    local_hub.connect("shopify", "shop")
    inbox = runtime.inbox()
    received = inbox.received
    monkeypatch.setattr(inbox, "received", lambda *names, after="": received(*names, after=after, limit=3))
    receive(7, now(), "a")
    receive(7, now(), "b")
    assert local_hub.run("sweep", {"quiet_seconds": -1})["announced_again"] == 14
