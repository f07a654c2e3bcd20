"""Lint: a good connector has no fault, and each fault is found by the check made for it."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors import catalogue
from connectors.workshop.lint import CHECKS, Fault, lint

MANIFEST = """
channel: acme
name: Acme
kind: pos
api_version: "3"
docs: https://acme.example/docs
owner: tributary
grade: gold
secrets: [webhook_secret, token]
receives:
  topic: {body: type}
  delivery: {body: id}
  signature: {scheme: sendcloud, secret: webhook_secret}
  topics:
    sale.made: {fetch: {call: sale, each: sale_id}}
    order/changed: {mapping: order}
polls:
  orders: {call: poll_orders, interval: 60, overlap: 300}
pushes:
  stock: {call: set_stock, per: location, idempotency: same value again changes nothing}
identity: {sku_of: sku_of}
auth: {scheme: bearer, secret: token}
limits: {rate: 10, per_seconds: 1}
statuses:
  order: {OPEN: open, DONE: completed, DRAFT: null}
sources: [https://acme.example/limits]
"""
MAPPING = """
facts:
  - kind: order
    fields:
      occurred_at: {from: at, as: time}
      source_version: {from: at, as: version}
      channel_order_id: {from: id, as: id}
      placed_at: {from: at, as: time}
      currency: currency
      totals:
        fields:
          total: {from: total, as: {money: {unit: minor, currency: EUR}}}
      line_items:
        each: lines
        fields:
          line_id: {from: id, as: id}
          quantity: {from: quantity, as: quantity}
      source_status: {from: status, choose: {OPEN: open, DONE: completed}}
"""
CLIENT = """
class Client:
    def sale(self, id): ...
    def poll_orders(self, since, cursor): ...
    def set_stock(self, push): ...
    def sku_of(self, channel_stock_id): ...
"""
FILES = {
    "connectors/acme/manifest.yaml": MANIFEST,
    "connectors/acme/client.py": CLIENT,
    "connectors/acme/README.md": "# Acme\n\n## Limits\n\n## Oddities\n\n## Links\n",
    "mappings/acme/order.in.yaml": MAPPING,
    "mappings/acme/stock.out.yaml": "body:\n  fields:\n    id: channel_stock_id\n",
    "events/samples/acme/order_changed__open.json": "{}",
    "events/samples/acme/order_changed__open.expected.json": "[]",
    "events/samples/acme/order_changed__done.json": "{}",
    "events/samples/acme/order_changed__done.expected.json": "[]",
    "events/samples/acme/order_changed__done.connection.json": "{}",
    "tests/connectors/test_acme.py": "",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        write(tmp_path, name, text)
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, encoding="utf-8")


def change(root: Path, **parts: Any) -> None:
    """Replace parts of the manifest; `receives__topic=…` goes one level down, None removes."""
    content = yaml.safe_load(MANIFEST)
    for place, value in parts.items():
        *outer, name = place.split("__")
        target = content[outer[0]] if outer else content
        target[name] = value
        if value is None:
            del target[name]
    write(root, "connectors/acme/manifest.yaml", json.dumps(content))


def faults(root: Path) -> list[tuple[str, str]]:
    return [(fault.check, fault.message) for fault in lint([root / "connectors" / "acme"])]


def test_a_connector_outside_the_repository_can_be_without_fault(root: Path) -> None:
    assert lint([root / "connectors" / "acme"]) == []


MANIFEST_FAULTS = [
    ({"channel": "acme2"}, "folder", "channel acme2 is not the folder's name"),
    ({"docs": "http://acme.example"}, "links", "http://acme.example is not an https link"),
    ({"sources": ["acme.example"]}, "links", "acme.example is not an https link"),
    ({"sources": []}, "sources", "sources is empty"),
    ({"limits": None}, "limits", "limits is missing"),
    ({"receives__delivery": None}, "signature", "receives.delivery is missing, but sale.made comes by webhook"),
    ({"receives__signature": None}, "signature", "receives.signature is missing, but sale.made comes by webhook"),
    (
        {"receives__signature": {"scheme": "rot13", "secret": "token"}},
        "signature",
        "there is no signature scheme 'rot13'",
    ),
    (
        {"receives__queue": {"topic": "kind", "topics": ["sale.lost"]}},
        "queue",
        "receives.queue.topics: sale.lost is not among receives.topics",
    ),
    (
        {"receives__queue": {"topic": "kind[", "topics": ["sale.made"]}},
        "expressions",
        "kind[ is not a JMESPath expression",
    ),
    ({"secrets": ["token"]}, "secrets", "the secret webhook_secret is used but not in secrets"),
    ({"receives__topic": {"body": "type["}}, "expressions", "type[ is not a JMESPath expression"),
    (
        {"pushes": {"stock": {"call": "set_stock", "idempotency": "none"}}},
        "pushes",
        "pushes.stock does not say per: location or per: channel",
    ),
    ({"identity": {"sku_of": "find"}}, "client", "Client has no method find, which identity.sku_of names"),
    (
        {"polls": {"o": {"call": "list_all", "interval": 1, "overlap": 0}}},
        "client",
        "Client has no method list_all, which polls.o names",
    ),
    ({"statuses": {"order": {"LOST": "cancelled"}}}, "statuses", "no choose table has order.LOST"),
    ({"statuses": {"order": {"OPEN": "draft"}}}, "statuses", "no choose table says that order.OPEN is draft"),
    ({"exemptions": {"limit": "none known"}}, "exemptions", "limit: there is no such check"),
    ({"exemptions": {"limits": "none known"}}, "exemptions", "limits: nothing to exempt"),
]


@pytest.mark.parametrize(("parts", "check", "message"), MANIFEST_FAULTS, ids=[fault[2] for fault in MANIFEST_FAULTS])
def test_a_fault_in_the_manifest_is_found(root: Path, parts: dict[str, Any], check: str, message: str) -> None:
    change(root, **parts)
    assert faults(root) == [(check, message)]


FILE_FAULTS = [
    ("connectors/acme/README.md", "# Acme\n## Limits\n## Links", "readme", "no section about oddities"),
    (
        "connectors/acme/client.py",
        CLIENT.replace("sale", "sell"),
        "client",
        "Client has no method sale, which",
    ),
    ("connectors/acme/client.py", "import nowhere", "client", "acme/client.py has no Client that imports: No module"),
    ("connectors/acme/client.py", "def (", "client", "acme/client.py has no Client that imports: invalid syntax"),
    ("connectors/acme/client.py", CLIENT + "TOKEN = 'abcdefghij0123456789'", "secret-values", "TOKEN = 'abc… looks"),
    ("mappings/acme/order.in.yaml", "facts: [", "mappings", "not YAML"),
    ("mappings/acme/refund.in.yaml", MAPPING, "mappings", "no topic and no push names this mapping"),
    ("events/samples/acme/order_lost__x.json", "{}", "samples", "order_lost is no topic of the manifest"),
    ("events/samples/acme/order_changed__x.json", "{}", "samples", "its .expected.json is missing"),
]


@pytest.mark.parametrize(("file", "text", "check", "message"), FILE_FAULTS, ids=[fault[3] for fault in FILE_FAULTS])
def test_a_fault_in_a_file_is_found_and_names_the_file(
    root: Path, file: str, text: str, check: str, message: str
) -> None:
    write(root, file, text)
    found = [fault for fault in lint([root / "connectors" / "acme"]) if fault.check == check]
    assert [(fault.file, message in fault.message) for fault in found] == [(file, True)]


REMOVED = [
    ("connectors/acme/client.py", "client"),
    ("connectors/acme/README.md", "readme"),
    ("mappings/acme/order.in.yaml", "mappings"),
    ("mappings/acme/stock.out.yaml", "mappings"),
    ("events/samples/acme/order_changed__open.json", "many-samples"),
    ("events/samples/acme/order_changed__open.expected.json", "samples"),
    ("tests/connectors/test_acme.py", "contract-test"),
]


@pytest.mark.parametrize(("file", "check"), REMOVED)
def test_a_file_that_is_missing_is_found(root: Path, file: str, check: str) -> None:
    (root / file).unlink()
    assert check in {name for name, _ in faults(root)}


def test_a_manifest_that_does_not_load_is_one_fault(root: Path) -> None:
    write(root, "connectors/acme/manifest.yaml", "channel: acme")
    (fault,) = lint([root / "connectors" / "acme"])
    assert (fault.check, fault.file) == ("manifest", "connectors/acme/manifest.yaml")
    assert lint(["nobody"])[0].check == "manifest"


def test_an_exemption_with_a_reason_silences_its_check(root: Path) -> None:
    change(root, limits=None, exemptions={"limits": "Acme publishes none"})
    assert faults(root) == []


@pytest.mark.parametrize(
    ("grade", "found"),
    [
        ("bronze", set()),
        ("silver", {"limits", "readme", "samples"}),
        ("gold", {"limits", "readme", "samples", "many-samples", "contract-test"}),
    ],
)
def test_a_better_grade_asks_for_more(root: Path, grade: str, found: set[str]) -> None:
    change(root, grade=grade, limits=None)
    for file in (*(root / "events/samples/acme").glob("*"), root / "connectors/acme/README.md"):
        file.unlink()
    (root / "tests/connectors/test_acme.py").unlink()
    assert {check for check, _ in faults(root)} == found


def test_every_check_says_what_it_holds() -> None:
    assert all(check.find.__doc__ for check in CHECKS.values())


@pytest.mark.parametrize("name", catalogue.names())
def test_the_repositorys_connectors_are_without_fault(name: str) -> None:
    found: list[Fault] = lint([name])
    assert [(fault.check, fault.file, fault.message) for fault in found] == []
