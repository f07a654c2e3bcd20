"""Replay: say what a replay would do with each event, and send the events to normalise.

They go through a queue of their own, which normalise empties at a low rate, so that a replay of a month keeps no live
order waiting. Records take replayed facts by the same rules as all others (records/remapping.py). An event whose
mapping is still the same changes nothing, and where nothing changes nothing is pushed.
"""

import json
import os
from collections.abc import Iterable, Sequence
from typing import Any

from connectors.catalogue import Connector
from connectors.connection import Connection
from connectors.errors import ConnectorError
from functions import runtime
from functions.batches import send_all
from functions.inbound.selection import Found
from functions.registry import connections, connectors
from records import remapping
from records.cause import Cause
from records.errors import StoreUnavailableError
from records.store.actions import Item

BATCH = 10  # messages SQS takes at once

Plan = dict[str, Any]


def plan(tenant: str, found: Iterable[Found], map_as: str) -> list[Plan]:
    """Say what a replay does with each event: `apply` it, `remap` it, or `nothing` and why.

    `map_as` says with which version of the connector: `now` today's, `then` the one that mapped the event last.
    """
    return [
        {
            "event_id": each.event_id,
            "connection_id": each.connection_id,
            "topic": each.topic,
            "outcome": each.outcome,
            **_will(tenant, each, map_as),
        }
        for each in found
    ]


def _will(tenant: str, each: Found, map_as: str) -> Plan:
    connection = _connection(tenant, each.connection_id)
    if connection is None:
        return {"will": "nothing", "why": "its connection is not registered"}
    then = each.marker.get("connector") if each.marker and map_as == "then" else None
    try:
        kind = connectors.find(tenant, then or connection.connector)
    except ConnectorError as error:
        return {"will": "nothing", "why": str(error)}
    cause = Cause(tenant, each.event_id, each.connection_id, "", remaps=True)
    if not remapping.is_open(cause, each.marker, {"connector": kind.reference}):
        return {"will": "nothing", "why": f"it is {each.outcome} by {kind.reference}"}
    return {"will": "remap" if remapping.is_again(each.marker) else "apply", "connector": kind.reference}


def _connection(tenant: str, connection_id: str) -> Connection | None:
    found = connections.find(connection_id)
    return found if found is not None and found.tenant == tenant else None


def rehearse(tenant: str, plans: Sequence[Plan]) -> list[Plan]:
    """Add to each plan how many facts the event gives, or why it would be quarantined.

    The event is translated, no more: nothing is written, and no channel is asked.
    """
    bodies = runtime.inbox().read(tenant, [each["event_id"] for each in plans if each["will"] != "nothing"])
    return [{**each, **_rehearsed(tenant, each, bodies.get(each["event_id"]))} for each in plans]


def _rehearsed(tenant: str, each: Plan, item: Item | None) -> Plan:
    # Few requests to the API need mappings, and every cold start would pay for them.
    from connectors.translation import ContractBreachError, fact, parse, statements  # noqa: PLC0415
    from mappings.errors import MappingError, MappingFileError, PayloadError  # noqa: PLC0415

    connection = _connection(tenant, each["connection_id"])
    if item is None or connection is None:
        return {}
    kind: Connector = connectors.find(tenant, each["connector"])
    try:
        payload = parse(item["body"], item["content_type"])
        stated, _ = statements(kind, connection, each["topic"], payload)
        return {"facts": len([fact(statement, each["event_id"], connection) for statement in stated])}
    except (PayloadError, MappingError, MappingFileError, ContractBreachError, ConnectorError) as fault:
        return {"code": fault.code, "reason": str(fault), "pointer": getattr(fault, "pointer", None) or ""}


def send(tenant: str, plans: Iterable[Plan], map_as: str) -> int:
    """Send to normalise the events that a replay does something with. Gives how many they are.

    Raises:
        StoreUnavailableError: the queue does not take all of them. They may be sent again.
    """
    wanted = [_message(tenant, each, map_as) for each in plans if each["will"] != "nothing"]
    left = send_all(wanted, BATCH, _refused)
    if left:
        raise StoreUnavailableError(f"the queue of replays refuses {len(left)} events")
    return len(wanted)


def _message(tenant: str, each: Plan, map_as: str) -> str:
    detail = {"tenant": tenant, "subject": each["event_id"], "origin": each["connection_id"], "replay": {"map": map_as}}
    return json.dumps({"detail-type": "PayloadReceived", "detail": detail})


def _refused(messages: Sequence[str]) -> list[str]:
    """Send a batch. Gives back the messages that the queue did not take."""
    entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(messages)]
    answer = runtime.client("sqs").send_message_batch(QueueUrl=os.environ["REPLAY_QUEUE"], Entries=entries)
    return [messages[int(each["Id"])] for each in answer.get("Failed", [])]
