"""Erasure: what is kept of a person goes, and what comes late brings nobody back.

A privacy request is one item, `ERASURE#<id>`, from the day it was made to its receipt.

To erase is one step. The customer's items become empty. Every key that led to this customer alone becomes a tombstone:
it keeps the time of the erasure and no value. What is needed to find the rest (orders, visits, payloads) is written
down with the request until that is done. From this step on, a statement about the person from before it is refused, and
an order from before it loses its person on the way in.
"""

from collections.abc import Iterable, Set
from datetime import timedelta
from typing import Any

from records import ids
from records.cause import Cause
from records.customers import accounts, links, reviews
from records.customers.claims import account_of, claims, subject_statement
from records.customers.cluster import Circle
from records.customers.customer import CustomerState, channel_ids
from records.customers.resolution import pair_of
from records.facts import Stored
from records.moments import later
from records.store import keys
from records.store.actions import Is, Item, Key, Put, Update
from records.store.packing import pack, unpack
from records.store.unit import Unit

TIME_TO_ANSWER = timedelta(days=30)  # GDPR article 12(3) says a month, Shopify 30 days
AT_ONCE = 60  # keys and accounts that are let go in one step

Person = dict[str, Any]
"""What leads to the traces of a person: `accounts` (id → name), `keys`, `clues`, and `channels` (connection → ids)."""


def listed(tenant: str, status: str) -> str:
    """Name the list of requests in the index that are `open` or `done`."""
    return f"{tenant}#privacy {status}"


def take(unit: Unit, cause: Cause, fact: Stored) -> None:
    """Take a request that a channel passes on. Said again, it is the same request."""
    request = f"{fact['connection_id']}/{fact['fact_id']}"
    subject = {**fact["subject"], "connection_id": fact["connection_id"]}
    request_privacy(unit, cause, request, fact["type"], fact["occurred_at"], subject, fact.get("due_at"))


def request_privacy(
    unit: Unit, cause: Cause, request: str, kind: str, at: str, subject: dict[str, Any], due_at: str | None = None
) -> str:
    """Write a request down; gives its id. `subject` is a fact's, with its connection, or a customer_id.

    `due_at` is 30 days after `at` unless the channel says otherwise.
    """
    erasure_id = ids.erasure_id(cause.tenant, request)
    key = keys.erasure(cause.tenant, erasure_id)
    if unit.item(key) is None:
        about = {"id": erasure_id, "tenant": cause.tenant, "type": kind, "connection_id": cause.connection_id}
        about |= {"requested_at": at, "at": at, "stage": "open", "status_key": listed(cause.tenant, "open")}
        about |= {"due_at": due_at or later(at, TIME_TO_ANSWER)}
        unit.save(key, {**about, "cause": cause.event_id, "hop": cause.hop, "subject": pack(subject)})
    return erasure_id


def asked_by(item: Item) -> dict[str, Any]:
    """Give whom a request is about."""
    subject: dict[str, Any] = unpack(item["subject"])
    return subject


def keys_of(subject: dict[str, Any]) -> list[str]:
    """Give the keys by which a request names its person, the surest first."""
    said = {name: value for name, value in subject.items() if name not in ("connection_id", "customer_id")}
    envelope = dict.fromkeys(("fact_id", "occurred_at", "source_version"), "")
    fact = {**envelope, "kind": "consent", "subject": said, "connection_id": subject.get("connection_id", "")}
    return list(claims(subject_statement(fact)))


def found(unit: Unit, cause: Cause, subject: dict[str, Any]) -> set[str]:
    """Name whom a request is about, by the surest key that leads to anybody. Of several, a person must say who."""
    if "customer_id" in subject:
        known = links.heads_of(unit, cause.tenant, [subject["customer_id"]]).values()
    else:
        places = [links.claim_key(cause.tenant, key) for key in keys_of(subject)]
        unit.load(places)
        named: Iterable[list[str]] = (links.holders(unit, at) for at in places if not links.is_void(unit, at))
        known = links.heads_of(unit, cause.tenant, next(filter(None, named), [])).values()
    return {name for name in known if links.customer(unit, cause.tenant, name) is not None}


def person(unit: Unit, cause: Cause, account_ids: Iterable[str], *, alone: bool = False) -> Person:
    """Collect what leads to the traces of customers, or of these accounts alone where their customers stay."""
    circle = Circle(unit, cause)
    named = sorted(account_ids)
    gone = {name for each in named for name in ([each] if alone else circle.customer(each))}
    circle.gather(gone)
    return _person(circle, gone & circle.accounts.keys())


def _person(circle: Circle, gone: Set[str]) -> Person:
    names = {each: circle.accounts[each].name for each in sorted(gone)}
    state = CustomerState()
    for each in names:
        state = state.with_all(circle.state(each))
    state = state.part(set(names.values()), set(names))
    held: set[str] = set()
    clues: set[str] = set()
    for key, said in state.sources.items():
        if account_of(key) in names.values():
            held |= {*claims(said), *said.get("earlier", [])}
            clues |= accounts.clues(said)
    channels = {name.partition("/")[0] for name in names.values()}
    told = {each: known for each in sorted(channels) if (known := channel_ids(state, each))}
    return {"accounts": names, "keys": sorted(held), "clues": sorted(clues), "channels": told}


def is_large(known: Person) -> bool:
    """Tell whether a person has so many keys that these are let go first, in steps of their own."""
    return len(known["accounts"]) + len(known["keys"]) + len(known["clues"]) > AT_ONCE


def release(unit: Unit, cause: Cause, known: Person, at: str, kinds: tuple[str, ...] = ()) -> list[str]:
    """Let go of keys and clues; gives the keys that led to this person alone.

    These become tombstones: they keep the time of the erasure, and no value. With `kinds`, only keys that begin so do.
    """
    places = {key: links.place_of(cause.tenant, key) for key in (*known["keys"], *known["clues"])}
    unit.load([*places.values(), *_reviews(unit, cause, known)])
    own = []
    for key, place in places.items():
        item = unit.item(place)
        if item is None:
            continue
        left = [name for name in item["holders"] if name not in known["accounts"]]
        is_own = not left and not links.is_void(unit, place) and key in known["keys"]
        is_own = is_own and (not kinds or key.startswith(kinds))
        own += [key] if is_own else []
        if left != item["holders"] or (is_own and item.get("erased_at", "") < at):
            noted = tuple(name for name in item if name.startswith(("d#", "v#")))
            put = {"holders": left, **({"erased_at": at} if is_own else {})}
            unit.update(Update(place, put, noted, {"ver": 1}, Is("ver", item["ver"])))
    return own


def _reviews(unit: Unit, cause: Cause, known: Person) -> list[Key]:
    """Give the keys of the reviews of these accounts."""
    places = [links.clue_key(cause.tenant, clue) for clue in known["clues"]]
    unit.load(places)
    others = {name for at in places for name in links.holders(unit, at)}
    pairs = {pair_of(one, other) for one in known["accounts"] for other in others if one != other}
    return [reviews.key_of(cause.tenant, pair) for pair in sorted(pairs)]


def close(unit: Unit, cause: Cause, account_ids: Iterable[str], at: str, *, alone: bool = False) -> Person:
    """Erase customers, or these accounts alone; gives what leads to the rest of their traces.

    Accounts that go alone leave a customer behind whom other channels know: only keys of their own channel become
    tombstones.
    """
    circle = Circle(unit, cause)
    named = sorted(account_ids)
    gone = {name for each in named for name in ([each] if alone else circle.customer(each))}
    circle.gather(gone)
    gone &= circle.accounts.keys()
    known = _person(circle, gone)
    for place in _reviews(unit, cause, known):
        if (item := unit.item(place)) is not None:
            unit.save(place, {"id": item["id"], "tenant": cause.tenant, "status": "erased", "at": at})
    own = release(unit, cause, known, at, ("channel:", "guest:") if alone else ())
    heads = {name for name in gone if "accounts" in (unit.item(keys.customer(cause.tenant, name)) or {})}
    circle.forget(gone)
    circle.settle()
    for name in sorted(gone):
        unit.save(keys.customer(cause.tenant, name), {"erased_at": at, "tenant": cause.tenant})
    return {**known, "own": own, "customers": sorted(heads)}


def forget_visits(unit: Unit, items: Iterable[Item]) -> int:
    """Empty what is kept of visits, calls and messages; gives how many."""
    count = 0
    for item in items:
        if "fact" in item:
            emptied = {"pk": item["pk"], "sk": item["sk"], "ver": int(item["ver"]) + 1}
            unit.put(Put(emptied, Is("ver", item["ver"])))
            count += 1
    return count
