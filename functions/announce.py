"""Announce: tell the bus what was written.

Triggered by the streams of the Inbox and Records tables, so that nothing is announced that is not durable and nothing
durable stays unannounced. Events carry ids and versions, never data. When the bus refuses an entry the batch fails and
comes again, halved until the entry stands alone; repeats are harmless, consumers know every id.

Every change of stock comes by here, so this is where a shortage is put on the list of tasks: writes of stock are blind.
"""

import functions.coldstart  # noqa: F401 - before anything else is imported

import os
from collections.abc import Sequence
from typing import Any

import orjson

from functions.batches import send_all
from functions.runtime import client, logger, now, records, rfc3339
from records.errors import ConflictError
from records.outbox import event_of
from records.stock.shortages import flagged
from records.store.wire import from_wire

LIMIT = 10  # entries PutEvents takes


class AnnounceError(Exception):
    """The bus did not take every entry."""


def handler(event: dict[str, Any], context: Any) -> None:
    """Announce a batch of stream records."""
    images = [from_wire(record["dynamodb"]["NewImage"]) for record in event["Records"] if _is_written(record)]
    publish([made for image in images if (made := announcement(image)) is not None])
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
    """Make the bus entry of a written item, or nothing where nobody need know."""
    detail = event_of(item)
    return None if detail is None else entry(detail)


def entry(detail: dict[str, Any]) -> dict[str, Any]:
    """Make the entry by which the bus takes an event."""
    return {
        "EventBusName": os.environ["BUS_NAME"],
        "Source": "tributary",
        "DetailType": detail["type"],
        "Detail": orjson.dumps(detail, default=int).decode(),
    }


def publish(entries: list[dict[str, Any]]) -> None:
    """Put entries on the bus, those it refuses again.

    Raises:
        AnnounceError: some are still refused.
    """
    left = send_all(entries, LIMIT, _refused)
    if left:
        raise AnnounceError(f"the bus refuses {len(left)} of the batch's events")


def _refused(batch: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put one batch; give back what was not taken."""
    answer = client("events").put_events(Entries=batch)
    if not answer["FailedEntryCount"]:
        return []
    refused = [each for each, result in zip(batch, answer["Entries"], strict=True) if "ErrorCode" in result]
    logger.warning("bus refused entries", count=len(refused))
    return refused
