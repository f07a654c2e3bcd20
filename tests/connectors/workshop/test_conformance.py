"""Every connector stands the conformance kit, and the kit finds what it is made to find."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors import catalogue
from connectors.workshop import conformance
from connectors.workshop.conformance import CHECKS, records
from connectors.workshop.conformance.subject import Subject
from tests import corner


@pytest.mark.parametrize("name", catalogue.names())
@pytest.mark.parametrize("check", CHECKS)
def test_a_connector_of_the_repository_stands(name: str, check: str) -> None:
    connector = catalogue.connector(name)
    if check in conformance.untried(connector):
        pytest.skip("nothing to try")
    assert [(fault.subject, fault.message) for fault in conformance.conform(connector, [check])] == []


@pytest.mark.parametrize("check", CHECKS)
def test_a_connector_outside_the_repository_stands_and_every_check_has_something_to_try(
    tmp_path: Path, check: str
) -> None:
    connector = catalogue.at(corner.write(tmp_path))
    assert conformance.untried(connector) == []
    assert conformance.conform(connector, [check]) == []


def test_every_check_says_what_it_proves() -> None:
    assert all(check.proves and check.find.__doc__ for check in CHECKS.values())


def changed(file: str, old: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        text = (root / file).read_text(encoding="utf-8")
        assert old in text
        (root / file).write_text(text.replace(old, new), encoding="utf-8")

    return change


def written(name: str, content: Any) -> Callable[[Path], None]:
    def write(root: Path) -> None:
        (root / "events/samples/corner" / name).write_text(json.dumps(content), encoding="utf-8")

    return write


CLIENT = """
import json
from connectors.client import Answer, Document, Page
class Client:
    def __init__(self, connection, secrets, http):
        self.http, self.url = http, connection.base_url
    def order(self, id):
        return Document("order", self.http.call("GET", self.url + "/orders/" + id).body)
    def orders_since(self, since, cursor):
        found = {orders_since}
        orders = (json.dumps(order, default=str).encode() for order in found["orders"])
        return Page(tuple(Document("order", order) for order in orders), found["next_page"])
    def article_of(self, id):
        return self.http.call("GET", self.url).json()["articles"][0]["id"]
    def set_stock(self, push):
        {set_stock}
"""


def client(orders_since: str = "", set_stock: str = "") -> Callable[[Path], None]:
    ask = 'self.http.call("GET", self.url + "/orders").json()'
    push = 'self.http.call("PUT", self.url, json_body=push.body).json(); return Answer("done")'

    def write(root: Path) -> None:
        code = CLIENT.replace("{orders_since}", orders_since or ask).replace("{set_stock}", set_stock or push)
        (root / "connectors/corner/client.py").write_text(code, encoding="utf-8")

    return write


SAMPLE = "events/samples/corner/order_placed__mugs.expected.json"
IN, MANIFEST = "mappings/corner/order.in.yaml", "connectors/corner/manifest.yaml"
PLANTED = [
    ("mapping", changed(SAMPLE, '"C-7001"', '"C-1"'), "fact 0 (order): label is not as expected"),
    ("mapping", changed(SAMPLE, '"kind": "order"', '"kind": "price"'), "price"),
    ("mapping", lambda root: (root / SAMPLE).unlink(), "it has no expected facts beside it"),
    ("truncated", changed(MANIFEST, "content_types", "content_types"), ""),
    ("unknown", changed(IN, "label: {from: number, as: text}", "label: {from: \"join(',', keys(@))\"}"), "label"),
    ("delivery", changed(MANIFEST, "{header: X-Corner-Delivery}", "{body: currency}"), ""),
    ("signature", changed(MANIFEST, "hub-256", "rot13"), "no signature scheme"),
    ("bodies", changed("mappings/corner/stock.out.yaml", "pieces: {", "gone: sku\n    pieces: {default: null, "), ""),
    ("refusals", client(set_stock='return Answer("done")'), "it made no call to be refused"),
    (
        "refusals",
        client(set_stock='self.http.call("PUT", self.url); return Answer("done")'),
        "a page with 200: a Answer, expected an error",
    ),
    ("refusals", client(set_stock="raise RuntimeError"), "RuntimeError, which is none of connectors/errors.py"),
    (
        "answers",
        written("set_stock__lost.answers.json", {"answers": [{"status": 500}], "gives": {"outcome": "done"}}),
        "UnavailableError",
    ),
    ("answers", written("sell__x.answers.json", {"answers": [], "gives": {}}), "the manifest names no call sell"),
]
FOUND = [planted for planted in PLANTED if planted[2]]


@pytest.mark.parametrize(("check", "plant", "message"), FOUND, ids=[f"{each[0]}: {each[2][:40]}" for each in FOUND])
def test_a_planted_fault_is_found(tmp_path: Path, check: str, plant: Callable[[Path], None], message: str) -> None:
    folder = corner.write(tmp_path)
    plant(tmp_path)
    try:
        found = [fault.message for fault in conformance.conform(catalogue.at(folder), [check])]
    except Exception as error:  # noqa: BLE001 - a scheme that is not there
        found = [str(error)]
    assert any(message in fault for fault in found), found


def test_a_poll_that_swallows_an_error_is_found(tmp_path: Path) -> None:
    folder = corner.write(tmp_path)
    swallow = """None
        try:
            found = self.http.call("GET", self.url + "/orders").json()
        except Exception:
            return Page(())"""
    client(orders_since=swallow)(tmp_path)
    (fault,) = [each for each in conformance.conform(catalogue.at(folder), ["paging"]) if "a page" in each.message][:1]
    assert fault.message.endswith("and the poll counts as done")


def test_facts_that_depend_on_the_order_of_arrival_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subject = Subject(catalogue.at(corner.write(tmp_path)))
    heard: list[int] = []

    def remember(*_: Any) -> dict[str, Any]:
        heard.append(len(heard))
        return {"order": heard[-1]}

    monkeypatch.setattr(records, "digest", remember)
    assert [about for about, _ in records.any_order(subject)] == ["order"]
