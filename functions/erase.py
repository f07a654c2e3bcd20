"""Erase: work on people's requests for privacy, which are access and erasure, and on the erasure of a shop.

Triggered every minute. Takes every open request as far as its time allows. Each step may be cut short anywhere; the
next run does it again. A request that fails is logged and stays open, and stops no other. A run that fails is started
once more and then lies in the dead-letter queue of the schedules; the next run does its work.
"""

import functions.coldstart  # noqa: F401 - before anything else is imported

from datetime import timedelta
from typing import Any

from functions import runtime
from functions.privacy.request import Run, work_on
from functions.registry import tenants
from functions.runtime import logger
from records.customers import erasure
from records.store.actions import Item

RESERVE = 8_000  # milliseconds left for a step that has begun


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Work on every tenant's requests. Gives how many were worked on, and how many of them failed.

    `event` may say `{"indexed_seconds": n, "days": n}`: `indexed` and `reach` of `Run`.
    """
    indexed = timedelta(seconds=event.get("indexed_seconds", Run.indexed.total_seconds()))
    reach = timedelta(days=event.get("days", Run.reach.days))
    run = Run(lambda: context.get_remaining_time_in_millis() > RESERVE, indexed, reach)
    worked = failed = 0
    for tenant in tenants.all_tenants():
        for item in _open(tenant):
            worked += 1
            logger.clear_state()
            logger.append_keys(tenant=tenant)
            try:
                work_on(item, run)
            except Exception:  # noqa: BLE001 - it stays open and is worked on again
                logger.exception("a request for privacy failed", erasure_id=item["id"])
                failed += 1
    return {"worked_on": worked, "failed": failed}


def _open(tenant: str) -> list[Item]:
    """Read a tenant's open requests, by the time at which they are due."""
    found, start = [], None
    while True:
        page, start = runtime.records().index(
            "by_status", "status_key", erasure.listed(tenant, "open"), limit=100, start=start
        )
        found += page
        if start is None:
            break
    items = runtime.records().get(found)
    return sorted(items.values(), key=lambda item: str(item["due_at"]))
