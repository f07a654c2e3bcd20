"""A cursor leads to the next page of its own list and nowhere else: every list refuses those of all others."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.facts import build
from functions import cursors, indexes, runtime
from functions.cursors import CursorError
from functions.privacy import access
from functions.queries import identity
from functions.routes import privacy
from records import ids
from records.apply import apply
from records.cause import Cause
from records.customers import decisions, erasure, reviews
from records.stock import shortages
from records.store.actions import Put
from records.store.inbox import Delivery
from tests.hub import Hub
from tests.memory_hub import memory_world
from tests.request import Answer

__all__ = ["memory_world"]
AT = "2026-11-22T09:00:{:02d}.000Z"
HOME = {"street_address": "12 rue de la Monnaie", "address_locality": "Lille", "postal_code": "59800"}
BYRON = {"last_name": "Byron", "birth_date": "1990-12-10", "addresses": [HOME]}
OTHER_TENANT = "token-of-main"
LISTS = (
    "events",
    "quarantine",
    "reviews",
    "reviews of a first load",
    "shared values",
    "tasks",
    "timeline",
    "timeline of another",
    "orders",
    "export",
    "privacy",
    "done privacy",
    "replays",
    "replays of what is quarantined",
)


@dataclass(frozen=True)
class Listed:
    """A list of the API: how it is asked for."""

    path: str
    asked: Mapping[str, Any]
    is_told: bool = False

    def page(self, hub: Hub, cursor: str | None, token: str = "token-of-acme") -> Answer:
        """Ask for a page."""
        asked = {**self.asked, **({} if cursor is None else {"cursor": cursor})}
        return hub.tell(self.path, asked, token=token) if self.is_told else hub.ask(self.path, token, **asked)


@dataclass(frozen=True)
class Lists:
    """Every list, and the cursor that its first page gave."""

    hub: Hub
    all: dict[str, Listed]
    cursors: dict[str, str]


@pytest.fixture(scope="module")
def lists(memory_world: Hub) -> Iterator[Lists]:
    """A hub of which every list is longer than its first page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexes.page, "__defaults__", (None, 1))
        patch.setattr(identity, "PAGE", 1)
        patch.setattr(privacy, "PAGE", 1)
        patch.setattr(access, "SECONDS", 0.0)
        customers = _live(memory_world)
        made = _lists(*customers)
        assert set(made) == set(LISTS)
        first = {name: each.page(memory_world, None).json()["cursor"] for name, each in made.items()}
        assert [name for name, cursor in first.items() if cursor is None] == [], "it has one page: it proves nothing"
        yield Lists(memory_world, made, first)


def _live(hub: Hub) -> list[str]:
    hub.connect("shopify", "web", locations={"905": "lille"}, sells_from=("lille",), default_location="lille")
    web = hub.stand_ins["web"]
    web.add_product("MUG", "Mug", "12.50", {905: 9})
    buyers = [
        {"id": number, "email": f"a{number}@example.com", "first_name": "A", "last_name": "B"}
        for number in (7001, 7002)
    ]
    placed = [str(web.place_order({"MUG": 1}, 905, customer=buyer)["id"]) for buyer in (*buyers, *buyers)]
    for each in web.deliveries.all:
        assert hub.send("web", each.body, each.topic).status in (200, 202)
    hub.normalise()
    for connection_id, first in (("web", "Ada"), ("till", "Bea"), ("crm", "Cleo")):
        _say(connection_id, {**BYRON, "first_name": first})
    for number in range(3):
        taken = Delivery("acme", "web", "orders/create", f"torn {number}", b"{", runtime.rfc3339(runtime.now()))
        runtime.inbox().receive(taken, datetime.now(UTC).timestamp())
    hub.normalise()
    for number in range(2):
        _keep(number, decisions.shared_values("acme"), value=f"email:{number}", by="me", denied=True)
        _keep(number, shortages.listed("acme"), sku="MUG", location_id="lille")
        _keep(number, "acme#failed", cause="c", connection_id="web", id="p", why="w")
        for status in ("open", "done"):
            about = {"type": "erasure", "connection_id": "web", "stage": status, "id": f"era_{number}"}
            _keep(number, erasure.listed("acme", status), **about)
        _keep(number, reviews.queue("acme", batch=True), **_review())
    asked = [{"connection_id": "web", "channel_order_id": number} for number in placed[:2]]
    return [hub.ask("/v1/orders", **each).json()["orders"][0]["customer_id"] for each in asked]


def _say(connection_id: str, said: dict[str, Any]) -> None:
    at, event_id = AT.format(0), ids.event_id("acme", connection_id, "7")
    statement = {"kind": "customer", "occurred_at": at, "source_version": at, "channel_customer_id": "7", **said}
    fact = build(statement, event_id=event_id, connection_id=connection_id)
    apply(runtime.records(), Cause("acme", event_id, connection_id, at), [fact], {})


def _keep(number: int, listed: str, **said: Any) -> None:
    """Put something on a list."""
    item = {"pk": f"acme#LISTED#{listed} {number}", "sk": "X", "at": AT.format(number), "status_key": listed, **said}
    runtime.records().write([Put(item)])


def _review() -> dict[str, Any]:
    items, _ = indexes.page(reviews.queue("acme", batch=False), None, 1)
    return {name: items[0][name] for name in ("id", "pair", "status", "score", "evidence")}


def _lists(customer: str, other: str) -> dict[str, Listed]:
    again = {"dry_run": True, "limit": 1}
    return {
        "events": Listed("/v1/events", {"limit": "1"}),
        "quarantine": Listed("/v1/quarantine", {}),
        "reviews": Listed("/v1/reviews", {}),
        "reviews of a first load": Listed("/v1/reviews", {"batch": "1"}),
        "shared values": Listed("/v1/shared-values", {}),
        "tasks": Listed("/v1/tasks", {}),
        "timeline": Listed(f"/v1/customers/{customer}/timeline", {"limit": "1"}),
        "timeline of another": Listed(f"/v1/customers/{other}/timeline", {"limit": "1"}),
        "orders": Listed("/v1/orders", {"customer": customer, "limit": "1"}),
        "export": Listed(f"/v1/customers/{customer}/export", {}),
        "privacy": Listed("/v1/privacy", {}),
        "done privacy": Listed("/v1/privacy", {"status": "done"}),
        "replays": Listed("/v1/replays", {"since": "2026-01-01T00:00:00Z", **again}, is_told=True),
        "replays of what is quarantined": Listed("/v1/replays", {"outcome": "quarantined", **again}, is_told=True),
    }


def opened(cursor: str) -> list[str]:
    """Give what is in a cursor: whose list, which, and the place in it."""
    said: list[str] = cursors.parted(base64.urlsafe_b64decode(cursor + "===").decode(), 3)
    return said


def assert_refused(listed: Listed, answer: Answer) -> None:
    part, place = ("body", {"pointer": "/cursor"}) if listed.is_told else ("query", {"parameter": "cursor"})
    assert (answer.status, answer.problem()) == (400, f"{part}_invalid"), (listed, answer.body)
    detail = "cursor must be one that an earlier page gave."
    assert answer.json()["detail"] == detail
    assert answer.json()["errors"] == [{**place, "detail": detail}]


@pytest.mark.parametrize("name", LISTS)
def test_a_cursor_leads_to_the_next_page_of_its_list(lists: Lists, name: str) -> None:
    first, second = (lists.all[name].page(lists.hub, cursor) for cursor in (None, lists.cursors[name]))
    assert second.status == 200, second.body
    assert first.json() != second.json()


@pytest.mark.parametrize("name", LISTS)
def test_the_cursor_of_another_list_is_refused(lists: Lists, name: str) -> None:
    for other in set(LISTS) - {name}:
        assert_refused(lists.all[name], lists.all[name].page(lists.hub, lists.cursors[other]))


@pytest.mark.parametrize("name", LISTS)
def test_the_cursor_of_another_tenant_is_refused(lists: Lists, name: str) -> None:
    for cursor in lists.cursors.values():
        assert_refused(lists.all[name], lists.all[name].page(lists.hub, cursor, OTHER_TENANT))


@pytest.mark.parametrize("name", LISTS)
def test_what_is_no_cursor_is_refused(lists: Lists, name: str) -> None:
    cursor = lists.cursors[name]
    said = opened(cursor)
    no_cursors = [
        "x",
        "é",
        "~",
        "e30",
        cursor[:-4],
        f"{cursor}x",
        "x" * 5000,
        said[2],
        cursors.joined(*said),
        json.dumps(said),
    ]
    for each in no_cursors:
        assert_refused(lists.all[name], lists.all[name].page(lists.hub, each))


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "place",
    [
        "",
        "~",
        "[]",
        "null",
        '["a","b"]',
        '["main#X","X","9"]',
        "2026-11-22",
        "9",
        "\x00",
        "1:a1:b1:c",
        "6:main#X1:X1:9",
        "9:x",
    ],
)
def test_a_place_that_somebody_made_up_is_no_failure_of_ours(lists: Lists, name: str, place: str) -> None:
    owner, of, _ = opened(lists.cursors[name])
    answer = lists.all[name].page(lists.hub, cursors.write(owner, of, place))
    assert answer.status in (200, 400)
    if answer.status == 400:
        assert_refused(lists.all[name], answer)


NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(NAMES, NAMES, NAMES)
def test_a_cursor_gives_its_place_back_to_its_list_alone(tenant: str, name: str, place: str) -> None:
    cursor = cursors.write(tenant, name, place)
    assert cursors.read(tenant, name, cursor) == place
    assert cursor.isascii()
    for owner, of in ((f"{tenant}x", name), (tenant, f"{name}x"), (name + "y", tenant)):
        with pytest.raises(CursorError):
            cursors.read(owner, of, cursor)


@given(st.text(max_size=80))
def test_whatever_else_is_said_is_no_cursor(text: str) -> None:
    with pytest.raises(CursorError):
        cursors.read("acme", "events", text)


def test_a_lone_surrogate_is_no_place() -> None:
    cursor = base64.urlsafe_b64encode(b'["acme","events","\\ud800"]').decode()
    with pytest.raises(CursorError):
        cursors.read("acme", "events", cursor)
