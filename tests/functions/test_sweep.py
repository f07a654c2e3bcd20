"""What is announced a second time, and what is not; when reservations end."""

import json
from typing import Any

import pytest

from tests.functions.shops import PLACE, Clock, till, web_shop
from tests.hub import Hub
from tests.process import calls_of, failing, throttled

ORDER = b'{"id": 1, "created_at": "2026-11-22T10:00:00Z"}'


@pytest.fixture
def shop(local_hub: Hub) -> Hub:
    """A web shop of each of two tenants."""
    web_shop(local_hub)
    web_shop(local_hub, "theirs", tenant="main")
    return local_hub


def received(hub: Hub, connection_id: str = "web", body: bytes = ORDER) -> str:
    """Let a webhook come in; gives its event."""
    answer = hub.send(connection_id, body, "orders/create")
    assert answer.status == 202
    return str(answer.json()["event_id"])


def sweep(hub: Hub, **said: Any) -> tuple[int, list[Any]]:
    """Sweep; gives how much was announced again, and the details that were."""
    with calls_of("events.PutEvents") as calls:
        run = hub.run("sweep", said)
    return run["announced_again"], [json.loads(entry["Detail"]) for call in calls for entry in call["Entries"]]


@pytest.mark.moto
def test_what_nobody_took_up_is_announced_again_under_the_same_id(shop: Hub, clock: Clock) -> None:
    event_id = received(shop)
    (first,) = [each["detail"] for each in shop.messages()]
    clock.pass_by(minutes=3)
    assert sweep(shop) == (1, [first])
    assert (first["subject"], first["type"]) == (event_id, "PayloadReceived")


def test_it_is_announced_until_it_is_taken_up(shop: Hub, clock: Clock) -> None:
    event_id = received(shop)
    clock.pass_by(minutes=3)
    _, (said,) = sweep(shop)
    assert sweep(shop) == (1, [said])
    assert shop.deliver("normalise", "tributary-normalise", {"detail": said}) == []
    assert shop.event(event_id)["outcome"] != "received"
    assert sweep(shop) == (0, [])


@pytest.mark.parametrize("body", [ORDER, b"{"], ids=["applied", "quarantined"])
def test_what_was_taken_up_is_left_alone_whatever_came_of_it(shop: Hub, clock: Clock, body: bytes) -> None:
    received(shop, body=body)
    assert shop.normalise() == []
    clock.pass_by(minutes=3)
    assert sweep(shop) == (0, [])


def test_what_came_a_moment_ago_may_still_be_on_its_way(shop: Hub, clock: Clock) -> None:
    clock.set("2026-11-22T12:00:00+00:00")
    received(shop)
    clock.pass_by(seconds=119)
    assert sweep(shop)[0] == 0
    assert sweep(shop, quiet_seconds=0)[0] == 1
    clock.pass_by(seconds=1)
    assert sweep(shop)[0] == 1


def test_what_is_older_than_a_day_is_left_to_a_person(shop: Hub, clock: Clock) -> None:
    clock.set("2026-11-22T12:30:00+00:00")
    received(shop)
    clock.pass_by(hours=24)
    assert sweep(shop)[0] == 1
    clock.pass_by(hours=1)
    assert sweep(shop)[0] == 0


def test_each_tenants_events_are_announced_as_its_own(shop: Hub, clock: Clock) -> None:
    sent = {("acme", received(shop)), ("main", received(shop, "theirs"))}
    clock.pass_by(minutes=3)
    count, said = sweep(shop)
    assert (count, {(each["tenant"], each["subject"]) for each in said}) == (2, sent)


def test_what_the_bus_refuses_is_announced_by_the_next_run(shop: Hub, clock: Clock) -> None:
    for number in range(11):
        received(shop, body=json.dumps({"id": number}).encode())
    clock.pass_by(minutes=3)
    with failing("events.PutEvents", throttled), pytest.raises(Exception, match="Throttling"):
        shop.run("sweep", {})
    count, said = sweep(shop)
    assert (count, len({each["id"] for each in said})) == (11, 11)


def test_a_reservation_is_ended_when_its_time_is_over_and_the_rest_is_left_to_the_other_run(
    shop: Hub, clock: Clock
) -> None:
    counts = till(shop)
    counts.tell_counts([(counts.add_item("MUG", "Mug", 1250, {"LILLE1": 3}), "LILLE1")])
    shop.hear()
    shop.normalise()
    shop.normalise()
    received(shop)
    wish = {"connection_id": "web", "lines": [{"sku": "MUG", "quantity": 1}], "expires_in": 600}
    made = shop.tell("/v1/reservations", wish, Idempotency_Key="k").json()
    clock.pass_by(seconds=599)
    assert shop.run("sweep", {"only": "reservations"}) == {"reservations_ended": 0}
    clock.pass_by(seconds=2)
    assert shop.run("sweep", {"only": "reservations"}) == {"reservations_ended": 1}
    assert shop.ask(f"/v1/reservations/{made['reservation_id']}").json()["status"] == "expired"
    (place,) = shop.ask("/v1/stock/MUG").json()["locations"]
    assert (place["location_id"], place["reserved"], place["available"]) == (PLACE, "0", "3")
    assert shop.run("sweep", {}) == {"announced_again": 1, "reservations_ended": 0}
