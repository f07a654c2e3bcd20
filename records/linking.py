"""Which customers a statement's keys lead to: claims, and the redirects that merges leave."""

import hashlib
import json

from records import customer as customers
from records import ids
from records.cause import Cause
from records.facts import Stored, rank
from records.store import keys
from records.store.actions import Absent, Is, Item, Key, Put, Update
from records.unit import Unit

SHARED_FROM = 8  # customers with one phone, from which on it is nobody's: a shop's own, a switchboard

Held = dict[str, str]
"""The keys a statement holds, the strongest first, each with the rule it links by."""


def claim_key(tenant: str, key: str) -> Key:
    """Say where the claim on a key lies."""
    return keys.claim(tenant, ids.claim(tenant, key))


def fresh_id(unit: Unit, cause: Cause, first: str) -> str:
    """Name a new customer after its first key, or after the event too where that name is taken: the one who had the key
    first may be somebody else with the same phone.
    """
    name = ids.customer_id(cause.tenant, first)
    is_taken = unit.item(keys.customer(cause.tenant, name)) is not None
    return ids.customer_id(cause.tenant, f"{first} {cause.event_id}") if is_taken else name


def linked(unit: Unit, tenant: str, held: Held) -> Held:
    """Give the customers that strong keys lead to, each with the rule that says so."""
    unit.load([claim_key(tenant, key) for key in held])
    found: Held = {}
    for key, rule in held.items():
        if not key.startswith("phone:"):
            for customer_id in holders(unit, tenant, key):
                found.setdefault(customer_id, rule)
    return found


def holders(unit: Unit, tenant: str, key: str) -> set[str]:
    """Name the customers that claim a key, as they are after every merge. A phone may have several."""
    claim = unit.item(claim_key(tenant, key)) or {}
    names = claim.get("holders") or [claim["customer_id"]] if claim else []
    unit.load([keys.customer(tenant, name) for name in names])
    return {follow(unit, tenant, name) for name in names}


def follow(unit: Unit, tenant: str, customer_id: str) -> str:
    """Follow the redirects that merges leave, not those of a group. They never form a circle: a survivor is never
    redirected to its own.
    """
    while True:
        item = unit.item(keys.customer(tenant, customer_id))
        if item is None or "redirect" not in item or "soft" in item:
            return customer_id
        customer_id = str(item["redirect"])


def touch(unit: Unit, tenant: str, key: str) -> None:
    """Make sure that nobody else changes who has a key while this unit is written."""
    if unit.item(claim_key(tenant, key)) is not None:
        _change_claim(unit, claim_key(tenant, key), {})


def claim_all(unit: Unit, cause: Cause, held: Held, customer_id: str, statement: Stored | None) -> None:
    """Claim every key for a customer, and note with the first one what its source said."""
    for key, rule in held.items():
        at = claim_key(cause.tenant, key)
        known = unit.item(at)
        if known is None:
            fresh = {"pk": at[0], "sk": at[1], "customer_id": customer_id, "rule": rule, "cause": cause.event_id}
            shared = {"holders": [customer_id]} if key.startswith("phone:") else {}
            unit.put(Put({**fresh, **shared, "ver": 1}, Absent()))
        elif "holders" in known:
            names = sorted({*holders(unit, cause.tenant, key), customer_id})
            if names != known["holders"] and len(known["holders"]) < SHARED_FROM:
                _change_claim(unit, at, {"holders": names, "customer_id": names[0]})
        elif known["customer_id"] != customer_id:
            _change_claim(unit, at, {"customer_id": customer_id})
    if statement is not None and statement["kind"] == "buyer" and is_news(unit, cause.tenant, held, statement):
        _note(unit, cause.tenant, next(iter(held)), statement)


def _change_claim(unit: Unit, at: Key, put: Item) -> None:
    """Write some fields of a claim, if nobody else did since it was read."""
    stored = unit.stored(at)
    unit.update(Update(at, put, add={"ver": 1}, when=Is("ver", stored["ver"]) if stored else None))


# A returning buyer says the same with every order. The claim on the buyer's first key keeps a digest of what each
# source said last, and its rank: then an order need neither read nor write the customer, and a late one shows as late.


def returning(unit: Unit, cause: Cause, held: Held, statement: Stored) -> str | None:
    """Give the customer of a buyer who says just what they said last, and note that they said it again."""
    claims = [(key, unit.item(claim_key(cause.tenant, key))) for key in held]
    known = claims[0][1]
    if known is None or known.get(f"d#{_source(statement)}") != _digest(statement):
        return None
    customer_id = str(known["customer_id"])
    if any(claim is None or customer_id not in claim.get("holders", [claim["customer_id"]]) for _, claim in claims):
        return None
    if not is_news(unit, cause.tenant, held, statement):
        return None if known[f"v#{_source(statement)}"] != _rank(statement) else customer_id
    _note(unit, cause.tenant, claims[0][0], statement)
    return customer_id


def is_news(unit: Unit, tenant: str, held: Held, statement: Stored) -> bool:
    """Tell whether a statement is newer than what its source is noted to have said."""
    known = unit.item(claim_key(tenant, next(iter(held)))) or {}
    noted = known.get(f"v#{_source(statement)}")
    return noted is None or _rank(statement) > noted


def _note(unit: Unit, tenant: str, key: str, statement: Stored) -> None:
    source = _source(statement)
    put = {f"d#{source}": _digest(statement), f"v#{source}": _rank(statement)}
    _change_claim(unit, claim_key(tenant, key), put)


def _rank(statement: Stored) -> list[str]:
    version, occurred_at, _, fact_id = rank(statement)
    return [version, occurred_at, fact_id]


def _source(statement: Stored) -> str:
    return hashlib.sha256(customers.source_key(statement).encode()).hexdigest()[:8]


def _digest(statement: Stored) -> str:
    """Digest what a source said, without when."""
    envelope = ("fact_id", "occurred_at", "source_version")
    content = {name: value for name, value in statement.items() if name not in envelope}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
