"""Find the customer a statement is about by strong keys, and keep, extend or merge customers. All through one unit."""

import hashlib
import json
from typing import Any

from records import customer as customers
from records import ids
from records.cause import Cause
from records.facts import Stored
from records.packing import pack, unpack
from records.store import keys
from records.store.actions import AbsentOr, Item, Key, Put
from records.unit import Unit


def wanted(tenant: str, fact: Stored) -> list[Key]:
    """Say which claims a fact will need, so that they are read together with everything else."""
    statement = customers.buyer_statement(fact) if fact["kind"] == "order" else fact
    return [] if statement is None else [_claim_key(tenant, key) for key in customers.claims(statement)]


def take(unit: Unit, cause: Cause, fact: Stored) -> None:
    """Take a customer, a merge the channel states, or a consent."""
    if fact["kind"] == "customer":
        _take_statement(unit, cause, fact)
        return
    if fact["kind"] == "customer_merge":
        names = [fact["into_channel_customer_id"], *fact["from_channel_customer_ids"]]
        held = {f"channel:{fact['connection_id']}/{name}": "merged by the channel" for name in names}
        _take_keys(unit, cause, held, None)
        return
    subject = {**fact["subject"], "connection_id": fact["connection_id"]}
    held = customers.claims(subject)
    if held:
        _take_keys(unit, cause, held, {**fact, "held": True})


def take_buyer(unit: Unit, cause: Cause, order: Stored) -> str | None:
    """Take the buyer of an order; gives the customer's id, or None where the order names nobody."""
    statement = customers.buyer_statement(order)
    return None if statement is None else _take_statement(unit, cause, statement)


def _take_statement(unit: Unit, cause: Cause, statement: Stored) -> str | None:
    held = customers.claims(statement)
    return _take_keys(unit, cause, held, statement) if held else None


def _take_keys(unit: Unit, cause: Cause, held: dict[str, str], statement: Stored | None) -> str:
    """Link a statement to the customer its keys lead to; none: make one; several: merge them."""
    claim_keys = {key: _claim_key(cause.tenant, key) for key in held}
    unit.load(list(claim_keys.values()))
    claimed = {key: claim["customer_id"] for key, at in claim_keys.items() if (claim := unit.item(at)) is not None}
    first = next(iter(held))
    said = _said(statement)
    known = unit.item(claim_keys[first])
    if (
        statement
        and known
        and known.get("said") == said
        and set(claimed) == set(held)
        and len(set(claimed.values())) == 1
    ):
        return str(known["customer_id"])
    found: dict[str, set[str]] = {}
    for key, customer_id in claimed.items():
        found.setdefault(_follow(unit, cause.tenant, customer_id), set()).add(key)
    linked = {
        customer_id: by
        for customer_id, by in found.items()
        if statement is None
        or customers.may_link(by, customers.golden(_state(unit, cause.tenant, customer_id)), statement)
    }
    survivor = _survivor(unit, cause, sorted(linked), first)
    _write_customer(unit, cause, survivor, linked, statement, held)
    for key, at in claim_keys.items():
        if key not in claimed:
            unit.put(_claim(at, cause, survivor, held[key], said if key == first else None))
        elif key == first and statement is not None and known is not None and known.get("said") != said:
            unit.put(_claim(at, cause, str(known["customer_id"]), str(known["rule"]), said))
    return survivor


def _said(statement: Stored | None) -> str | None:
    """Digest what a source said, kept at its first claim: the same again need not read the customer at all."""
    if statement is None:
        return None
    content = {k: v for k, v in statement.items() if k not in ("fact_id", "event_id", "occurred_at", "source_version")}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _claim_key(tenant: str, key: str) -> Key:
    return keys.claim(tenant, ids.claim(tenant, key))


def _claim(at: Key, cause: Cause, customer_id: str, rule: str, said: str | None) -> Put:
    item = {"pk": at[0], "sk": at[1], "customer_id": customer_id, "rule": rule, "cause": cause.event_id}
    return Put({**item, "said": said} if said else item, AbsentOr("customer_id", customer_id))


def _follow(unit: Unit, tenant: str, customer_id: str) -> str:
    """Follow the redirects that merges leave. They never form a circle: a survivor is never redirected to its own."""
    while True:
        item = unit.item(keys.customer(tenant, customer_id))
        if item is None or "redirect" not in item:
            return customer_id
        customer_id = str(item["redirect"])


def _state(unit: Unit, tenant: str, customer_id: str) -> customers.CustomerState:
    item = unit.item(keys.customer(tenant, customer_id))
    return customers.CustomerState(**unpack(item["state"])) if item else customers.CustomerState()


def _survivor(unit: Unit, cause: Cause, linked: list[str], first: str) -> str:
    """Choose who stays: the customer known longest; nobody known: a new one, named after the first key."""
    if linked:
        return min(linked, key=lambda customer_id: (_since(unit, cause, customer_id), customer_id))
    fresh = ids.customer_id(cause.tenant, first)
    # The name may be taken by a customer whose claim went elsewhere (unlinked by hand, say): name after the event too.
    taken = unit.item(keys.customer(cause.tenant, fresh)) is not None
    return ids.customer_id(cause.tenant, f"{first} {cause.event_id}") if taken else fresh


def _since(unit: Unit, cause: Cause, customer_id: str) -> str:
    item = unit.item(keys.customer(cause.tenant, customer_id))
    return str(item["since"]) if item else cause.at


def _write_customer(
    unit: Unit,
    cause: Cause,
    survivor: str,
    linked: dict[str, set[str]],
    statement: Stored | None,
    held: dict[str, str],
) -> None:
    """Write the survivor with what everybody linked said, and a redirect in place of each one merged into it."""
    before = unit.item(keys.customer(cause.tenant, survivor))
    state = kept = _state(unit, cause.tenant, survivor)
    merged = sorted(set(linked) - {survivor})
    for customer_id in merged:
        state = state.merged_with(_state(unit, cause.tenant, customer_id))
    if statement is not None:
        rule = next((held[key] for by in linked.values() for key in sorted(by)), "first seen")
        state = state.with_source(customers.source_key(statement), statement, rule)
    if before is not None and state == kept and not merged:
        return
    absorbed = [*(before or {}).get("absorbed", [])]
    for customer_id in merged:
        item = unit.item(keys.customer(cause.tenant, customer_id)) or {}
        absorbed += [customer_id, *item.get("absorbed", [])]
        redirect = {**cause.stamp("customer", customer_id, ["merged"]), "redirect": survivor, "since": item["since"]}
        unit.save(keys.customer(cause.tenant, customer_id), {**redirect, "state": item["state"]})
    unit.save(
        keys.customer(cause.tenant, survivor),
        {
            **cause.stamp("customer", survivor, ["absorbed"] if merged else ["sources"]),
            "state": pack(state.as_json()),
            "since": (before or {}).get("since", cause.at),
            **({"absorbed": sorted(set(absorbed))} if absorbed else {}),
        },
    )


def record(item: Item) -> dict[str, Any]:
    """Give the golden record of a stored customer."""
    state = customers.CustomerState(**unpack(item["state"]))
    return {"customer_id": item["id"], **customers.golden(state), "links": state.links, "version": int(item["ver"])}
