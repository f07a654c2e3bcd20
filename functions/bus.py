"""Put events on the bus."""

import os
from collections.abc import Sequence
from typing import Any

import orjson

from functions.batches import send_all
from functions.runtime import client, logger
from records.outbox import event_of

LIMIT = 10  # entries PutEvents takes


class BusError(Exception):
    """The bus did not take every entry."""


def entry_of(item: dict[str, Any]) -> dict[str, Any] | None:
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
        BusError: some are still refused.
    """
    left = send_all(entries, LIMIT, _refused)
    if left:
        raise BusError(f"the bus refuses {len(left)} of the batch's events")


def _refused(batch: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put one batch; give back what was not taken."""
    answer = client("events").put_events(Entries=batch)
    if not answer["FailedEntryCount"]:
        return []
    refused = [each for each, result in zip(batch, answer["Entries"], strict=True) if "ErrorCode" in result]
    logger.warning("bus refused entries", count=len(refused))
    return refused
