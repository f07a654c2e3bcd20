"""Leases: who may push one thing to one channel now, and what that channel last confirmed to show."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, Self

from connectors.connection import Connection
from functions import runtime
from functions.batches import LaterError, backoff
from functions.runtime import logger
from records.desired import Wanted
from records.errors import ConflictError
from records.stock import counts, told
from records.stock import position as stock
from records.store import keys
from records.store.actions import Below, Is, Item, Key, Update

LEASE = timedelta(seconds=60)  # longer than any call may take (connectors/http.py), shorter than a person's patience


class Lease:
    """The right to push one thing to one channel, for a minute. `item` is what the channel last confirmed.

    `intend`, `give_up`, `observe` and `confirm` raise ConflictError once another push has taken the lease over.
    """

    def __init__(self, connection: Connection, wanted: Wanted, attempt: int) -> None:
        self._attempt = attempt
        self._tenant = connection.tenant
        self._key = keys.shown(connection.tenant, connection.connection_id, f"{wanted.kind} {wanted.key}")
        self._until = ""
        self.item: Item = {}

    @property
    def sequence(self) -> int:
        """How often the channel has confirmed a push of this. It is part of the next idempotency key."""
        return int(self.item.get("ver", 0))

    def peek(self) -> Item:
        """Read what the channel last confirmed, without taking the lease.

        Raises:
            LaterError: another push holds the lease, so what the channel shows is about to change.
        """
        item = runtime.records().get([self._key]).get(self._key, {})
        if item.get("lease", "") >= runtime.rfc3339(runtime.now()):
            raise LaterError("another push of the same thing is under way", backoff(self._attempt))
        return item

    def __enter__(self) -> Self:
        """Take the lease, then read what the channel last confirmed.

        Raises:
            LaterError: another push holds it.
        """
        moment = runtime.now()
        self._until = runtime.rfc3339(moment + LEASE)
        take = Update(self._key, put={"lease": self._until}, when=Below("lease", runtime.rfc3339(moment)))
        try:
            runtime.records().write([take])
        except ConflictError as error:
            raise LaterError("another push of the same thing is under way", backoff(self._attempt)) from error
        self.item = runtime.records().get([self._key])[self._key]
        return self

    def __exit__(self, *_: object) -> None:
        """Give the lease back, unless it has run out and another push has taken it."""
        try:
            runtime.records().write([Update(self._key, remove=("lease",), when=Is("lease", self._until))])
        except ConflictError:
            logger.warning("the lease ran out during the push")

    def intend(self, wanted: Wanted, push: dict[str, Any], sent_at: str) -> None:
        """Write down what is about to be sent, so that a crash cannot leave it unknown."""
        about: Item = {"value": wanted.value, "sku": wanted.record["sku"], "location_id": wanted.location_id}
        about["told"] = None if wanted.told is None else dict(wanted.told)
        self._write({"pending": {**about, "push": push, "sent_at": sent_at}})

    def give_up(self) -> None:
        """Forget what was about to be sent, because the channel refuses it."""
        self._write({}, remove=("pending",))

    def observe(self, wanted: Wanted, value: Decimal | None, sent_at: str) -> None:
        """Keep what the channel says it shows, instead of what we wanted it to show. `value` None: it does not say."""
        at = runtime.rfc3339(runtime.now())
        self._write({} if value is None else {"value": stock.plain(value), "at": at}, remove=("pending",))
        if value is not None and wanted.told is not None:
            self._observed(wanted, value, sent_at)

    def _observed(self, wanted: Wanted, value: Decimal, at: str) -> None:
        """Keep an owner's own number as its count. What moved there and was not told to us must not be pushed away."""
        key = keys.stock(self._tenant, wanted.record["sku"], str(wanted.location_id))
        known = runtime.records().get([key])[key]
        try:
            runtime.records().write([counts.observed(key, known, stock.plain(value), at)])
        except ConflictError:
            logger.info("a later count is known already")

    def confirm(self, wanted: Wanted, sent_at: str) -> None:
        """Keep that the channel shows this now. Of a place's owner keep also which claims of others it was told."""
        # An owner's number counts from when it was sent: what the owner sold during the call, its next count tells.
        # Anybody else's counts from now: our number may have overwritten what the channel sold during the call. We
        # assume that it did, so that sale is pushed once more.
        put = {"value": wanted.value, "at": runtime.rfc3339(runtime.now()) if wanted.told is None else sent_at}
        mine = Update(self._key, put=put, remove=("pending",), add={"ver": 1}, when=Is("lease", self._until))
        self.item = {**self.item, **put, "ver": self.sequence + 1}
        if wanted.told is None:
            runtime.records().write([mine])
            return
        key = keys.stock(self._tenant, wanted.record["sku"], str(wanted.location_id))
        known = runtime.records().get([key])[key]
        runtime.records().write([mine, told.confirmed(key, known, wanted.told, sent_at)])
        if len(known) > told.TIDY_FROM:
            self._tidy(key)

    def _write(self, put: dict[str, Any], remove: tuple[str, ...] = ()) -> None:
        runtime.records().write([Update(self._key, put=put, remove=remove, when=Is("lease", self._until))])

    def _tidy(self, key: Key) -> None:
        """Tidy a stock record that has grown long. While anybody else writes it, it is left for another time."""
        change = told.tidied(key, runtime.records().get([key])[key], runtime.now())
        try:
            runtime.records().write([change] if change else [])
        except ConflictError:
            logger.info("a busy stock record is tidied another time")
