"""Replays over HTTP: what is done again, by which mapping, what stays, and how a page leads to the next."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.signatures import sign
from functions import cursors, runtime
from functions.inbound import replay as replaying
from records.store.inbox import Delivery
from tests import corner
from tests.hub import Hub

SHOP = "corner-shop"
BETTER = corner.ORDER.replace("label: {from: number, as: text}", "label: {from: id, as: text}")
STRICT = corner.ORDER.replace(", default: unknown}", "}")
AGO = "2020-01-01T00:00:00Z"


@pytest.fixture
def shop(fresh_hub: Hub) -> Hub:
    """A shop of a connector that can be given another mapping."""
    corner.register()
    held = {"signing_key": "sign", "api_key": "key"}
    fresh_hub.register("corner", SHOP, held, base_url="http://127.0.0.1:9", default_location="lille")
    return fresh_hub


def map_better() -> str:
    return corner.register(order=BETTER, label="7001")


def receive(hub: Hub, topic: str = "order.placed", delivery: str = "1", **said: Any) -> str:
    body = json.dumps({**(corner.PLACED if topic == "order.placed" else {}), **said}).encode()
    made = sign("hub-256", method="POST", url="", body=body, secret="sign", now=runtime.now().timestamp())
    made |= {"Content-Type": "application/json", "X-Corner-Topic": topic, "X-Corner-Delivery": delivery}
    sent = hub.http("receive", "POST", "/webhooks/{connection_id}", body, made, connection_id=SHOP)
    assert sent.status in (200, 202), sent.body
    return str(sent.json()["event_id"])


def replay(hub: Hub, event_id: str, **said: Any) -> Any:
    answer = hub.tell(f"/v1/events/{event_id}/replay", said)
    assert hub.replay() == []
    return {"status": answer.status, **answer.json()}


def label(hub: Hub) -> str:
    (order,) = hub.ask("/v1/orders", connection_id=SHOP, channel_order_id="7001").json()["orders"]
    return f"{order['label']} v{order['version']}"


def versions(hub: Hub) -> dict[str, Any]:
    return {item["pk"]["S"] + item["sk"]["S"]: item for item in hub.items("Records")}


def test_an_applied_event_is_not_done_again_by_the_same_mapping(shop: Hub) -> None:
    event_id = receive(shop)
    shop.normalise()
    before = versions(shop)
    answer = replay(shop, event_id)
    assert (answer["status"], answer["will"], answer["sent"]) == (200, "nothing", False)
    assert versions(shop) == before


def test_an_applied_event_is_mapped_again_by_a_newer_mapping_once(shop: Hub) -> None:
    event_id = receive(shop)
    shop.normalise()
    newer = map_better()
    answer = replay(shop, event_id)
    assert (answer["status"], answer["will"], answer["connector"], answer["sent"]) == (202, "remap", newer, True)
    assert label(shop) == "7001 v2"
    trace = shop.event(event_id)
    assert (trace["connector"], trace["outcome"]) == (newer, "applied")
    before = versions(shop)
    assert replay(shop, event_id)["will"] == "nothing"
    assert versions(shop) == before


def test_mapped_as_then_nothing_changes_whatever_the_mapping_is_now(shop: Hub) -> None:
    event_id = receive(shop)
    shop.normalise()
    map_better()
    assert replay(shop, event_id, map="then")["will"] == "nothing"
    assert label(shop) == "C-7001 v1"


def test_a_message_that_comes_twice_maps_again_once(shop: Hub) -> None:
    event_id = receive(shop)
    shop.normalise()
    map_better()
    for _ in range(2):
        shop.tell(f"/v1/events/{event_id}/replay", {})
    assert shop.replay() == []
    assert label(shop) == "7001 v2"


def test_a_quarantined_event_is_applied_after_the_mapping_was_mended(shop: Hub) -> None:
    corner.register(order=STRICT)
    event_id = receive(shop, state="odd")
    shop.normalise()
    assert shop.event(event_id)["outcome"] == "quarantined"
    rehearsed = shop.tell(f"/v1/events/{event_id}/replay", {"dry_run": True}).json()
    assert (rehearsed["will"], rehearsed["code"], rehearsed["sent"]) == ("apply", "mapping_failed", False)
    assert replay(shop, event_id)["status"] == 202
    assert shop.event(event_id)["outcome"] == "quarantined"
    corner.register()
    assert replay(shop, event_id, map="then")["status"] == 202
    assert shop.event(event_id)["outcome"] == "quarantined"
    assert shop.tell(f"/v1/events/{event_id}/replay", {"dry_run": True}).json()["facts"] == 1
    replay(shop, event_id)
    assert shop.event(event_id)["outcome"] == "applied"


def test_what_is_quarantined_is_applied_once_its_sku_is_known(shop: Hub) -> None:
    counted = {name: value for name, value in corner.COUNTED.items() if name != "sku"}
    event_id = receive(shop, "stock.changed", **counted)
    shop.normalise()
    assert shop.event(event_id)["code"] == "sku_unknown"
    shop.note(SHOP, aliases={"31": "MUG-BLUE"})
    (listed,) = shop.tell("/v1/replays", {"outcome": "quarantined", "dry_run": True}).json()["events"]
    assert (listed["event_id"], listed["will"], listed["facts"]) == (event_id, "apply", 1)
    assert shop.replay() == []
    assert shop.event(event_id)["outcome"] == "quarantined"
    answer = shop.tell("/v1/replays", {"outcome": "quarantined", "connection_id": SHOP})
    assert (answer.status, answer.json()["sent"]) == (202, 1)
    assert shop.replay() == []
    assert shop.event(event_id)["outcome"] == "applied"
    assert shop.tell("/v1/replays", {"outcome": "quarantined"}).json()["events"] == []


def test_a_newer_mapping_that_fails_leaves_what_the_older_made(shop: Hub) -> None:
    event_id = receive(shop, state="odd")
    shop.normalise()
    before = versions(shop)
    corner.register(order=STRICT)
    rehearsed = shop.tell(f"/v1/events/{event_id}/replay", {"dry_run": True}).json()
    assert (rehearsed["will"], rehearsed["code"]) == ("remap", "mapping_failed")
    assert replay(shop, event_id)["status"] == 202
    assert versions(shop) == before


def test_an_event_that_nobody_took_up_is_applied(shop: Hub) -> None:
    event_id = receive(shop)
    assert replay(shop, event_id)["will"] == "apply"
    assert label(shop) == "C-7001 v1"


def test_a_thin_event_is_mapped_again_without_a_call_to_its_channel(shop: Hub) -> None:
    """Its channel is away: a call would bring the message back."""
    body = json.dumps({"order_id": 7001}).encode()
    taken = Delivery("acme", SHOP, "order.hinted", "thin", body, runtime.rfc3339(runtime.now()))
    event_id = runtime.inbox().receive(taken, datetime.now(UTC).timestamp()).event_id
    shop.tell(f"/v1/events/{event_id}/replay", {})
    assert len(shop.replay()) == 1


def test_events_of_a_connection_that_is_gone_or_anothers_now_are_left_alone(shop: Hub) -> None:
    event_id = receive(shop)
    shop.normalise()
    map_better()
    shop.note(SHOP, tenant="main")
    answer = replay(shop, event_id)
    assert (answer["will"], answer["why"]) == ("nothing", "its connection is not registered")
    message = replaying._message("acme", {"event_id": event_id, "connection_id": SHOP}, "now")
    assert shop.deliver("normalise", "tributary-replay", message) == []
    assert shop.event(event_id)["outcome"] == "applied"


def test_another_tenants_event_is_not_there(shop: Hub) -> None:
    event_id = receive(shop)
    answer = shop.tell(f"/v1/events/{event_id}/replay", {}, token="token-of-main")
    assert (answer.status, answer.problem()) == (404, "not_found")
    listed = shop.tell("/v1/replays", {"since": AGO, "dry_run": True}, token="token-of-main")
    assert listed.json()["events"] == []


def many(hub: Hub, count: int, ago: timedelta = timedelta()) -> list[str]:
    moment = runtime.now() - ago
    made = []
    for number in range(count):
        taken = Delivery("acme", SHOP, "order.placed", f"{ago} {number}", b"{", runtime.rfc3339(moment))
        made.append(runtime.inbox().receive(taken, moment.timestamp()).event_id)
    return made


def pages(hub: Hub, **said: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for _ in range(40):
        page = hub.tell("/v1/replays", {"dry_run": True, **said}).json()
        found += page["events"]
        if page["cursor"] is None:
            return found
        said["cursor"] = page["cursor"]
    raise AssertionError("it does not come to an end")


@pytest.mark.parametrize("limit", [1, 3, 200])
def test_a_window_of_days_is_gone_through_to_its_end_each_event_once(shop: Hub, limit: int) -> None:
    late, early = many(shop, 4), many(shop, 3, timedelta(hours=40))
    since = runtime.rfc3339(runtime.now() - timedelta(hours=41))
    found = [each["event_id"] for each in pages(shop, since=since, limit=limit)]
    assert (set(found[:3]), set(found[3:]), len(found)) == (set(early), set(late), 7)
    until = runtime.rfc3339(runtime.now() - timedelta(hours=39))
    assert {each["event_id"] for each in pages(shop, since=since, until=until, limit=limit)} == set(early)


def test_what_waits_for_a_person_is_gone_through_to_its_end(shop: Hub) -> None:
    made = many(shop, 7)
    shop.normalise()
    found = [each["event_id"] for each in pages(shop, outcome="quarantined", limit=3)]
    assert sorted(found) == sorted(made)


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ({"connection_id": SHOP}, 3),
        ({"connection_id": "nobody"}, 0),
        ({"topic": "order.placed"}, 2),
        ({"outcome": "applied"}, 1),
        ({"outcome": "received"}, 1),
        ({"outcome": "quarantined"}, 1),
        ({"outcome": "quarantined", "topic": "stock.changed"}, 1),
        ({"outcome": "unchanged"}, 0),
    ],
)
def test_only_what_fits_is_selected(shop: Hub, said: dict[str, Any], count: int) -> None:
    receive(shop)
    receive(shop, "stock.changed", delivery="2", pieces="many")
    shop.normalise()
    receive(shop, delivery="3", id=7002)
    assert len(pages(shop, since=runtime.rfc3339(runtime.now() - timedelta(hours=1)), **said)) == count


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"outcome": "applied"},
        {"since": "yesterday"},
        {"since": "2026-11-22T10:00:00"},
        {"since": AGO, "until": "²"},
        {"since": AGO, "limit": 0},
        {"since": AGO, "limit": 201},
        {"since": AGO, "limit": 10**400},
        {"since": AGO, "limit": 1.5},
        {"since": AGO, "map": "later"},
        {"since": AGO, "outcome": "erased"},
        {"since": "0001-01-01T00:00:00+14:00"},
        {"since": AGO, "until": "9999-12-31T23:59:59-14:00"},
        {"since": AGO, "unknown": 1},
        ["since"],
    ],
)
def test_a_replay_that_cannot_be_meant_is_refused(shop: Hub, said: Any) -> None:
    answer = shop.tell("/v1/replays", said)
    assert (answer.status, answer.problem()) == (400, "body_invalid")


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00-14:00", "9999-12-31T23:59:59+14:00", AGO])
def test_the_ends_of_time_are_no_trouble(shop: Hub, moment: str) -> None:
    many(shop, 1)
    for said in ({"since": moment}, {"since": AGO, "until": moment}):
        assert shop.tell("/v1/replays", {**said, "dry_run": True}).status == 200
    asked = {"since": AGO, "cursor": cursors.write("acme", "replays", f"{moment[:19]}.000Z "), "dry_run": True}
    assert shop.tell("/v1/replays", asked).status == (400 if moment < "2020" else 200)


def test_what_the_queue_does_not_take_is_asked_for_again(shop: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    event_id = receive(shop)
    monkeypatch.setenv("REPLAY_QUEUE", "https://sqs.us-east-1.amazonaws.com/123456789012/nowhere")
    answer = shop.tell(f"/v1/events/{event_id}/replay", {})
    assert answer.status == 503
    answer.problem()
