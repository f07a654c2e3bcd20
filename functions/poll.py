"""Poll: ask channels that do not call.

Triggered every minute by a schedule, or for one connection by `{"connection_id": …}`. Each list of a manifest's `polls`
is due after its interval. One that somebody asked to reconcile is due at once, from the time they named if that lies
further back.

Each document enters the Inbox as a webhook's payload does. Every poll goes back by the overlap that the manifest
states: what was missed comes again, and what comes twice is recognised. The time of a list's last poll moves only after
all of it is durable. So when a channel fails, the next run asks for the same again; the other polls go on. When AWS
refuses what a poll needs, the others go on too, and then the run fails: it is started once more, and after that lies in
the dead-letter queue of the schedules.
"""

import functions.coldstart  # noqa: F401 - before anything else is imported

from typing import Any

from connectors.client import Page, make_call
from connectors.connection import Connection
from connectors.errors import ConnectorError
from connectors.manifest import Poll
from functions import runtime
from functions.inbound.ingest import ingest
from functions.registry import connections, session
from functions.registry.session import Session
from functions.runtime import REFUSALS, logger
from records import polls
from records.store import keys
from records.store.actions import Update

PASSING = (ConnectorError, *REFUSALS)
"""Errors of one poll that say nothing of the others."""
REFUSED = "platform_unavailable"


class PollError(Exception):
    """AWS did not do what some polls needed. All others are done."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Poll what is due; a connection named by the event is due at once. One that fails does not stop the others.

    Gives `{"taken": {list: {"new": n, "known": n}}, "failed": {list or connection: code}}`; a list is
    `<connection_id>/<name>`.

    Raises:
        PollError: AWS refused what some of them need.
    """
    only = event.get("connection_id")
    taken: dict[str, dict[str, int]] = {}
    failed: dict[str, str] = {}
    for connection in connections.all_connections():
        if connection.status != "active" or only not in (None, connection.connection_id):
            continue
        opened = _open(connection, failed)
        if opened is None:
            continue
        for name, rule in opened.manifest.polls.items():
            try:
                count = _poll(opened, name, rule, due=only is not None)
            except PASSING as error:
                _fail(failed, connection, f"{connection.connection_id}/{name}", error)
                continue
            if count is not None:
                taken[f"{connection.connection_id}/{name}"] = count
    refused = [what for what, code in failed.items() if code == REFUSED]
    if refused:
        raise PollError(f"AWS refused what these polls need: {', '.join(refused)}")
    return {"taken": taken, "failed": failed}


def _open(connection: Connection, failed: dict[str, str]) -> Session | None:
    try:
        return session.of(connection)
    except PASSING as error:
        _fail(failed, connection, connection.connection_id, error)
        return None


def _fail(failed: dict[str, str], connection: Connection, what: str, error: Exception) -> None:
    code = error.code if isinstance(error, ConnectorError) else REFUSED
    about = {"tenant": connection.tenant, "connection_id": connection.connection_id, "code": code}
    logger.warning("poll failed", extra={**about, "reason": str(error)})
    failed[what] = code


def _poll(opened: Session, name: str, rule: Poll, *, due: bool) -> dict[str, int] | None:
    """Poll one list to its end. Gives how many documents were new and how many known; None: it is not due."""
    started, connection = runtime.now(), opened.connection
    key = keys.cursor(connection.tenant, connection.connection_id, name)
    item = runtime.records().get([key]).get(key, {})
    since = polls.since(item, started, rule.interval, rule.overlap, due=due)
    if since is None:
        return None
    count, cursor = {"new": 0, "known": 0}, None
    while True:
        page: Page = make_call(opened.client, rule.call, since, cursor)
        for document in page.documents:
            receipt = ingest(opened, document.topic, document.body)
            count["known" if receipt.repeated else "new"] += 1
        cursor = page.cursor
        if cursor is None:
            break
    runtime.records().write([Update(key, put={"polled_at": runtime.rfc3339(started)})])
    return count
