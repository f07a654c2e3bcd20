"""Find the customer a statement is about by strong keys, and keep, extend or merge customers. All through one unit."""

from collections.abc import Callable
from typing import Any

from records import customer as customers
from records import linking
from records.cause import Cause
from records.customer import CustomerState
from records.facts import Stored
from records.grouping import Groups, own_state, phones_of
from records.linking import Held
from records.packing import pack, unpack
from records.store import keys
from records.store.actions import Item, Key
from records.unit import Unit

MERGED_AT_ONCE = 5  # customers of one merge in one transaction; each brings claims and a record of its own

Change = Callable[[CustomerState], CustomerState]


def parts(fact: Stored) -> list[Stored]:
    """Part a merge of many customers into merges that each fit a transaction; they come to the same."""
    names = fact.get("from_channel_customer_ids", [])
    if len(names) <= MERGED_AT_ONCE:
        return [fact]
    starts = range(0, len(names), MERGED_AT_ONCE)
    return [{**fact, "from_channel_customer_ids": names[start : start + MERGED_AT_ONCE]} for start in starts]


def wanted(tenant: str, fact: Stored) -> list[Key]:
    """Say which claims a fact will need, so that they are read together with everything else."""
    statement = _statement(fact)
    return [linking.claim_key(tenant, key) for key in (customers.claims(statement) if statement else _merged(fact))]


def _statement(fact: Stored) -> Stored | None:
    """Give what a fact says of a customer, or nothing where it says nothing of one."""
    match fact["kind"]:
        case "order":
            return customers.buyer_statement(fact)
        case "consent":
            return customers.subject_statement(fact)
        case "customer":
            return fact
        case _:
            return None


def _merged(fact: Stored) -> Held:
    if fact["kind"] != "customer_merge":
        return {}
    names = [fact["into_channel_customer_id"], *fact["from_channel_customer_ids"]]
    return {f"channel:{fact['connection_id']}/{name}": "merged by the channel" for name in names}


def take(unit: Unit, cause: Cause, fact: Stored) -> bool:
    """Take a customer, a merge the channel states, or a consent; False where the fact leads to nobody."""
    if fact["kind"] == "customer_merge":
        retired = [f"{fact['connection_id']}/{name}" for name in fact["from_channel_customer_ids"]]
        retired = [name for name in retired if name != f"{fact['connection_id']}/{fact['into_channel_customer_id']}"]
        _take(unit, cause, _merged(fact), None, lambda state: state.with_retired(retired))
        return True
    statement = _statement(fact)
    if statement is None or not (held := customers.claims(statement)):
        return False
    consent = fact if fact["kind"] == "consent" else None
    _take(unit, cause, held, statement, lambda state: state.with_consent(consent) if consent else state)
    return True


def take_buyer(unit: Unit, cause: Cause, order: Stored) -> str | None:
    """Take the buyer of an order; gives the customer's id, or None where the order names nobody."""
    statement = customers.buyer_statement(order)
    held = customers.claims(statement) if statement else {}
    if statement is None or not held:
        return None
    return linking.returning(unit, cause, held, statement) or _take(unit, cause, held, statement, lambda state: state)


def _take(unit: Unit, cause: Cause, held: Held, statement: Stored | None, change: Change) -> str:
    """Link a statement to the customer its strong keys lead to; none: make one; several: merge them."""
    linked = linking.linked(unit, cause.tenant, held)
    survivor = _survivor(unit, cause, sorted(linked), next(iter(held)))
    kept = state = _own(unit, cause, survivor)
    merged = sorted({*linked} - {survivor})
    for customer_id in merged:
        state = state.merged_with(_own(unit, cause, customer_id))
    if statement is not None:
        source, rule = customers.source_key(statement), next(iter(linked.values()), "first seen")
        is_news = linking.is_news(unit, cause.tenant, held, statement)
        state = state.with_source(source, statement, rule) if is_news else state.with_earlier(source, statement)
    state = change(state)
    is_known = unit.item(keys.customer(cause.tenant, survivor)) is not None
    fields = _merge(unit, cause, survivor, merged)
    linking.claim_all(unit, cause, held, survivor, statement)
    if merged or state != kept or not is_known:
        moved = merged or not is_known or _phone_profile(kept) != _phone_profile(state)
        phones = phones_of(kept) | phones_of(state) if moved else set()
        Groups(unit, cause, {survivor: state}, {survivor: fields}).form([survivor, *merged], phones)
    return survivor


def _phone_profile(state: CustomerState) -> tuple[set[str], customers.Profile]:
    """Give what decides with whom a shared phone joins a customer."""
    return phones_of(state), customers.profile(state.sources.values())


def _survivor(unit: Unit, cause: Cause, linked: list[str], first: str) -> str:
    """Choose who stays: the customer known longest; nobody known: a new one, named after the first key."""
    if linked:
        return min(linked, key=lambda name: (_item(unit, cause, name).get("since", cause.at), name))
    return linking.fresh_id(unit, cause, first)


def _item(unit: Unit, cause: Cause, customer_id: str) -> Item:
    return unit.item(keys.customer(cause.tenant, customer_id)) or {}


def _own(unit: Unit, cause: Cause, customer_id: str) -> CustomerState:
    return own_state(unit.item(keys.customer(cause.tenant, customer_id)))


def _merge(unit: Unit, cause: Cause, survivor: str, merged: list[str]) -> Item:
    """Leave a redirect in place of each customer merged for good; gives what the survivor keeps of it."""
    before = _item(unit, cause, survivor)
    names = {*before.get("merged", []), *merged}
    for customer_id in merged:
        item = _item(unit, cause, customer_id)
        names |= {*item.get("merged", [])}
        stamp = cause.stamp("customer", customer_id, ["merged"])
        own = pack(own_state(item).as_json())
        unit.save(
            keys.customer(cause.tenant, customer_id),
            {**stamp, "redirect": survivor, "since": item["since"], "state": own},
        )
    since = {"since": before.get("since", cause.at)}
    return {**since, "merged": sorted(names)} if names else since


def record(item: Item) -> dict[str, Any]:
    """Give the golden record of a stored customer."""
    state = CustomerState(**unpack(item["state"]))
    return {"customer_id": item["id"], **customers.golden(state), "links": state.links, "version": int(item["ver"])}
