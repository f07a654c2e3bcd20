"""Sweep: announce again what was received and not taken up, and end reservations whose time is over.

Triggered every five minutes for all of it, and every minute for reservations alone. Looks at what came in during the
last day, but not in the last two minutes, and has no marker. When it fails the next run does the same again.
"""

import functions.coldstart  # noqa: F401 - before anything else is imported

from datetime import timedelta
from functools import partial
from typing import Any

from functions import bus, runtime
from functions.registry.tenants import all_tenants
from functions.runtime import logger
from records import moments
from records.apply import change
from records.cause import Cause
from records.errors import ConflictError
from records.orders import reservations
from records.outbox import payload_received
from records.store import keys

QUIET = timedelta(minutes=2)
REACH = timedelta(hours=24)


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Sweep every tenant. `event` may say `{"quiet_seconds": n}`, or `{"only": "reservations"}`."""
    moment = runtime.now()
    tenants = all_tenants()
    ended = sum(_end_reservations(tenant, runtime.rfc3339(moment)) for tenant in tenants)
    if event.get("only") == "reservations":
        logger.info("swept", reservations_ended=ended)
        return {"reservations_ended": ended}
    until = moment - timedelta(seconds=event.get("quiet_seconds", QUIET.total_seconds()))
    swept = 0
    for tenant in tenants:
        hour = moment - REACH
        while hour <= moment:
            swept += _sweep(tenant, moments.hour(hour), runtime.rfc3339(until))
            hour += timedelta(hours=1)
    logger.info("swept", announced_again=swept, reservations_ended=ended)
    return {"announced_again": swept, "reservations_ended": ended}


def _end_reservations(tenant: str, now: str) -> int:
    """End a tenant's reservations that are over. Channels hear of it by the stock they took from."""
    ended = 0
    for key in runtime.records().due("by_status", ("status_key", reservations.due_list(tenant)), ("at", now)):
        reservation_id = keys.id_in(key[0])
        cause = Cause(tenant, reservation_id, "api", now)
        try:
            change(runtime.records(), cause, partial(reservations.expire, cause=cause, reservation_id=reservation_id))
            ended += 1
        except ConflictError:
            logger.info("a busy reservation is ended another time", tenant=tenant, reservation_id=reservation_id)
    return ended


def _sweep(tenant: str, hour: str, until: str) -> int:
    """Announce again what an hour left behind."""
    after, swept = "", 0
    while received := runtime.inbox().received(tenant, hour, after=after):
        after = received[-1]["received_at"]
        named = [{**item, "event_id": keys.id_in(item["pk"])} for item in received if item["received_at"] <= until]
        wanted = {keys.applied(tenant, item["event_id"]): item for item in named}
        marked = runtime.records().get(list(wanted))
        left = [item for key, item in wanted.items() if key not in marked]
        bus.publish([bus.entry(payload_received({**item, "tenant": tenant})) for item in left])
        swept += len(left)
    return swept
