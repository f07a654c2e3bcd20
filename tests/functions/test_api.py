"""The door of the API: whose a request is, what is refused before any route, and a life that every answer tells of."""

import base64
import json
from typing import Any

import pytest

from functions.routes import app
from tests import request
from tests.functions.shops import PLACE, Clock, till, web_shop
from tests.hub import Hub
from tests.process import TOKEN, failing, throttled

OTHER = "token-of-main"
KNOWN = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}


@pytest.fixture
def shops(local_hub: Hub) -> Hub:
    """A web shop of each of two tenants."""
    web_shop(local_hub)
    web_shop(local_hub, "theirs", tenant="main")
    return local_hub


def listed(hub: Hub, token: str, **query: str) -> list[str]:
    return [each["connection_id"] for each in hub.ask("/v1/connections", token, **query).json()["connections"]]


@pytest.mark.moto
def test_the_token_says_whose_a_request_is(shops: Hub) -> None:
    assert listed(shops, TOKEN) == ["web"]
    assert listed(shops, OTHER) == ["theirs"]


@pytest.mark.parametrize("claim", ["X-Tenant", "Tenant", "X-Forwarded-User"])
def test_nothing_but_the_token_says_whose_a_request_is(shops: Hub, claim: str) -> None:
    answer = shops.http("api", "GET", "/v1/connections", headers={**KNOWN, claim: "main"})
    assert [each["connection_id"] for each in answer.json()["connections"]] == ["web"]
    assert shops.ask("/v1/connections", tenant="main").status in (200, 400)
    assert shops.tell("/v1/replays", {"outcome": "quarantined", "tenant": "main"}).problem() == "body_invalid"


def test_a_token_is_read_however_its_scheme_is_written(shops: Hub) -> None:
    for header in (f"bearer {TOKEN}", f"BEARER {TOKEN}", f"Bearer   {TOKEN} "):
        assert shops.http("api", "GET", "/v1/connections", headers={"authorization": header}).status == 200


def test_a_token_that_is_changed_counts_within_a_minute_and_so_does_the_one_before_it(
    shops: Hub, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.set("2026-11-22T12:00:00+00:00")
    assert listed(shops, OTHER) == ["theirs"]
    shops.keep_secret("tributary/rotated/api", {"token": "new", "previous": OTHER})
    monkeypatch.setenv("API_SECRET", "tributary/rotated/api")
    clock.pass_by(seconds=59)
    assert shops.ask("/v1/connections", "new").problem() == "token_invalid"
    clock.pass_by(seconds=1)
    assert (listed(shops, "new"), listed(shops, OTHER)) == (["theirs"], ["theirs"])
    assert shops.ask("/v1/connections", TOKEN).problem() == "token_invalid"
    app.tenants.cache_clear()


def test_while_the_tokens_cannot_be_read_nobody_gets_in_and_then_everybody_does(shops: Hub) -> None:
    with failing("secretsmanager.GetSecretValue", throttled):
        answer = shops.ask("/v1/connections")
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        assert answer.problem()
        assert shops.ask("/v1/health").status == 200
    assert listed(shops, TOKEN) == ["web"]


def test_a_body_that_is_not_the_base64_it_claims_is_malformed(shops: Hub) -> None:
    asked = request.event("POST", "/v1/replays", b"", KNOWN, {}, {})
    answer = shops.answer("api", {**asked, "body": "not base64!"})
    assert (answer.status, answer.problem()) == (400, "body_malformed")


def test_a_body_of_just_the_limit_is_read_and_a_longer_one_is_not(shops: Hub) -> None:
    said = json.dumps({"outcome": "quarantined", "dry_run": True}).encode()
    for length, status in ((64 * 1024, 200), (64 * 1024 + 1, 413)):
        answer = shops.http("api", "POST", "/v1/replays", said.ljust(length), KNOWN)
        assert answer.status == status
    assert answer.problem() == "body_too_large"


def test_a_body_need_not_come_as_base64(shops: Hub) -> None:
    asked = request.event("POST", "/v1/replays", b"", KNOWN, {}, {})
    plain = {**asked, "body": '{"outcome": "quarantined", "dry_run": true}', "isBase64Encoded": False}
    assert shops.answer("api", plain).json()["events"] == []
    assert base64.b64decode(asked["body"]) == b""


def test_a_request_that_failed_leaves_nothing_to_the_next(shops: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("functions.queries.lookup.registered", broken)
        assert shops.ask("/v1/connections").problem() == "internal_error"
    assert listed(shops, OTHER) == ["theirs"]


@pytest.mark.moto
def test_what_happened_is_told_by_every_answer_alike(shops: Hub) -> None:
    web, counts = shops.stand_ins["web"], till(shops)
    web.add_product("MUG", "Mug", "12.50", {905: 10})
    item = counts.add_item("MUG", "Mug", 1250, {"LILLE1": 10})
    counts.tell_counts([(item, "LILLE1")])
    assert shops.settle() == []
    placed = web.place_order({"MUG": 2}, 905)
    assert shops.settle() == []

    (order,) = shops.ask("/v1/orders", connection_id="web", channel_order_id=str(placed["id"])).json()["orders"]
    (customer,) = shops.ask("/v1/customers", email=order["buyer"]["email"]).json()["customers"]
    (place,) = shops.ask("/v1/stock/MUG").json()["locations"]
    told = shops.ask(f"/v1/customers/{order['customer_id']}/timeline").json()["timeline"]
    events = shops.ask("/v1/events", limit="100").json()["events"]

    assert shops.ask(f"/v1/orders/{order['order_id']}").json() == order
    assert customer["customer_id"] == order["customer_id"]
    assert (place["location_id"], place["reserved"], place["available"]) == (PLACE, "2", "8")
    assert order["order_id"] in {each.get("order_id") for each in told}
    of_order = [each["event_id"] for each in events if each["topic"] == "orders/create"]
    traces = [shops.event(each) for each in of_order]
    assert order["order_id"] in {each["id"] for trace in traces for each in trace["records"]}
    assert shops.ask("/v1/quarantine").json() == {"events": [], "pushes": [], "cursor": None}
    assert shops.ask(f"/v1/orders/{order['order_id']}", OTHER).problem() == "not_found"
