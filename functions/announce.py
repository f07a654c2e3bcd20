"""Announce: tell the bus what was written.

Triggered by the streams of the Inbox and Records tables, so that nothing is announced that is not durable and nothing
durable stays unannounced. Events carry ids and versions, never data. When the bus refuses an entry the batch fails and
comes again, halved until the entry stands alone; repeats are harmless, consumers know every id.

Every change of stock comes by here, so this is where a shortage is put on the list of tasks: writes of stock are blind.
"""

import functions.coldstart  # noqa: F401 - before anything else is imported

from typing import Any

from functions import bus
from functions.runtime import logger, now, records, rfc3339
from records.errors import ConflictError
from records.stock.shortages import flagged
from records.store.wire import from_wire


def handler(event: dict[str, Any], context: Any) -> None:
    """Announce a batch of stream records."""
    images = [from_wire(record["dynamodb"]["NewImage"]) for record in event["Records"] if _is_written(record)]
    bus.publish([made for image in images if (made := bus.entry_of(image)) is not None])
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
