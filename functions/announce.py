"""Announce: tell the bus what was written.

Triggered by the streams of the Inbox and Records tables, so that nothing is announced that is not durable and nothing
durable stays unannounced. Events carry ids and versions, never data. When the bus refuses an entry the batch fails and
comes again, halved until the entry stands alone; repeats are harmless, consumers know every id.

Every change of stock comes by here, so this is where a shortage is put on the list of tasks: writes of stock are blind.
"""

import functions.coldstart  # noqa: F401 - before anything else is imported

import hashlib
import os
from collections.abc import Iterable
from typing import Any

import orjson

from functions.runtime import client, logger, now, records, rfc3339
from records.errors import ConflictError
from records.stock.shortages import flagged
from records.store.wire import from_wire

LIMIT = 10  # entries PutEvents takes
TRIES = 3

CREATED = {"customer": "CustomerCreated"}
MODIFIED = {
    "order": "OrderModified",
    "customer": "CustomerModified",
    "stock": "StockModified",
    "shipment": "ShipmentModified",
    "product": "ProductModified",
    "event": "PayloadQuarantined",
}
ENDED = {"succeeded": "PushSucceeded", "failed": "PushFailed"}


class AnnounceError(Exception):
    """The bus did not take every entry."""


def handler(event: dict[str, Any], context: Any) -> None:
    """Announce a batch of stream records."""
    images = [from_wire(record["dynamodb"]["NewImage"]) for record in event["Records"] if _is_written(record)]
    publish([entry for image in images if (entry := announcement(image)) is not None])
    for image in images:
        if image.get("record") == "stock" and "location_id" in image:
            _flag(image)


def _flag(image: dict[str, Any]) -> None:
    """List a stock as short, or no more, unless it has changed since: then its next image comes by here too."""
    change = flagged(image, rfc3339(now()))
    try:
        records().write([change] if change else [])
    except ConflictError:
        logger.info("stock has changed since", tenant=image["tenant"])


def _is_written(record: dict[str, Any]) -> bool:
    return "NewImage" in record.get("dynamodb", {})


def announcement(item: dict[str, Any]) -> dict[str, Any] | None:
    """Make the bus event of a written item, or nothing where nobody need know."""
    if "delivery" in item:
        return payload_received(item)
    record = item.get("record")
    if record is None or item.get("quiet"):
        return None
    name = _name(record, item)
    if name is None:
        return None
    version = int(item.get("told", item.get("ver", 1)))  # of an erasure only that it is told again is news
    detail = _envelope(name, item["tenant"], item["id"], f"{item['pk']} {item['sk']} {version}", item["at"])
    detail |= {"record": record, "version": version, "changed": item["changed"]}
    detail |= {"cause": item["cause"], "origin": item["origin"], "hop": item["hop"]}
    if "member" in item:
        detail["member"] = item["member"]
    if "connection_id" in item:
        detail["connection"] = item["connection_id"]
    return _entry(name, detail)


def _name(record: str, item: dict[str, Any]) -> str | None:
    if record == "erasure":
        return "CustomerErased"
    if record == "push":
        return ENDED.get(item["outcome"])
    if item["changed"] in (["merged"], ["unmerged"]):
        return f"Customer{item['changed'][0].title()}"
    if record == "order" and "placed" in item["changed"]:
        return "OrderCreated"
    if record == "order" and item.get("status") == "cancelled" and "status" in item["changed"]:
        return "OrderCancelled"
    return CREATED.get(record, MODIFIED[record]) if item.get("ver") == 1 else MODIFIED[record]


def payload_received(item: dict[str, Any]) -> dict[str, Any]:
    """Make the event that a payload is in the Inbox."""
    detail = _envelope("PayloadReceived", item["tenant"], item["event_id"], item["pk"], item["received_at"])
    detail |= {"record": "event", "version": 1, "changed": []}
    detail |= {"cause": item["event_id"], "origin": item["connection_id"], "hop": item.get("hop", 0)}
    return _entry("PayloadReceived", detail)


def _envelope(name: str, tenant: str, subject: str, identity: str, at: str) -> dict[str, Any]:
    """Make a CloudEvents 1.0 envelope. The id depends on what is announced, so that a repeat has the same."""
    return {
        "specversion": "1.0",
        "id": hashlib.sha256(identity.encode()).hexdigest()[:32],
        "source": f"tributary/{tenant}",
        "type": name,
        "time": at,
        "subject": subject,
        "dataschema": f"tributary:events/{name}/1",
        "tenant": tenant,
    }


def _entry(name: str, detail: dict[str, Any]) -> dict[str, Any]:
    return {
        "EventBusName": os.environ["BUS_NAME"],
        "Source": "tributary",
        "DetailType": name,
        "Detail": orjson.dumps(detail, default=int).decode(),
    }


def publish(entries: list[dict[str, Any]]) -> None:
    """Put entries on the bus, those it refuses again.

    Raises:
        AnnounceError: some are still refused.
    """
    for _ in range(TRIES):
        entries = [entry for batch in _batches(entries) for entry in _refused(batch)]
        if not entries:
            return
    raise AnnounceError(f"the bus refuses {len(entries)} of the batch's events")


def _batches(entries: list[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    return (entries[start : start + LIMIT] for start in range(0, len(entries), LIMIT))


def _refused(batch: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put one batch; give back what was not taken. PutEvents answers 200 even when entries failed."""
    answer = client("events").put_events(Entries=batch)
    if not answer["FailedEntryCount"]:
        return []
    refused = [entry for entry, result in zip(batch, answer["Entries"], strict=True) if "ErrorCode" in result]
    logger.warning("bus refused entries", count=len(refused))
    return refused
