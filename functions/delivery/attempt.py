"""Send one push to a channel, and keep how it ended.

A push of stock that a crash or a lost answer leaves open is sent again word for word, before anything newer is.
"""

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

from connectors.client import Answer, Push, make_call
from connectors.connection import Connection
from connectors.errors import ConnectorError, RateLimitedError
from connectors.manifest import PushRule, Record
from connectors.translation import context
from functions import runtime
from functions.batches import LaterError, backoff
from functions.delivery.lease import Lease
from functions.registry.session import Session
from functions.runtime import logger
from mappings.engine import load_out
from records import ids, outcomes
from records.desired import Wanted
from records.errors import ConflictError

STALE_WAIT = 3.0  # seconds to wait for the channel's own event about what moved there


@dataclass(frozen=True)
class Task:
    """One message: an event that may concern this connection. `detail` is the event's, `attempt` counts from 1."""

    session: Session
    detail: dict[str, Any]
    attempt: int

    @property
    def connection(self) -> Connection:
        """Whose channel it is."""
        return self.session.connection

    @property
    def pushes(self) -> dict[Record, PushRule]:
        """The push rules of the manifest, by kind of record: what the channel takes, and how."""
        return self.session.manifest.pushes


def body_of(task: Task, wanted: Wanted, record: dict[str, Any]) -> dict[str, Any]:
    """Make the body of a push: the record, mapped as the connector's mapping for its kind says."""
    mapping = load_out(task.session.connector.mappings_folder / f"{wanted.kind}.out.yaml")
    made: dict[str, Any] = mapping.body(record, context(task.connection))
    return made


def send(task: Task, wanted: Wanted, record: dict[str, Any], shown: Lease, previous: Decimal | None = None) -> None:
    """Make a channel show something. `previous` is the quantity that we believe it shows (None: unknown).

    A push of stock is written down before it is sent. Otherwise, if the answer was lost, an owner that has our number
    would count as not told.

    Raises:
        LaterError: the channel is away, asks us to wait, or shows another number than we knew.
        ConflictError: the lease ran out, and another push has taken it.
    """
    name = f"{wanted.kind} {wanted.key}"
    key = ids.push_key(task.connection.connection_id, name, shown.sequence, wanted.value)
    sent_at = runtime.rfc3339(runtime.now())
    body = body_of(task, wanted, {**record, "key": key})
    push = {"record": wanted.kind, "key": wanted.key, "body": body, "idempotency_key": key, "previous": previous}
    push["as_of"] = record.get("as_of")
    if wanted.kind == "stock":
        shown.intend(wanted, push, sent_at)
    _call(task, wanted, push, shown, sent_at)


def finish(task: Task, shown: Lease) -> None:
    """Send again, word for word, what an earlier push of the same thing began and did not end. Raises like `send`."""
    pending = shown.item.get("pending")
    if pending is not None:
        record = {"sku": pending["sku"]}
        key, place = pending["push"]["key"], pending["location_id"]
        wanted = Wanted("stock", key, pending["value"], record, place, pending["told"])
        _call(task, wanted, pending["push"], shown, pending["sent_at"])


def _call(task: Task, wanted: Wanted, push: dict[str, Any], shown: Lease, sent_at: str) -> None:
    """Call the channel once.

    Raises:
        LaterError: the channel is away, asks us to wait, or shows another number than we knew.
    """
    name = task.pushes[push["record"]].call
    try:
        answer: Answer = make_call(task.session.client, name, Push(**push))
    except ConnectorError as error:
        if error.retry:
            log(task, wanted, "waiting", str(error), code=error.code)
            delay = error.retry_after if isinstance(error, RateLimitedError) else backoff(task.attempt)
            raise LaterError(str(error), delay) from error
        shown.give_up()
        log(task, wanted, "failed", str(error), code=error.code)
        return
    if answer.outcome == "stale":
        shown.observe(wanted, answer.shown, sent_at)
        raise LaterError(f"{task.connection.connection_id} shows another number than we knew", STALE_WAIT)
    shown.confirm(wanted, sent_at)
    log(task, wanted, "succeeded", "", status=answer.status, reference=answer.reference or "")


def log(task: Task, wanted: Wanted, outcome: str, why: str, **more: Any) -> None:
    """Keep how the push ended, under the event that caused it: `succeeded`, `failed`, `waiting` or `skipped`."""
    connection_id = task.connection.connection_id
    kept = outcomes.pushed(
        task.detail, connection_id, wanted, outcome, why, attempt=task.attempt, now=runtime.now(), **more
    )
    try:
        runtime.records().write([kept])
    except ConflictError:
        return
    logger.info("pushed", connection_id=connection_id, outcome=outcome, why=why)


def digest(body: dict[str, Any]) -> str:
    """Give a short digest of a body, to compare it with what a channel confirmed."""
    return hashlib.sha256(orjson.dumps(body, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()[:24]
