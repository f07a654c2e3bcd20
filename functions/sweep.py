"""Sweep: announce again what was received and not taken up.

Triggered every five minutes. Looks at what came in during the last day, but not in the last two minutes, and has no
marker. When it fails the next run does the same again.
"""

from datetime import timedelta
from typing import Any

from functions import connections, runtime
from functions.announce import payload_received, publish
from functions.runtime import logger
from records.store import keys

QUIET = timedelta(minutes=2)
REACH = timedelta(hours=24)


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Sweep every tenant. `event` may say `{"quiet_seconds": n}`."""
    moment = runtime.now()
    until = moment - timedelta(seconds=event.get("quiet_seconds", QUIET.total_seconds()))
    swept = 0
    for tenant in sorted({connection.tenant for connection in connections.all_connections()}):
        hour = moment - REACH
        while hour <= moment:
            swept += _sweep(tenant, hour.strftime("%Y-%m-%dT%H"), runtime.rfc3339(until))
            hour += timedelta(hours=1)
    logger.info("swept", announced_again=swept)
    return {"announced_again": swept}


def _sweep(tenant: str, hour: str, until: str) -> int:
    """Announce again what an hour left behind."""
    after, swept = "", 0
    while received := runtime.inbox().received(tenant, hour, after=after):
        after = received[-1]["received_at"]
        wanted = {keys.applied(tenant, _event_id(item)): item for item in received if item["received_at"] <= until}
        marked = runtime.records().get(list(wanted))
        left = [{**item, "event_id": _event_id(item)} for key, item in wanted.items() if key not in marked]
        publish([payload_received({**item, "tenant": tenant}) for item in left])
        swept += len(left)
    return swept


def _event_id(item: dict[str, Any]) -> str:
    return str(item["pk"]).rpartition("#")[2]
