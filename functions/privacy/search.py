"""Search the Inbox for a person: every payload of the retention time is mapped again and looked through.

A payload is about the person where one of these says so:

- the records that its event changed; the event's marker names them
- the facts that it states: a payload that changed nothing still carries who it is about
- the ids that a thin payload names for fetching
- the values in it: it was never mapped, or only mentions them
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from connectors.errors import ConnectorError, ManifestError, TopicError
from connectors.translation import ContractBreachError, MappingError, PayloadError, fact, parse, statements, wanted
from functions import runtime
from functions.privacy.redaction import Names
from functions.registry import connections, session
from mappings.errors import MappingFileError
from records import ids, moments
from records.customers.claims import claims, statement_of
from records.facts import Stored, stored
from records.orders.fold import order_named
from records.store import keys
from records.store.actions import Item
from records.store.inbox import KEEP_DAYS
from records.store.packing import unpack

UNREADABLE = (PayloadError, MappingError, MappingFileError, ContractBreachError, ManifestError, TopicError)
KEPT = timedelta(days=KEEP_DAYS)
BEGINNING = "0"  # sorts before every time
PAGE = 100
TAKEN_UP = timedelta(days=1)  # an event without an outcome after so long waits for a person
ABOUT = ("order", "customer", "customer_merge", "consent", "interaction", "privacy_request")
"""Kinds of facts that are about somebody."""


@dataclass
class Sought:
    """What leads to a person: keys, the ids of accounts, orders and parcels, and what names them in a text."""

    tenant: str
    keys: set[str]
    accounts: set[str] = field(default_factory=set)
    orders: set[str] = field(default_factory=set)
    parcels: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.names = Names.of(self.keys)

    def is_told_by(self, stated: Stored) -> bool:
        """Tell whether a fact is about them."""
        if stated.get("tracking_number") in self.parcels or order_named(self.tenant, stated) in self.orders:
            return True
        if any(parcel["number"] in self.parcels for parcel in stated.get("tracking", [])):
            return True
        statement = {**stated, "kind": "consent"} if stated["kind"] == "privacy_request" else stated
        said = statement_of(statement)
        held = claims(said) if said else {}
        if stated["kind"] == "customer_merge":
            merged = (*stated["from_channel_customer_ids"], stated["into_channel_customer_id"])
            held = {f"channel:{stated['connection_id']}/{name}": "" for name in merged}
        return not self.keys.isdisjoint(held)

    def named_by(self, connection_id: str, fetched: Iterable[str]) -> set[str]:
        """Give which ids of those that a thin payload names (`fetched`) are the person's or one of their orders'."""
        return {
            each
            for each in fetched
            if f"channel:{connection_id}/{each}" in self.keys
            or ids.order_id(self.tenant, connection_id, each) in self.orders
        }

    def is_changed_by(self, marker: Item | None) -> bool:
        """Tell whether an event changed a record of theirs."""
        wanted = {"customer": self.accounts, "order": self.orders, "shipment": self.parcels}
        named: Iterable[dict[str, Any]] = unpack(marker["records"]) if marker else ()
        return any(each["id"] in wanted.get(each["record"], ()) for each in named)


@dataclass(frozen=True)
class Hit:
    """A payload that names the person. `theirs` are the facts about them. `is_whole`: it is about nobody else."""

    item: Item
    marker: Item | None
    payload: Any
    theirs: list[Stored]
    names: Names
    is_whole: bool


def is_about_somebody(stated: Stored) -> bool:
    """Tell whether a fact names a person."""
    return stated["kind"] in ABOUT and (stated["kind"] != "order" or bool(stated.get("buyer")))


def pages(sought: Sought, cursor: str, reach: timedelta = KEPT) -> Iterator[tuple[list[Hit], str, bool]]:
    """Give what is found, page by page, from a cursor on: the hits, the cursor behind the page, and whether hits wait.

    A hit waits while normalise has not taken up its event: it says later who it is about. It is not among the hits.
    """
    for event_ids, after in walk(sought.tenant, cursor, reach):
        found = list(_hits(sought, event_ids))
        yield [hit for hit, waits in found if not waits], after, any(waits for _, waits in found)


def walk(tenant: str, cursor: str, reach: timedelta = KEPT) -> Iterator[tuple[list[str], str]]:
    """Give the ids of all that was received since a cursor, page by page, and the cursor behind each page."""
    until = runtime.now()
    first = runtime.rfc3339(until - reach)
    after = max(cursor, first)
    hour = datetime.fromisoformat(after).replace(minute=0, second=0, microsecond=0)
    while hour <= until:
        name = moments.hour(hour)
        while page := runtime.inbox().received(tenant, name, after=after, limit=PAGE):
            after = page[-1]["received_at"]
            yield [keys.id_in(item["pk"]) for item in page], after
        hour += timedelta(hours=1)
        # An hour that is over is passed whole. In the last one more may come, and that must lie behind the cursor.
        if hour <= until:
            after = max(after, _just_before(hour))
            yield [], after


def _just_before(hour: datetime) -> str:
    return runtime.rfc3339(hour - timedelta(milliseconds=1))


def _hits(sought: Sought, event_ids: list[str]) -> Iterator[tuple[Hit, bool]]:
    at = {event_id: keys.applied(sought.tenant, event_id) for event_id in event_ids}
    markers = runtime.records().get(list(at.values()))
    for event_id, item in runtime.inbox().read(sought.tenant, event_ids).items():
        hit = None if "erased_at" in item else _hit(sought, item, markers.get(at[event_id]))
        if hit is not None:
            received = datetime.fromisoformat(item["received_at"])
            yield hit, hit.marker is None and runtime.now() - received < TAKEN_UP


def _hit(sought: Sought, item: Item, marker: Item | None) -> Hit | None:
    read = reading(item)
    theirs = [each for each in read.stated if sought.is_told_by(each)]
    named = sought.named_by(item["connection_id"], read.wanted)
    if not theirs and not named and not sought.is_changed_by(marker) and not sought.names.are_in(read.payload):
        return None
    others = [each for each in read.stated if each not in theirs and is_about_somebody(each)]
    is_shared = bool(others) or len(named) < len(read.wanted)
    is_theirs = bool(theirs or named) or marker is None or sought.is_changed_by(marker)
    names = replace(sought.names, ids=sought.names.ids | named)
    return Hit(item, marker, read.payload, theirs, names, is_whole=is_theirs and not is_shared)


@dataclass(frozen=True)
class Reading:
    """A payload, the facts that it states, and the ids that it names for fetching."""

    payload: Any
    stated: list[Stored] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)


def reading(item: Item) -> Reading:
    """Read a payload again. One that cannot be parsed is a text, and one that cannot be mapped states nothing."""
    payload: Any = item["body"].decode(errors="replace")
    connection = connections.find(item["connection_id"])
    try:
        payload = parse(item["body"], item["content_type"])
        if connection is None:
            return Reading(payload)
        kind = session.of(connection).connector
        said, _ = statements(kind, connection, item["topic"], payload, item["received_at"])
        facts = [stored(fact(each, item["event_id"], connection)) for each in said]
        return Reading(payload, facts, wanted(kind, item["topic"], payload))
    except (*UNREADABLE, ConnectorError):
        return Reading(payload)
