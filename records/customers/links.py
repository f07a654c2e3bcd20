"""Where accounts that share a key or a clue find each other: items that hold the ids of a few accounts."""

import hashlib
import json
from collections.abc import Iterable

from records import ids
from records.customers.claims import Held, account_name, claims, since, source_key, statement_of
from records.facts import Stored, rank
from records.store import keys
from records.store.actions import Absent, Is, Item, Key, Put, Update
from records.store.unit import Unit

SHARED_FROM = {"CLAIM": 32, "CLUE": 16}
"""From so many accounts on a value is nobody's own: a shop's own address, a switchboard, an invented birthday."""

WEAK = ("phone:", "guest:")
"""Keys that several people may answer to (a phone), or that only stand in for such a key (a guest's)."""


def claim_key(tenant: str, key: str) -> Key:
    """Say where the claim on a key lies."""
    return keys.claim(tenant, ids.claim(tenant, key))


def clue_key(tenant: str, clue: str) -> Key:
    """Say where those who share a clue are noted."""
    return keys.clue(tenant, ids.claim(tenant, clue))


def place_of(tenant: str, key: str) -> Key:
    """Say where a key or a clue lies."""
    return clue_key(tenant, key) if key.startswith("clue:") else claim_key(tenant, key)


def heads_of(unit: Unit, tenant: str, account_ids: Iterable[str]) -> dict[str, str]:
    """Say as which customer each account is shown, by the redirects; an unknown account is its own."""
    found = {name: name for name in account_ids}
    while True:
        unit.load([keys.customer(tenant, name) for name in found.values()])
        items = {name: unit.item(keys.customer(tenant, at)) or {} for name, at in found.items()}
        moved = {name: str(item["redirect"]) for name, item in items.items() if "redirect" in item}
        if not moved:
            return found
        found |= moved


def customer(unit: Unit, tenant: str, customer_id: str) -> Item | None:
    """Give a customer's item; None where nobody is there, or nobody any more."""
    item = unit.item(keys.customer(tenant, customer_id))
    return None if item is None or "erased_at" in item else item


def erased_at(unit: Unit, tenant: str, fact: Stored) -> str | None:
    """Say when the person of a fact was erased; None: they were not, or what the fact tells is newer than that.

    A purchase after an erasure is a new beginning. A phone may be a household's: it counts only where the fact has no
    other key. The keys of a fact from before the erasure become tombstones too.
    """
    statement = statement_of(fact)
    if statement is None:
        return None
    held = claims(statement)
    if not held or recognised(unit, tenant, statement):
        return None
    unit.look_surely()  # whoever is not recognised is seen from many items: see identity
    last = last_erased(unit, tenant, [key for key in held if not key.startswith(WEAK)] or list(held))
    if last is None or since(fact) > last:
        return None
    entomb(unit, tenant, held, last)
    return last


def last_erased(unit: Unit, tenant: str, held: Iterable[str]) -> str | None:
    """Say when anybody was last erased to whom one of these keys led."""
    places = [claim_key(tenant, key) for key in held]
    unit.load(places)
    found = [str(item["erased_at"]) for at in places if (item := unit.item(at)) and "erased_at" in item]
    return max(found, default=None)


def entomb(unit: Unit, tenant: str, held: Iterable[str], at: str) -> None:
    """Make tombstones of keys that nobody holds: whoever they lead to is erased.

    Only digests stay. Who knows a value can ask whether it was erased; nobody can read a value from a digest.
    """
    for place in (claim_key(tenant, key) for key in held):
        item = unit.item(place)
        if item is None:
            unit.put(Put({"pk": place[0], "sk": place[1], "holders": [], "erased_at": at, "ver": 1}, Absent()))
        elif not item["holders"] and "erased_at" not in item and not is_void(unit, place):
            change(unit, place, {"erased_at": at})


def holders(unit: Unit, at: Key) -> list[str]:
    """Name the accounts that ever held a key or gave a clue."""
    found: list[str] = (unit.item(at) or {}).get("holders", [])
    return found


def is_void(unit: Unit, at: Key) -> bool:
    """Tell whether a key or clue links nobody: too many hold it, or the tenant says so."""
    item = unit.item(at) or {}
    return bool(item.get("full") or item.get("denied"))


def is_denied(unit: Unit, at: Key) -> bool:
    """Tell whether a person said that a key is nobody's own."""
    return bool((unit.item(at) or {}).get("denied"))


def hold(unit: Unit, places: Iterable[Key], account_id: str) -> None:
    """Note that an account holds keys or gave clues.

    What it once gave leads to it for ever: so the order in which its statements arrive makes no difference. A key or
    clue of too many accounts forgets them all.
    """
    for at in places:
        item = unit.item(at)
        if item is None:
            unit.put(Put({"pk": at[0], "sk": at[1], "holders": [account_id], "ver": 1}, Absent()))
        elif _fills(item, account_id):
            change(unit, at, {"holders": [], "full": True})
        elif account_id not in item["holders"] and "full" not in item:
            change(unit, at, {"holders": sorted([*item["holders"], account_id])})


def fill(unit: Unit, places: Iterable[Key], account_id: str) -> set[str]:
    """Name the holders of those keys and clues that become nobody's own once this account holds them, too."""
    found = (unit.item(at) for at in places)
    return {name for item in found if item and _fills(item, account_id) for name in item["holders"]}


def _fills(item: Item, account_id: str) -> bool:
    names = item["holders"]
    return "full" not in item and account_id not in names and len(names) + 1 >= SHARED_FROM[item["sk"]]


def touch(unit: Unit, places: Iterable[Key]) -> None:
    """Raise the versions of these places, so that nobody joins them unseen while this unit is written."""
    for at in places:
        if unit.item(at) is not None:
            change(unit, at, {})


def change(unit: Unit, at: Key, put: Item) -> None:
    """Write some fields of such an item, if nobody else did since it was read."""
    stored = unit.stored(at)
    unit.update(Update(at, put, add={"ver": 1}, when=Is("ver", stored["ver"]) if stored else None))


# A returning buyer says the same with every order. The claim on the buyer's first key keeps a digest of what each
# source said last, and its rank: then an order need neither read nor write the customer, and a late one shows as late.


def recognised(unit: Unit, tenant: str, statement: Stored) -> str | None:
    """Name the account of a statement that says just what its source said last; None: this cannot be told.

    Only the claim of the statement's first key is read; after a None all its keys must be looked at. The note there can
    be relied on: when it was made, the account held all these keys, and none led to somebody who was erased. An erasure
    takes the note away. A guest who goes by a phone is never recognised: once the phone is denied, the guest is nobody,
    and only the phone's own claim says so.
    """
    held = claims(statement)
    first = next(iter(held), "")
    if not first or first.startswith("guest:"):
        return None
    known = unit.item(claim_key(tenant, first)) or {}
    account = account_name(statement, held)
    if known.get("denied") or known.get(f"d#{_short(source_key(statement, account))}") != _digest(statement):
        return None
    return account


def returning(unit: Unit, tenant: str, held: Held, source: str, statement: Stored) -> bool:
    """Tell whether a recognised buyer's statement is the noted one, or newer: then it is noted. False: it is older."""
    if is_news(unit, tenant, held, source, statement):
        note(unit, tenant, held, source, statement)
        return True
    known = unit.item(claim_key(tenant, next(iter(held)))) or {}
    return bool(known[f"v#{_short(source)}"] == _rank(statement))


def is_news(unit: Unit, tenant: str, held: Held, source: str, statement: Stored) -> bool:
    """Tell whether a statement is newer than what its source is noted to have said."""
    known = unit.item(claim_key(tenant, next(iter(held)))) or {}
    noted = known.get(f"v#{_short(source)}")
    return noted is None or _rank(statement) > noted


def note(unit: Unit, tenant: str, held: Held, source: str, statement: Stored) -> None:
    """Note on the claim of a statement's first key a digest of what its source said, and the statement's rank."""
    put = {f"d#{_short(source)}": _digest(statement), f"v#{_short(source)}": _rank(statement)}
    change(unit, claim_key(tenant, next(iter(held))), put)


def _rank(statement: Stored) -> list[str]:
    version, occurred_at, _, fact_id = rank(statement)
    return [version, occurred_at, fact_id]


def _short(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:8]


def _digest(statement: Stored) -> str:
    """Digest what a source said, without when."""
    envelope = ("fact_id", "occurred_at", "source_version")
    content = {name: value for name, value in statement.items() if name not in envelope}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
