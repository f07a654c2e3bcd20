"""Decisions of people in tests of customers, by the minute, and what an account's customer is after them."""

from collections.abc import Callable
from typing import Any

from records import ids
from records.apply import change
from records.customers import customer as customers
from records.customers import decisions
from records.store import keys
from records.store.actions import Item, Store
from records.store.memory import MemoryStore
from records.store.packing import pack, unpack
from tests.records.retail import TENANT, cause


def id_of(account: str) -> str:
    return ids.customer_id(TENANT, account)


def head(store: MemoryStore, account: str) -> Item:
    """Give the item of the customer that an account belongs to after all merges."""
    item = store.items[keys.customer(TENANT, id_of(account))]
    while "redirect" in item:
        item = store.items[keys.customer(TENANT, item["redirect"])]
    return item


def seen(store: MemoryStore, account: str) -> bytes:
    """Give the golden record of an account's customer, with its id, as bytes."""
    item = head(store, account)
    return pack({"customer_id": item["id"], **customers.golden(customers.CustomerState(**unpack(item["state"])))})


def together(store: MemoryStore) -> list[list[str]]:
    """Give the accounts of each customer."""
    shown = [item for item in store.items.values() if item["sk"] == "CUSTOMER" and "redirect" not in item]
    names = {
        ids.customer_id(TENANT, name): name
        for item in shown
        for name in customers.CustomerState(**unpack(item["state"])).accounts
    }
    return sorted(sorted(names[each] for each in item["accounts"]) for item in shown)


def decided(store: Store, minute: int, what: Callable[..., Any], *about: Any) -> Any:
    """Let somebody decide something at a minute."""
    by = cause(f"decided {minute}", "api", minute)
    return change(store, by, lambda unit: what(unit, by, *about, "bo", "looked at both"), lambda _: None)


def merge(store: Store, minute: int, one: str, other: str) -> None:
    decided(store, minute, decisions.merge, id_of(one), id_of(other))


def unmerge(store: Store, minute: int, *accounts: str) -> None:
    decided(store, minute, decisions.unmerge, [id_of(account) for account in accounts])


def reject(store: Store, minute: int, one: str, other: str) -> None:
    decided(store, minute, decisions.reject, id_of(one), id_of(other))
