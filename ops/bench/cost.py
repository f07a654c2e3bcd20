"""What an order of three lines costs at AWS: normalise runs in this process, and a meter counts its calls.

Calls and write units come from the embedded AWS. Read units are computed from the sizes of items (see meter.py). What
Lambda does to poll and delete messages is not counted: it is done once for a batch.
"""

import json
import os
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from connectors.connection import Connection
from functions import bus, normalise, runtime
from functions.inbound.ingest import ingest
from functions.registry import connections, session
from ops.bench.meter import Meter
from ops.bench.orders import shopify as order
from ops.bench.units import item_size, write_units
from ops.commands import output
from ops.hub import aws_models
from ops.hub.cloud import REGION, Cloud
from ops.hub.deploy import Outputs, deploy_stack
from ops.standins.square.channel import Square
from records.outbox import payload_received
from records.store.wire import from_wire

PLACE, TILL_PLACE = "lille", "LILLE1"
SKUS = [order.sku(number) for number in (1, 2, 3)]
POOL = {"tenant": "main", "base_url": "http://127.0.0.1", "sells_from": (PLACE,), "default_location": PLACE}
BUYERS = (7_209_887_000_001, 7_209_887_000_002)
ORDERS = 20
MOVED = {**order.ORDER["shipping_address"], "address1": "16 rue de la Monnaie"}

Figures = dict[str, float]


def measure() -> Figures:
    """Give the cost of four orders: a known buyer's, a new buyer's, a buyer's twentieth, and a changed one."""
    output.step("cost of an order: normalise on the tables of infra/data.yaml")
    with Cloud.start() as cloud:
        data = deploy_stack(cloud.client, "bench-data", "data", {"DeletionProtection": "false"})
        os.environ.update(_environment(cloud, data))
        runtime.logger.setLevel("ERROR")
        bench = _Bench(cloud, data)
        bench.take(bench.till, "inventory.count.updated", _counts())
        bench.take(bench.shop, "orders/create", bench.order(0, BUYERS[0]))  # fills what a warm process remembers
        new = bench.take(bench.shop, "orders/create", bench.order(1, BUYERS[1]))
        known = bench.take(bench.shop, "orders/create", bench.order(2, BUYERS[1]))
        for number in range(3, ORDERS):
            bench.take(bench.shop, "orders/create", bench.order(number, BUYERS[1]))
        last = bench.take(bench.shop, "orders/create", bench.order(ORDERS, BUYERS[1]))
        changed = bench.take(bench.shop, "orders/updated", bench.order(ORDERS, BUYERS[1], shipping_address=MOVED))
    cases = {"order": known, "order.new_buyer": new, "order.twentieth": last, "order.changed": changed}
    names = ("aws_calls", "write_units", "read_units", "bus_events")
    found = {f"{case}.{name}": figures[name] for case, figures in cases.items() for name in names}
    return {**found, **{f"order.{name}": value for name, value in known.items() if name not in names}}


class _Bench:
    """A web shop that sells from a till's location, and the meter on this process's AWS clients."""

    def __init__(self, cloud: Cloud, data: Outputs) -> None:
        self._dynamo = cloud.client("dynamodb")  # not metered
        self._inbox, self._meter = data["InboxTable"], Meter()
        for service in aws_models.OPERATIONS:
            self._meter.watch(runtime.client(service))
        codes = {f"VARIATION{number:06d}": sku for number, sku in enumerate(SKUS, 1)}
        self.shop = Connection.model_validate({**POOL, "connection_id": "shop-fr", "connector": "shopify"})
        till = {"connection_id": "till-lille", "connector": "square", "owns": (PLACE,), "aliases": codes}
        self.till = Connection.model_validate({**POOL, **till, "locations": {TILL_PLACE: PLACE}})
        for connection in (self.shop, self.till):
            connections.register(self._dynamo, data["ConnectionsTable"], connection)

    def order(self, number: int, customer: int, **said: Any) -> bytes:
        """Give the payload of an order that is placed or changed now. `said` overrides its fields."""
        return orjson.dumps(order.placed(number, datetime.now(UTC), customer) | said)

    def take(self, connection: Connection, topic: str, body: bytes) -> Figures:
        """Take a payload in, normalise it, and give what that cost.

        Raises:
            RuntimeError: the payload was not applied.
        """
        self._meter.reset()
        receipt = ingest(session.of(connection), topic, body, delivery=f"{topic} {datetime.now(UTC)}")
        item = self._items()[0]
        inbox = {"inbox_write_units": self._meter.write_units, "inbox_bytes": float(item_size(item))}
        received = bus.entry(payload_received(from_wire(item)))
        self._meter.reset()
        answer = normalise.handler(_message(received), None)
        written, read = self._items(), self._meter.read_units
        if answer["batchItemFailures"] or not any("outcome" in each for each in written):
            raise RuntimeError(f"{topic} {receipt.event_id} was not applied: {answer}")
        told = [entry for each in written if (entry := bus.entry_of(from_wire(each)))]
        return {
            "aws_calls": float(self._meter.calls.total()),
            "write_units": self._meter.write_units,
            "read_units": float(read.total() - read[self._inbox]),
            "inbox_read_units": float(read[self._inbox]),
            "bus_events": float(1 + len(told)),
            **inbox,
            **_shares(written, self._meter.write_units),
        }

    def _items(self) -> list[dict[str, Any]]:
        return [self._dynamo.get_item(**at, ConsistentRead=True)["Item"] for at in self._meter.written]


def _shares(written: list[dict[str, Any]], total: float) -> Figures:
    """Divide the write units among the kinds of items. What remains is the share of the indexes."""
    taken: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for item in written:
        kind = item["pk"]["S"].split("#")[1].lower()
        taken[kind] += int(write_units(item_size(item), transaction=len(written) > 1))
        sizes[kind] += item_size(item)
    figures = {f"{kind}.write_units": float(units) for kind, units in taken.items()}
    figures |= {f"{kind}.bytes": float(size) for kind, size in sizes.items()}
    return {**figures, "indexes.write_units": total - taken.total()}


def _message(received: Mapping[str, Any]) -> dict[str, Any]:
    """Give a bus event as the queue delivers it: a batch of one message."""
    body = json.dumps({"detail-type": received["DetailType"], "detail": json.loads(received["Detail"])})
    about = {"messageId": "1", "receiptHandle": "1", "attributes": {"ApproximateReceiveCount": "1"}}
    return {"Records": [{**about, "body": body, "eventSourceARN": f"arn:aws:sqs:{REGION}:000000000000:normalise"}]}


def _counts() -> bytes:
    """Give the payload of the till's webhook that counts every SKU."""
    till = Square("-", "-")
    items = [till.add_item(sku, sku, 2490, {TILL_PLACE: 1000}) for sku in SKUS]
    till.tell_counts([(item, TILL_PLACE) for item in items])
    return till.deliveries.all[-1].body


def _environment(cloud: Cloud, data: Outputs) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "BUS_NAME": "bench",
        "INBOX_TABLE": data["InboxTable"],
        "RECORDS_TABLE": data["RecordsTable"],
        "CONNECTIONS_TABLE": data["ConnectionsTable"],
        "PAYLOAD_BUCKET": data["PayloadBucket"],
    }
