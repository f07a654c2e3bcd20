"""Golden records, by id or by a strong key."""

from typing import Any

from functions import runtime
from functions.queries import lookup
from functions.queries.lookup import MissingError
from records import ids
from records.customers import identity
from records.store import keys
from records.store.actions import Item


def customer_item(people: str, customer_id: str) -> Item:
    """Give the item of a customer. One that was merged answers as the one it became.

    `people` says whose customers they are: the tenant's own, or those of its group (`tenants.people_of`).

    Raises:
        MissingError: there is none, or it was erased.
    """
    item = lookup.item(keys.customer(people, customer_id), f"customer {customer_id}")
    while "redirect" in item:
        item = lookup.item(keys.customer(people, item["redirect"]), f"customer {customer_id}")
    if "state" not in item:
        raise MissingError(f"customer {customer_id}")
    return item


def customer(people: str, customer_id: str) -> dict[str, Any]:
    """Give a golden record. One that was merged answers as the one it became."""
    return identity.record(customer_item(people, customer_id))


def find_customers(people: str, key: str) -> list[dict[str, Any]]:
    """Find customers by a strong key such as `email:a@b.c`."""
    at = keys.claim(people, ids.claim(people, key))
    claim = runtime.records().get([at]).get(at)
    if claim is None:
        return []
    found = [customer(people, name) for name in claim["holders"]]
    return list({each["customer_id"]: each for each in found}.values())
