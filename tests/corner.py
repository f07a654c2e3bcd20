"""A connector to a made-up webshop, as an integrator would write it: declarative, with HMAC webhooks and a REST API."""

import json
from pathlib import Path
from typing import Any

from connectors.bundle import bundle_of, pack
from functions import runtime
from functions.cache import cache
from functions.registry import connectors

MANIFEST = """
channel: corner
name: Corner
kind: ecommerce
api_version: "1"
docs: https://corner.example/docs
owner: somebody
grade: silver
secrets: [signing_key, api_key]
receives:
  topic: {header: X-Corner-Topic}
  delivery: {header: X-Corner-Delivery}
  signature: {scheme: hub-256, secret: signing_key}
  topics:
    order.placed: {mapping: order}
    order.hinted: {fetch: {call: order, each: order_id}}
    stock.changed: {mapping: stock}
    order: {mapping: order, delivery: "[id, updated_at]", internal: true}
polls:
  orders: {call: orders_since, interval: 300, overlap: 600}
pushes:
  stock: {call: set_stock, per: location, idempotency: "Idempotency-Key; the quantity is absolute"}
identity: {stock_id_of: article_of}
calls:
  order: {path: "/orders/{id}", topic: order}
  orders_since:
    path: /orders
    query: {updated_after: "{since}", page: "{cursor}"}
    items: orders
    next: next_page
    topic: order
  article_of: {path: /articles, query: {sku: "{id}"}, value: "articles[0].id"}
  set_stock:
    method: PUT
    path: "/articles/{body.article}/stock/{body.place}"
    headers: {Idempotency-Key: "{idempotency_key}"}
    body: "body.{pieces: pieces, as_of: as_of}"
    success: "status == 'ok'"
    errors: {"409": stale, "error == 'unknown_article'": rejected, "error == 'slow_down'": rate_limited}
    shown: pieces
    reference: change_id
auth: {scheme: header, header: X-Corner-Key, secret: api_key}
limits: {rate: 10, per_seconds: 1, retry_after: seconds}
statuses:
  order: {new: open, gone: cancelled}
oddities: [it does not exist]
sources: [https://corner.example/docs/webhooks]
"""
ORDER = """
facts:
  - kind: order
    fields:
      occurred_at: {from: updated_at, as: time}
      source_version: {from: updated_at, as: version}
      channel_order_id: {from: id, as: id}
      label: {from: number, as: text}
      placed_at: {from: placed_at, as: time}
      currency: currency
      totals:
        fields:
          total: {from: total, as: {money: {unit: major, currency: currency}}}
      line_items:
        each: lines
        fields:
          line_id: {from: id, as: id}
          sku: {from: sku, as: text}
          quantity: {from: pieces, as: quantity}
          unit_price: {from: price, as: {money: {unit: major, currency: "^.currency"}}}
      source_status: {from: state, choose: {new: open, gone: cancelled}, default: unknown}
"""
STOCK_IN = """
facts:
  - kind: stock_count
    fields:
      occurred_at: {from: counted_at, as: time}
      source_version: {from: counted_at, as: version}
      sku: {from: sku, as: text}
      channel_stock_id: {from: article, as: id}
      location_id: {from: place, as: location}
      quantity: {from: pieces, as: quantity}
      measure: {default: available}
      counted_at: {from: counted_at, as: time}
"""
STOCK_OUT = """
body:
  fields:
    article: channel_stock_id
    place: channel_location_id
    pieces: {from: quantity, as: number}
    as_of: as_of
"""
README = "# Corner\n\n## Limits\n\nTen a second.\n\n## Oddities\n\nIt does not exist.\n\n## Links\n\nNone.\n"

PLACED: dict[str, Any] = {
    "id": 7001,
    "number": "C-7001",
    "placed_at": "2026-11-22T09:00:00Z",
    "updated_at": "2026-11-22T09:00:01Z",
    "currency": "EUR",
    "total": "25.00",
    "state": "new",
    "lines": [{"id": 1, "sku": "MUG-BLUE", "pieces": 2, "price": "12.50"}],
}
PLACED_FACT = {
    "kind": "order",
    "occurred_at": "2026-11-22T09:00:01.000Z",
    "source_version": "2026-11-22T09:00:01.000Z",
    "channel_order_id": "7001",
    "label": "C-7001",
    "placed_at": "2026-11-22T09:00:00.000Z",
    "currency": "EUR",
    "totals": {"total": 2500},
    "line_items": [{"line_id": "1", "sku": "MUG-BLUE", "quantity": "2", "unit_price": 1250}],
    "source_status": "open",
}
COUNTED: dict[str, Any] = {
    "sku": "MUG-BLUE",
    "article": 31,
    "place": "shelf",
    "pieces": 10,
    "counted_at": "2026-11-22T08:00:00Z",
}
COUNTED_FACT = {
    "kind": "stock_count",
    "occurred_at": "2026-11-22T08:00:00.000Z",
    "source_version": "2026-11-22T08:00:00.000Z",
    "sku": "MUG-BLUE",
    "channel_stock_id": "31",
    "location_id": "sample:shelf",
    "quantity": "10",
    "measure": "available",
    "counted_at": "2026-11-22T08:00:00.000Z",
}
ANSWERS: dict[str, Any] = {
    "set_stock__done": [{"body": {"status": "ok", "pieces": 7, "change_id": "c1"}}],
    "set_stock__stale": [{"status": 409, "body": {"pieces": 4}}],
    "set_stock__unknown": [{"body": {"error": "unknown_article"}}],
    "set_stock__slow_down": [{"body": {"error": "slow_down"}}],
    "article_of__two": [{"body": {"articles": [{"id": 31}, {"id": 32}]}}],
    "article_of__none": [{"body": {"articles": []}}],
    "order__one": [{"body": PLACED}],
    "orders_since__two_pages": [
        {"body": {"orders": [PLACED, {**PLACED, "id": 7002}], "next_page": 2}},
        {"body": {"orders": [{**PLACED, "id": 7003}], "next_page": None}},
    ],
}
GIVES: dict[str, Any] = {
    "set_stock__done": {"outcome": "done", "shown": 7, "reference": "c1"},
    "set_stock__stale": {"outcome": "stale", "shown": 4},
    "set_stock__unknown": {"error": "channel_rejected"},
    "set_stock__slow_down": {"error": "channel_rate_limited"},
    "article_of__two": {"value": "31"},
    "article_of__none": {"value": None},
    "order__one": {"topic": "order"},
    "orders_since__two_pages": {"documents": 3},
}


def parts(**changed: str) -> dict[str, Any]:
    """Give the connector as `POST /v1/connectors` takes it. `manifest=`, `order=`, `label=` replace its parts."""
    samples: dict[str, Any] = {
        "order_placed__mugs.json": PLACED,
        "order_placed__mugs.expected.json": [{**PLACED_FACT, "label": changed.get("label", PLACED["number"])}],
        "order_hinted__mugs.json": {"order_id": 7001},
        "stock_changed__shelf.json": COUNTED,
        "stock_changed__shelf.expected.json": [COUNTED_FACT],
    }
    samples |= {f"{name}.answers.json": {"answers": ANSWERS[name], "gives": GIVES[name]} for name in ANSWERS}
    return {
        "manifest": changed.get("manifest", MANIFEST),
        "mappings": {
            "order.in.yaml": changed.get("order", ORDER),
            "stock.in.yaml": STOCK_IN,
            "stock.out.yaml": STOCK_OUT,
        },
        "samples": {name: json.dumps(content) for name, content in samples.items()},
        "readme": README,
    }


def register(tenant: str = "acme", **changed: str) -> str:
    """Make it a tenant's, in this version from now on, without the checks of the API; gives the version's name."""
    made = bundle_of(parts(**changed))
    at = runtime.rfc3339(runtime.now())
    entry, _ = connectors.registry().add(tenant, made.name, made.digest, pack(made), at)
    cache.clear()
    return f"{made.name}@{entry.current}"


def write(root: Path, **changed: str) -> Path:
    """Write the connector below a folder, as `tributary connectors new --dir` would. Gives its own folder."""
    content = parts(**changed)
    files = {"connectors/corner/manifest.yaml": content["manifest"], "connectors/corner/README.md": content["readme"]}
    files |= {f"mappings/corner/{name}": text for name, text in content["mappings"].items()}
    files |= {f"events/samples/corner/{name}": text for name, text in content["samples"].items()}
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root / "connectors" / "corner"
