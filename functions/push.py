"""Push: make a channel show what the hub knows.

Triggered by the connection's queue. Reads the record as it is now, computes what this channel should show, compares it
with what the channel shows as far as we know, and sends only a difference, under a lease so that two pushes of one
thing never overtake each other. A channel that is away or asks us to wait gets the message later; what it refuses for
good is kept as a failed push, where people see it.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson

from connectors.catalogue import Connector, connector
from connectors.client import Answer, Push
from connectors.connection import Connection
from connectors.errors import ConnectorError, RateLimitedError
from functions import connections, runtime, skus
from functions.batches import LaterError, backoff, work_through
from functions.runtime import logger
from functions.translate import context
from mappings.engine import load_out
from records import ids, showing
from records.errors import ConflictError
from records.showing import Viewer, Wanted
from records.store import keys
from records.store.actions import Absent, Below, Is, Item, Put, Update

LEASE = timedelta(seconds=60)  # longer than any call may take (connectors/http.py), shorter than a person's patience
STALE_WAIT = 3.0  # seconds for the channel's own event about what moved there
KEEP_DAYS = 90


@dataclass(frozen=True)
class Task:
    """One message: an event that may concern this connection."""

    connection: Connection
    kind: Connector
    detail: dict[str, Any]
    attempt: int


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Work through a batch of record events for one connection."""
    return work_through(event, _push)


def _push(message: dict[str, Any], queue: str, attempt: int) -> None:
    detail = message["detail"]
    connection = connections.find(queue.partition("-connection-")[2])
    logger.append_keys(event_id=detail["cause"], subject=detail["subject"])
    if connection is None:
        logger.info("connection is gone; its messages end here", queue=queue)
        return
    task = Task(connection, connector(connection.connector), detail, attempt)
    plan = PLANS.get(detail["record"])
    if plan is not None:
        plan(task)


def _push_stock(task: Task) -> None:
    rule = task.kind.manifest.pushes.get("stock")
    if rule is None:
        return
    sku = task.detail["subject"].rpartition("@")[0]
    at = task.connection
    viewer = Viewer(at.connection_id, at.sells_from, at.owns, at.buffer, rule.per or "location")
    partition = keys.stock(at.tenant, sku, "")[0]
    items = runtime.records().query(partition)
    for wanted in showing.stock_wanted(sku, items, viewer):
        lease = _Lease(task, wanted)
        # Free and already showing this: whoever takes the lease after us reads the record again, so nothing is missed.
        if _shows(wanted, showing.expected_stock(wanted, items, viewer, lease.peek())):
            _log(task, wanted, "skipped", "the channel shows it already")
            continue
        with lease as shown:
            # Read again under the lease: what was read before it may be older than what the last holder sent.
            items = runtime.records().query(partition)
            now_wanted = {each.key: each for each in showing.stock_wanted(sku, items, viewer)}.get(wanted.key)
            if now_wanted is not None:
                _show_stock(task, now_wanted, showing.expected_stock(now_wanted, items, viewer, shown.item), shown)


def _shows(wanted: Wanted, expected: Decimal | None) -> bool:
    return expected is not None and showing.plain(expected) == wanted.value


def _show_stock(task: Task, wanted: Wanted, expected: Decimal | None, shown: "_Lease") -> None:
    if _shows(wanted, expected):
        _log(task, wanted, "skipped", "the channel shows it already")
        return
    at = task.connection
    place = at.channel_location(wanted.location_id) if wanted.location_id else None
    stock_id = skus.stock_id_of(at, wanted.record["sku"])
    if stock_id is None or (wanted.location_id and place is None):
        _log(task, wanted, "skipped", "the channel does not list it there")
        return
    record = {**wanted.record, "channel_stock_id": stock_id, "channel_location_id": place, "previous": expected}
    _send(task, wanted, record, shown, previous=expected)


def _push_order(task: Task) -> None:
    if "fulfillment" not in task.kind.manifest.pushes or task.detail.get("connection") != task.connection.connection_id:
        return
    key = keys.order(task.connection.tenant, task.detail["subject"])
    item = runtime.records().get([key])[key]
    for wanted in showing.fulfillments_wanted(item, task.connection.connection_id):
        with _Lease(task, wanted) as shown:
            if shown.item.get("value") == wanted.value:
                _log(task, wanted, "skipped", "the channel knows it already")
            else:
                _send(task, wanted, wanted.record, shown)


def _push_customer(task: Task) -> None:
    if "customer" not in task.kind.manifest.pushes:
        return
    key = keys.customer(task.connection.tenant, task.detail["subject"])
    for unlocked in showing.customer_wanted(runtime.records().get([key])[key], task.connection.connection_id):
        with _Lease(task, unlocked) as shown:
            wanted = showing.customer_wanted(runtime.records().get([key])[key], task.connection.connection_id)[0]
            value = hashlib.sha256(orjson.dumps(_body(task, wanted, wanted.record), default=str)).hexdigest()[:24]
            wanted = Wanted(wanted.kind, wanted.key, value, wanted.record)
            if shown.item.get("value") == value:
                _log(task, wanted, "skipped", "the channel knows it already")
            else:
                _send(task, wanted, wanted.record, shown)


PLANS: dict[str, Callable[[Task], None]] = {
    "stock": _push_stock,
    "order": _push_order,
    "customer": _push_customer,
}


def _body(task: Task, wanted: Wanted, record: dict[str, Any]) -> dict[str, Any]:
    mapping = load_out(task.kind.mappings_folder / f"{wanted.kind}.out.yaml")
    made: dict[str, Any] = mapping.body(record, context(task.connection))
    return made


def _send(task: Task, wanted: Wanted, record: dict[str, Any], shown: "_Lease", previous: Decimal | None = None) -> None:
    """Call the channel, and keep what it answered."""
    at = task.connection
    key = ids.push_key(at.connection_id, f"{wanted.kind} {wanted.key}", shown.sequence, wanted.value)
    body = _body(task, wanted, {**record, "key": key})
    push = Push(wanted.kind, wanted.key, body, key, previous, record.get("as_of"))  # type: ignore[arg-type] # a manifest's push
    call = getattr(connections.client_of(at), task.kind.manifest.pushes[push.record].call)
    try:
        answer: Answer = call(push)
    except RateLimitedError as limited:
        raise LaterError(str(limited), limited.retry_after) from limited
    except ConnectorError as error:
        if error.retry:
            raise LaterError(str(error), backoff(task.attempt)) from error
        _log(task, wanted, "failed", str(error), code=error.code)
        return
    if answer.outcome == "stale":
        shown.observe(answer.shown)
        raise LaterError(f"{at.connection_id} shows another number than we knew", STALE_WAIT)
    shown.confirm(wanted)
    _log(task, wanted, "succeeded", "", status=answer.status, reference=answer.reference or "")


class _Lease:
    """The right to push one thing to one channel, for a minute. It holds what the channel last confirmed."""

    def __init__(self, task: Task, wanted: Wanted) -> None:
        self._task = task
        self._key = keys.shown(task.connection.tenant, task.connection.connection_id, f"{wanted.kind} {wanted.key}")
        self._until = ""
        self.item: Item = {}

    @property
    def sequence(self) -> int:
        """How often the channel has confirmed a push of this; part of the next idempotency key."""
        return int(self.item.get("ver", 0))

    def peek(self) -> Item:
        """Read without taking the lease.

        Raises:
            LaterError: somebody holds it, so what the channel shows is about to change.
        """
        item = runtime.records().get([self._key]).get(self._key, {})
        if item.get("lease", "") >= runtime.rfc3339(runtime.now()):
            raise LaterError("another push of the same thing is under way", 1.0)
        return item

    def __enter__(self) -> "_Lease":
        moment = runtime.now()
        self._until = runtime.rfc3339(moment + LEASE)
        take = Update(self._key, put={"lease": self._until}, when=Below("lease", runtime.rfc3339(moment)))
        try:
            runtime.records().write([take])
        except ConflictError as error:
            raise LaterError("another push of the same thing is under way", 1.0) from error
        self.item = runtime.records().get([self._key])[self._key]
        return self

    def __exit__(self, *_: object) -> None:
        """Give the lease back, unless it has run out and is another's."""
        try:
            runtime.records().write([Update(self._key, remove=("lease",), when=Is("lease", self._until))])
        except ConflictError:
            logger.warning("the lease ran out during the push")

    def observe(self, value: Decimal | None) -> None:
        """Keep what the channel says it shows."""
        if value is not None:
            put = {"value": showing.plain(value), "at": runtime.rfc3339(runtime.now())}
            runtime.records().write([Update(self._key, put=put, when=Is("lease", self._until))])

    def confirm(self, wanted: Wanted) -> None:
        """Keep that the channel shows this now; the owner of a place has thereby been told of the others' orders."""
        at = runtime.rfc3339(runtime.now())
        runtime.records().write(
            [Update(self._key, put={"value": wanted.value, "at": at}, add={"ver": 1}, when=Is("lease", self._until))]
        )
        if wanted.told is not None:
            self._tell_owner(wanted, at)

    def _tell_owner(self, wanted: Wanted, at: str) -> None:
        """An `available` number we made ourselves counts as the owner's count; it contains what others took."""
        connection = self._task.connection
        count = {"c": connection.connection_id, "q": wanted.value, "at": at, "m": "available"}
        key = keys.stock(connection.tenant, wanted.record["sku"], str(wanted.location_id))
        put = {"count": count, "count_rank": f"{at} push", "told": dict(wanted.told or {})}
        try:
            runtime.records().write([Update(key, put=put, add={"ver": 1}, when=Below("count_rank", f"{at} push"))])
        except ConflictError:
            logger.info("a later count is known already")


def _log(task: Task, wanted: Wanted, outcome: str, why: str, **more: Any) -> None:
    """Keep how the push ended, under the event that caused it."""
    detail, moment = task.detail, runtime.now()
    connection_id = task.connection.connection_id
    key = keys.pushed(detail["tenant"], detail["cause"], connection_id, f"{wanted.kind} {wanted.key}")
    item = {
        "pk": key[0],
        "sk": key[1],
        "record": "push",
        "id": f"{connection_id} {wanted.kind} {wanted.key}",
        "tenant": detail["tenant"],
        "cause": detail["cause"],
        "origin": connection_id,
        "hop": int(detail["hop"]) + 1,
        "changed": [outcome],
        "connection_id": connection_id,
        "outcome": outcome,
        "value": wanted.value,
        "why": why,
        "attempts": task.attempt,
        "at": runtime.rfc3339(moment),
        "expires_at": int(moment.timestamp()) + KEEP_DAYS * 86400,
        **more,
    }
    if outcome == "failed":
        item["status_key"] = f"{detail['tenant']}#failed"
    try:
        # A message that comes again finds its push done: that skip must not hide the answer the push got.
        runtime.records().write([Put(item, Absent() if outcome == "skipped" else None)])
    except ConflictError:
        return
    logger.info("pushed", connection_id=connection_id, outcome=outcome, why=why)
