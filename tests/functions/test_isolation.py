"""Nothing of one tenant can be reached by another: every route, with a neighbour's ids wherever an id may stand."""

import functools
import json
import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import pytest

from functions import cursors, runtime
from functions.contract.document import DECLARED
from functions.registry.secrets import secrets as secrets_of
from functions.routes import app
from tests.hub import Hub
from tests.neighbours import ID, OURS, PLACE, THEIRS, TOKENS, Shop, rows
from tests.process import VARIABLES, forget
from tests.request import Answer

OWN = {"order": "ord_1", "sku": "MUG", "connection": "web-of-acme"}
TRICKS = (f"{THEIRS}#", f"x#{THEIRS}#ORDER", f"../{THEIRS}/", f"#{THEIRS}", "#", "%23", " ")
BODIES: Mapping[tuple[str, str], dict[str, Any]] = {
    ("POST", "/v1/orders/{order_id}/links"): {"order_id": "ord_1", "type": "exchange"},
    ("POST", "/v1/customers/{customer_id}/merge"): {"customer_id": "cus_1", "by": "me", "why": "so"},
    ("POST", "/v1/customers/{customer_id}/unmerge"): {"customer_id": "cus_1"},
    ("POST", "/v1/reviews/{review_id}"): {"decision": "accept"},
    ("POST", "/v1/shared-values"): {"email": "x@example.com", "by": "me"},
    ("PUT", "/v1/stock/{sku}/policy"): {"location_id": PLACE, "safety": 1},
    ("PUT", "/v1/stock/{sku}/incoming"): {
        "location_id": PLACE,
        "reference": "PO-1",
        "quantity": 1,
        "expected_at": "2026-12-01T08:00:00Z",
    },
    ("PUT", "/v1/products/{sku}/kit"): {"components": {"PART": 1}},
    ("POST", "/v1/reservations"): {
        "connection_id": OWN["connection"],
        "lines": [{"sku": "MUG", "quantity": 1}],
        "location_id": PLACE,
        "tier": "vip",
    },
    ("POST", "/v1/reservations/{reservation_id}/confirm"): {"order": "web-of-acme/1"},
    ("POST", "/v1/replays"): {
        "connection_id": OWN["connection"],
        "topic": "order",
        "since": "2026-11-22T00:00:00Z",
        "cursor": "",
    },
    ("POST", "/v1/connectors"): {"manifest": "", "mappings": {}, "samples": {}, "readme": ""},
}
TOLD: list[str] = []
"""What we told the hub ourselves, and what it may therefore repeat: also a neighbour's id can be a name of ours."""


class Lines(logging.Handler):
    """Keeps what the functions log, as it would be written."""

    def __init__(self) -> None:
        super().__init__()
        self.all: list[str] = []
        self.setFormatter(runtime.logger.registered_formatter)

    def emit(self, record: logging.LogRecord) -> None:
        self.all.append(self.format(record))


@pytest.fixture(scope="module")
def lines() -> Iterator[Lines]:
    kept = Lines()
    logging.getLogger(runtime.logger.name).addHandler(kept)
    yield kept
    logging.getLogger(runtime.logger.name).removeHandler(kept)


@pytest.fixture(scope="module")
def street(memory_world: Hub, lines: Lines) -> dict[str, Shop]:
    """Two shops that lived the same days."""
    shops = {tenant: Shop(memory_world, tenant) for tenant in (OURS, THEIRS)}
    for each in shops.values():
        each.open()
    for each in shops.values():
        each.trade()
    for each in shops.values():
        each.keep_house()
    shops[THEIRS].register()
    return shops


@pytest.fixture(scope="module")
def secrets(street: dict[str, Shop]) -> set[str]:
    """Every id in the neighbour's rows, the names of their connections, and what only they said."""
    hub = street[THEIRS].hub
    ours, theirs = (set(ID.findall(json.dumps(rows(hub, tenant), default=str))) for tenant in (OURS, THEIRS))
    found = theirs - ours
    assert len(found) > 20, "the neighbour has no ids of its own: this would prove nothing"
    named = {each for each in hub.connections if each.endswith(f"-of-{THEIRS}")}
    kept = {value for each in named for value in hub.kept[each].values()}
    return found | named | kept | {f"chief of {THEIRS}", str(street[THEIRS].hub.connections["web-of-main"].base_url)}


def foreign(street: dict[str, Shop]) -> list[str]:
    return [*(name for names in street[THEIRS].ids.values() for name in names), *TRICKS]


def leaves(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give where a text stands in a body."""
    if isinstance(content, str):
        yield path
    inner = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for name, each in inner:
        yield from leaves(each, (*path, name))


def put(content: Any, path: tuple[Any, ...], value: str) -> Any:
    """Give a body with another text at one place."""
    if not path:
        return value
    copy = dict(content) if isinstance(content, dict) else list(content)
    copy[path[0]] = put(content[path[0]], path[1:], value)
    return copy


def requests(method: str, path: str, names: list[str]) -> Iterator[tuple[str, dict[str, str], Any, dict[str, str]]]:
    """Give every request of a route that holds a neighbour's id at one place: (path, query, body, headers)."""
    said, usual = DECLARED[method, path], BODIES.get((method, path), {})
    asked = list(said.query.model_fields) if said.query else []
    plain = re.sub(r"{(\w+?)(?:_id)?}", lambda found: OWN.get(found[1], "x"), path)
    for name in names:
        for parameter in re.findall(r"{\w+}", path):
            rest = path.replace(parameter, quote(name, safe=""))
            yield re.sub(r"{(\w+?)(?:_id)?}", "x", rest), {}, usual, {"Idempotency-Key": "own"}
        for parameter in asked:
            known = {"connection_id": OWN["connection"], "channel_order_id": "1"} if "channel_order_id" in asked else {}
            yield plain, {**known, parameter: name}, usual, {}
        for place in leaves(usual):
            yield plain, {}, put(usual, place, name), {"Idempotency-Key": f"own {name[:20]} {place}"}
        if said.headers:
            yield plain, {}, usual, {"Idempotency-Key": name}
    if not names or (path == plain and not asked and not usual):
        yield plain, {}, usual, {}


@pytest.mark.parametrize(("method", "path"), sorted(DECLARED))
def test_no_id_of_a_neighbour_opens_anything(
    street: dict[str, Shop], secrets: set[str], method: str, path: str
) -> None:
    hub, before = street[OURS].hub, rows(street[OURS].hub, THEIRS)
    asked = 0
    for at, query, body, headers in requests(method, path, foreign(street)):
        answer = ask(hub, method, at, query, body, headers)
        asked += 1
        assert answer.status < 500, (at, query, body, answer.body)
        said = json.dumps([at, query, body, headers])
        TOLD.extend([said] if method != "GET" and answer.status < 300 else [])
        found = [each for each in secrets if each in answer.body and each not in said]
        leaked = [each for each in found if each not in str(TOLD)]
        assert leaked == [], (at, query, body, answer.body)
    assert asked
    assert rows(hub, THEIRS) == before


def ask(hub: Hub, method: str, path: str, query: dict[str, str], body: Any, headers: Mapping[str, str]) -> Answer:
    known = {"Authorization": f"Bearer {TOKENS[OURS]}", "Content-Type": "application/json", **headers}
    sent = b"" if method == "GET" else json.dumps(body).encode()
    return hub.call_api(method, path, sent, known, query)


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("order", "/v1/orders/{}"),
        ("customer", "/v1/customers/{}"),
        ("customer", "/v1/customers/{}/timeline"),
        ("reservation", "/v1/reservations/{}"),
        ("event", "/v1/events/{}"),
        ("parcel", "/v1/shipments/{}"),
    ],
)
def test_what_a_neighbour_finds_is_not_there_for_us(street: dict[str, Shop], kind: str, path: str) -> None:
    name = street[THEIRS].ids[kind][0]
    theirs = street[THEIRS].ask(path.format(name))
    assert theirs
    if name not in street[OURS].ids[kind]:  # parcels may have one number: then each sees its own
        assert street[OURS].hub.ask(path.format(name), TOKENS[OURS]).problem() == "not_found"


def test_a_neighbours_customers_and_orders_are_in_no_list(street: dict[str, Shop], secrets: set[str]) -> None:
    for query in ({"email": "ada@example.com"}, {"phone": "+33320000001"}, {"q": "Ada Byron 1990-12-10"}):
        found = street[OURS].hub.ask("/v1/customers", TOKENS[OURS], **query)
        assert not [each for each in secrets if each in found.body]
    asked = {"connection_id": "web-of-main", "channel_order_id": str(street[THEIRS].order["id"])}
    assert street[OURS].hub.ask("/v1/orders", TOKENS[OURS], **asked).problem() == "not_found"
    assert street[OURS].hub.ask("/v1/orders", TOKENS[OURS], customer=street[THEIRS].ids["customer"][0]).status == 404


def test_a_cursor_that_points_into_a_neighbours_list_leads_nowhere(street: dict[str, Shop]) -> None:
    review = street[THEIRS].ids["review"][0]
    place, hub, token = json.dumps([f"{THEIRS}#REVIEW#{review}", "REVIEW", "9"]), street[OURS].hub, TOKENS[OURS]
    lists = {"reviews": "reviews", "tasks": "tasks", "privacy": "privacy open", "shared-values": "shared values"}
    for path, name in lists.items():
        for cursor in (cursors.write(OURS, name, place), street[THEIRS].ids["cursor"][2]):
            assert hub.ask(f"/v1/{path}", token, cursor=cursor).problem() == "query_invalid"
    for parts in ([place, ""], ["", place], [place, place], ["", "", ""]):
        cursor = cursors.write(OURS, "quarantine", json.dumps(parts))
        assert hub.ask("/v1/quarantine", token, cursor=cursor).problem() == "query_invalid"


def test_an_idempotency_key_is_a_tenants_own(street: dict[str, Shop]) -> None:
    ours, theirs = (street[tenant].ids["reservation"] for tenant in (OURS, THEIRS))
    assert not set(ours) & set(theirs)


def test_nothing_of_a_neighbour_is_replayed(street: dict[str, Shop], secrets: set[str]) -> None:
    hub = street[OURS].hub
    queue = VARIABLES["REPLAY_QUEUE"]
    assert street[OURS].tell("/v1/replays", {"outcome": "quarantined"})["sent"] >= 1
    found: list[str] = []
    while got := hub.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        found += [each["Body"] for each in got]
    assert {json.loads(each)["detail"]["tenant"] for each in found} == {OURS}
    assert not [each for each in secrets if each in str(found)]


def test_an_event_of_a_neighbour_on_our_queue_is_dropped(street: dict[str, Shop]) -> None:
    hub = street[OURS].hub
    strange = [each for each in hub.messages() if each["detail"]["tenant"] == THEIRS and "Stock" in each["type"]]
    before = rows(hub, OURS)
    assert hub.deliver("push", "tributary-connection-web-of-acme", strange[0]) == []
    assert rows(hub, OURS) == before


def test_a_token_of_what_is_no_name_gets_nowhere(street: dict[str, Shop], monkeypatch: pytest.MonkeyPatch) -> None:
    hub, kept = street[OURS].hub, {"token": "a", "tokens": {"b": f"{OURS}#ORDER", "c": "", "d": f"{OURS}\n", "e": OURS}}
    name = hub.keep_secret("tributary/other/api", kept)
    monkeypatch.setenv("API_SECRET", name)
    app.tenants.cache_clear()
    assert [hub.ask("/v1/orders/x", token).status for token in "abcde"] == [404, 401, 401, 401, 404]
    monkeypatch.undo()
    app.tenants.cache_clear()


def test_a_connection_reads_its_own_secret_alone(street: dict[str, Shop], monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    client = runtime.client("secretsmanager")

    def note(params: dict[str, Any], **_: Any) -> None:
        read.append(params["SecretId"])

    client.meta.events.register("provide-client-params.secrets-manager.GetSecretValue", note)
    hub = street[OURS].hub
    for connection_id, at in hub.connections.items():
        forget()
        runtime.client("secretsmanager").meta.events.register(
            "provide-client-params.secrets-manager.GetSecretValue", note
        )
        read.clear()
        assert secrets_of(at) == hub.kept[connection_id]
        assert read == [at.secret_arn]
        assert re.search(f"connection/{connection_id}-[^/]*$", at.secret_arn)


def test_every_log_line_is_of_one_tenant_or_of_none(street: dict[str, Shop], lines: Lines) -> None:
    """Whatever the hub did for both by now: no line names the one and an id or a connection of the other."""
    street[OURS].hub.settle()
    street[OURS].hub.run("sweep", {"quiet_seconds": 0})
    street[OURS].hub.run("poll", {})
    hub = street[OURS].hub
    found = {tenant: set(ID.findall(json.dumps(rows(hub, tenant), default=str))) for tenant in (OURS, THEIRS)}
    marks = {
        OURS: found[OURS] - found[THEIRS] | {f"-of-{OURS}", f'"tenant":"{OURS}"'},
        THEIRS: found[THEIRS] - found[OURS] | {f"-of-{THEIRS}", f'"tenant":"{THEIRS}"'},
    }
    assert len(lines.all) > 40
    own = [each for each in lines.all if '"pushed"' in each or '"normalised"' in each]
    assert all(json.loads(each)["tenant"] in (OURS, THEIRS) for each in own)
    said = [f'@{name}"' for name in foreign(street)]  # so we called places of ours, in the requests above
    mixed = [
        each
        for each in (functools.reduce(lambda line, name: line.replace(name, '"'), said, line) for line in lines.all)
        if all(any(mark in each.replace(": ", ":") for mark in marks[tenant]) for tenant in (OURS, THEIRS))
    ]
    assert mixed == []
