"""What is asked of channels that do not call: when, from when on, and what a failure leaves."""

from typing import Any

import pytest

from functions.poll import PollError
from ops.standins.server import Request
from tests.functions.shops import Clock
from tests.hub import Hub
from tests.process import failing, throttled

ORDERS = "market/orders"


@pytest.fixture
def market(local_hub: Hub) -> Any:
    """A marketplace that has an offer and no orders yet."""
    made = local_hub.connect("mirakl", "market")
    made.orders.clear()
    made.add_offer("MUG", 10)
    return made


@pytest.fixture
def asked(market: Any, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What the marketplace was asked, in order."""
    noted: list[dict[str, str]] = []
    answer = market.answer

    def note(request: Request) -> Any:
        noted.append(dict(request.query))
        return answer(request)

    monkeypatch.setattr(market, "answer", note)
    return noted


def poll(hub: Hub, connection_id: str | None = None) -> Any:
    return hub.run("poll", {"connection_id": connection_id} if connection_id else {})


def counted(new: int, known: int) -> dict[str, int]:
    return {"new": new, "known": known}


@pytest.mark.moto
def test_every_order_of_the_list_enters_once_however_often_it_is_listed(local_hub: Hub, market: Any) -> None:
    for _ in range(2):
        market.place_order({"MUG": 1})
    assert poll(local_hub) == {"taken": {ORDERS: counted(2, 0)}, "failed": {}}
    assert poll(local_hub, "market")["taken"] == {ORDERS: counted(0, 2)}
    assert len(local_hub.items("Inbox")) == 2


def test_an_order_that_changed_is_another_document(local_hub: Hub, market: Any, clock: Clock) -> None:
    name = market.place_order({"MUG": 1})
    poll(local_hub)
    market.orders[name]["last_updated_date"] = "2030-01-01T00:00:00Z"
    assert poll(local_hub, "market")["taken"] == {ORDERS: counted(1, 0)}


def test_what_is_not_due_is_not_asked(local_hub: Hub, market: Any, asked: list[dict[str, str]], clock: Clock) -> None:
    clock.set("2026-11-22T12:00:00+00:00")
    assert poll(local_hub)["taken"] == {ORDERS: counted(0, 0)}
    clock.pass_by(seconds=299)
    assert poll(local_hub) == {"taken": {}, "failed": {}}
    assert len(asked) == 1
    clock.pass_by(seconds=1)
    assert poll(local_hub)["taken"] == {ORDERS: counted(0, 0)}


def test_a_connection_that_is_named_is_due_at_once_and_no_other_is(local_hub: Hub, market: Any, clock: Clock) -> None:
    local_hub.connect("mirakl", "other")
    poll(local_hub)
    assert poll(local_hub, "market")["taken"] == {ORDERS: counted(0, 0)}


def test_each_poll_goes_back_by_the_overlap_and_the_first_by_a_day(
    local_hub: Hub, asked: list[dict[str, str]], clock: Clock
) -> None:
    for moment in ("2026-11-22T12:00:00+00:00", "2026-11-22T12:10:00+00:00"):
        clock.set(moment)
        poll(local_hub)
    assert [each["start_update_date"] for each in asked] == ["2026-11-21T11:55:00.000Z", "2026-11-22T11:55:00.000Z"]


def test_what_is_to_be_reconciled_is_asked_at_once_from_then_on_and_once(
    local_hub: Hub, asked: list[dict[str, str]], clock: Clock
) -> None:
    clock.set("2026-11-22T12:00:00+00:00")
    poll(local_hub)
    clock.pass_by(seconds=10)
    said = {"since": "2026-11-01T09:00:00+01:00"}
    assert local_hub.tell("/v1/connections/market/reconcile", said).status == 202
    clock.pass_by(seconds=10)
    for _ in range(2):
        poll(local_hub)
    assert [each["start_update_date"] for each in asked[1:]] == ["2026-11-01T08:00:00.000Z"]


@pytest.mark.parametrize("mode", ["500", "429", "reset", "401"])
def test_a_channel_that_does_not_answer_stops_no_other_and_is_due_again(
    local_hub: Hub, market: Any, mode: Any, clock: Clock
) -> None:
    local_hub.connect("mirakl", "other")
    market.place_order({"MUG": 1})
    market.fail(mode)
    run = poll(local_hub)
    codes = {"429": "channel_rate_limited", "401": "channel_unauthorised"}
    assert run == {"taken": {"other/orders": counted(0, 0)}, "failed": {ORDERS: codes.get(mode, "channel_unavailable")}}
    assert poll(local_hub) == {"taken": {ORDERS: counted(1, 0)}, "failed": {}}


def test_a_connection_without_a_connector_stops_no_other(local_hub: Hub, market: Any) -> None:
    local_hub.register("nobody", "a-stray", {}, base_url="http://127.0.0.1:9")
    run = poll(local_hub)
    del local_hub.connections["a-stray"]
    local_hub.leave("a-stray")
    assert (run["taken"][ORDERS], run["failed"]) == (counted(0, 0), {"a-stray": "manifest_invalid"})


def test_a_paused_connection_is_not_asked_even_by_name(local_hub: Hub, asked: list[dict[str, str]]) -> None:
    local_hub.note("market", status="paused")
    assert poll(local_hub, "market") == {"taken": {}, "failed": {}}
    local_hub.note("market", status="active")
    assert asked == []


@pytest.mark.moto
def test_what_came_before_a_crash_between_two_pages_comes_again_and_is_known(
    local_hub: Hub, market: Any, asked: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.mirakl.client.PAGE", 2)
    for _ in range(5):
        market.place_order({"MUG": 1})
    answer = market.answer

    def die(request: Request) -> Any:
        return None if request.query["offset"] == "2" else answer(request)

    with monkeypatch.context() as broken:
        broken.setattr(market, "answer", die)
        assert poll(local_hub) == {"taken": {}, "failed": {ORDERS: "channel_unavailable"}}
    assert len(local_hub.items("Inbox")) == 2
    assert poll(local_hub)["taken"] == {ORDERS: counted(3, 2)}
    assert [each["offset"] for each in asked] == ["0", "0", "2", "4"]


def test_what_cannot_be_made_durable_fails_the_run_and_is_asked_again(local_hub: Hub, market: Any) -> None:
    market.place_order({"MUG": 1})
    with failing("dynamodb.PutItem", throttled), pytest.raises(PollError):
        poll(local_hub)
    assert local_hub.items("Inbox") == []
    assert poll(local_hub)["taken"][ORDERS] == counted(1, 0)
