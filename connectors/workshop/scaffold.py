"""Writes the folders of a new connector: small, complete, free of lint faults, and ready to be filled in."""

import json
import re
from pathlib import Path
from typing import Any, get_args

from connectors import catalogue
from connectors.errors import ManifestError
from connectors.manifest import Manifest

KINDS: tuple[str, ...] = get_args(Manifest.model_fields["kind"].annotation)
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")

MANIFEST = """\
# docs/connector.md explains every field. This one receives webhooks and makes one call, with nothing but this file;
# for a channel that needs more, write a client.py and drop `calls`.
channel: {name}
name: {title}
kind: {kind}
api_version: "1"
docs: https://example.com/{name}          # the vendor's documentation
owner: you
grade: bronze                     # silver asks for limits, sources, README sections, samples and statuses
exemptions: {{}}

secrets: [webhook_secret, api_key]

receives:
  topic: {{header: X-Topic}}
  delivery: {{header: X-Delivery-Id}}
  signature: {{scheme: hub-256, secret: webhook_secret}}      # connectors/signatures has what vendors use
  topics:
    {topic}: {{mapping: {mapping}}}
{push}
auth: {{scheme: bearer, secret: api_key}}
limits: {{rate: 1, per_seconds: 1, retry_after: seconds}}     # what the vendor states
oddities: []                      # what a tired person must know
sources: []                       # where the facts above were read
"""
STOCK_PUSH = """
pushes:
  stock: {call: set_stock, per: location, idempotency: the quantity is absolute}

calls:
  set_stock:
    method: PUT
    path: "/stock/{body.id}"
    success: "ok"
"""
ORDER = """\
# What a payload of topic {topic} says. docs/mapping.md is the language.
facts:
  - kind: order
    fields:
      occurred_at: {{from: updated_at, as: time}}
      source_version: {{from: updated_at, as: version}}
      channel_order_id: {{from: id, as: id}}
      placed_at: {{from: created_at, as: time}}
      currency: currency
      totals:
        fields:
          total: {{from: total, as: {{money: {{unit: major, currency: currency}}}}}}
      line_items:
        each: lines
        fields:
          line_id: {{from: id, as: id}}
          sku: {{from: sku, as: text}}
          quantity: {{from: quantity, as: quantity}}
"""
TRACKING = """\
# What a payload of topic {topic} says. docs/mapping.md is the language.
facts:
  - kind: tracking
    each: events
    fields:
      occurred_at: {{from: at, as: time}}
      source_version: {{from: at, as: version}}
      carrier: {{default: {name}}}
      tracking_number: {{from: $.number, as: id}}
      status: {{from: code, choose: {{TRANSIT: in_transit, DELIVERED: delivered}}, default: unknown}}
      at: {{from: at, as: time}}
"""
CUSTOMER = """\
# What a payload of topic {topic} says. docs/mapping.md is the language.
facts:
  - kind: customer
    fields:
      occurred_at: {{from: updated_at, as: time}}
      source_version: {{from: updated_at, as: version}}
      channel_customer_id: {{from: id, as: id}}
      email: {{from: email, as: email}}
      first_name: {{from: first_name, as: text}}
      last_name: {{from: last_name, as: text}}
"""
STOCK_OUT = """\
# The body of set_stock. Its path takes `id` from here.
body:
  fields:
    id: channel_stock_id
    location: channel_location_id
    quantity: {from: quantity, as: number}
"""
README = """\
# {title}

What the channel is, and how an account is connected.

## Limits

## Oddities

## Links
"""

_TIMES = {"occurred_at": "2026-01-31T09:00:00.000Z", "source_version": "2026-01-31T09:00:00.000Z"}
_AT = "2026-01-31T09:00:00Z"
_ORDER_SAMPLE = {
    "id": 1001,
    "created_at": _AT,
    "updated_at": _AT,
    "currency": "EUR",
    "total": "12.50",
    "lines": [{"id": 1, "sku": "MUG-BLUE", "quantity": 1}],
}
_ORDER_FACT = {
    "kind": "order",
    **_TIMES,
    "channel_order_id": "1001",
    "placed_at": _TIMES["occurred_at"],
    "currency": "EUR",
    "totals": {"total": 1250},
    "line_items": [{"line_id": "1", "sku": "MUG-BLUE", "quantity": "1"}],
}
_TRACKING_SAMPLE = {"number": "TRACK1", "events": [{"at": _AT, "code": "TRANSIT"}]}
_CUSTOMER_SAMPLE = {"id": 7, "updated_at": _AT, "email": "kit@example.com", "first_name": "Kit", "last_name": "Example"}
_CUSTOMER_FACT = {
    "kind": "customer",
    **_TIMES,
    "channel_customer_id": "7",
    "email": "kit@example.com",
    "first_name": "Kit",
    "last_name": "Example",
}


def write(name: str, kind: str, root: Path) -> list[Path]:
    """Write a connector below `root` and give the files.

    Raises:
        ManifestError: the name or the kind is not valid, or the name is taken.
    """
    if not _NAME.fullmatch(name):
        raise ManifestError(f"{name!r} is no name: small letters, digits, - and _, beginning with a letter")
    if kind not in KINDS:
        raise ManifestError(f"{kind!r} is no kind: choose one of {', '.join(KINDS)}")
    folders = [root / "connectors" / name, root / "mappings" / name, root / "events" / "samples" / name]
    for taken in (
        *folders,
        root / "connectors" / f"{name}.py",
        catalogue.FOLDER / name,
        catalogue.FOLDER / f"{name}.py",
    ):
        if taken.exists():
            raise ManifestError(f"{name} is taken: {taken} is there")
    files = {root / path: text for path, text in _texts(name, kind).items()}
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return list(files)


def _texts(name: str, kind: str) -> dict[str, str]:
    topic, mapping, text, sample, fact = _example(name, kind)
    pushes = kind not in ("carrier", "crm")
    title = name.replace("-", " ").replace("_", " ").title()
    push = STOCK_PUSH if pushes else ""
    about = {"name": name, "title": title, "kind": kind, "topic": topic, "mapping": mapping, "push": push}
    files = {
        f"connectors/{name}/manifest.yaml": MANIFEST.format(**about),
        f"connectors/{name}/README.md": README.format(**about),
        f"mappings/{name}/{mapping}.in.yaml": text.format(**about),
        f"events/samples/{name}/{topic.replace('.', '_')}__example.json": _json(sample),
        f"events/samples/{name}/{topic.replace('.', '_')}__example.expected.json": _json([fact]),
    }
    return files | ({f"mappings/{name}/stock.out.yaml": STOCK_OUT} if pushes else {})


def _example(name: str, kind: str) -> tuple[str, str, str, Any, Any]:
    """Give the example of a kind of channel: topic, mapping's name, mapping's text, payload and its fact."""
    if kind == "carrier":
        scan = {"carrier": name, "tracking_number": "TRACK1", "status": "in_transit", "at": _TIMES["occurred_at"]}
        return "parcel.scanned", "parcel", TRACKING, _TRACKING_SAMPLE, {"kind": "tracking", **_TIMES, **scan}
    if kind == "crm":
        return "customer.changed", "customer", CUSTOMER, _CUSTOMER_SAMPLE, _CUSTOMER_FACT
    return "order.placed", "order", ORDER, _ORDER_SAMPLE, _ORDER_FACT


def _json(content: Any) -> str:
    return json.dumps(content, indent=2) + "\n"
