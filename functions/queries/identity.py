"""Searches for a customer, and what people decide of customers: open reviews, shared values.

`tenant` says whose customers they are: a tenant's own, or those of its group (`tenants.people_of`).
"""

import json
import re
from collections.abc import Iterable
from typing import Any

from functions import indexes, runtime
from functions.cursors import Place
from functions.queries.lookup import MissingError
from records.customers import accounts, identity, links, reviews
from records.customers.claims import folded
from records.customers.decisions import shared_values
from records.facts import Stored
from records.store import keys
from records.store.actions import Item
from records.store.unit import Unit

PAGE = 50
MOST_PAGES = 5  # of reviews that others have answered already, before the rest waits for the next page
MOST_FOUND = 50


def search(tenant: str, text: str) -> list[dict[str, Any]] | None:
    """Find customers by a name with a birth date, a town or a house number. They are indexed by these.

    Gives None where the text says too little to look anybody up.
    """
    clues = {clue for statement in _meant(text.split()) for clue in accounts.clues(statement)}
    if not clues:
        return None
    places = [links.clue_key(tenant, clue) for clue in sorted(clues)]
    found = runtime.records().get(places, consistent=False)
    names = sorted({name for item in found.values() for name in item["holders"]})[:MOST_FOUND]
    wanted = [folded(word) for word in text.split()]
    return [each for each in customers_of(tenant, names) if all(word in _said_of(each) for word in wanted)]


def customers_of(tenant: str, account_ids: Iterable[str]) -> list[dict[str, Any]]:
    """Give the customers that accounts are shown as, each once."""
    return list({item["id"]: identity.record(item) for item in _shown(tenant, account_ids).values()}.values())


def _shown(tenant: str, account_ids: Iterable[str]) -> dict[str, Item]:
    """Give the customer that each account is shown as."""
    unit = Unit(runtime.records())
    heads = links.heads_of(unit, tenant, account_ids)
    items = {name: unit.item(keys.customer(tenant, head)) for name, head in heads.items()}
    return {name: item for name, item in items.items() if item is not None}


def _meant(words: list[str]) -> list[Stored]:
    """Give what a text may mean: a first and a last name, in either order, and what tells where or when."""
    births = [word for word in words if re.fullmatch(r"\d{4}-\d\d-\d\d", word)]
    numbers = [word for word in words if word.isdigit()]
    names = [word for word in words if word not in births and word not in numbers]
    meant = []
    for cut in range(1, len(names)):
        for first, last, town in (
            (names[:cut], names[cut:], ""),
            (names[cut:], names[:cut], ""),
            (names[:1], names[1:cut], " ".join(names[cut:])),
            (names[1:cut], names[:1], " ".join(names[cut:])),
        ):
            address = {"address_locality": town} if town else {}
            address |= {"postal_code" if len(numbers[0]) > 3 else "street_address": numbers[0]} if numbers else {}
            said = {"first_name": " ".join(first), "last_name": " ".join(last), "addresses": [address]}
            said |= {"birth_date": births[0]} if births else {}
            meant.append({**said, "kind": "customer", "fact_id": json.dumps(said, sort_keys=True)})
    return meant


def _said_of(record: dict[str, Any]) -> str:
    fields = ("first_name", "last_name", "company", "birth_date", "addresses")
    return folded(json.dumps([record.get(name) for name in fields], ensure_ascii=False))


def open_reviews(tenant: str, place: Place, *, batch: bool) -> tuple[list[dict[str, Any]], Place]:
    """List pairs of which a person should decide, newest first, and the place of the next page.

    Raises:
        CursorError: there is no such place.
    """
    queue = reviews.queue(tenant, batch=batch)
    listed: list[dict[str, Any]] = []
    for _ in range(MOST_PAGES):
        items, place = indexes.page(queue, place, PAGE)
        listed += [said for item in items if (said := _asked(tenant, item))]
        if place is None or listed:
            break
    return listed, place


def review(tenant: str, review_id: str) -> Item:
    """Give a review as it is kept.

    Raises:
        MissingError: there is none.
    """
    at = keys.review(tenant, review_id)
    found: Item | None = runtime.records().get([at]).get(at)
    if found is None:
        raise MissingError(f"review {review_id}")
    return found


def _asked(tenant: str, item: Item) -> dict[str, Any] | None:
    """Show an open review. It needs no answer any more where the two are one by now, or were set apart."""
    shown = list(_shown(tenant, item["pair"]).values())
    if item["status"] != "open" or len({each["id"] for each in shown}) < 2:
        return None
    said = accounts.opened(shown[0]["state"], tenant)[0].decided.get(" ".join(item["pair"]), {})
    if said.get("decision") == "apart":
        return None
    about = {name: item[name] for name in ("score", "evidence", "at")}
    return {"review_id": item["id"], **about, "customers": [identity.record(each) for each in shown]}


def shared(tenant: str, place: Place) -> tuple[list[dict[str, Any]], Place]:
    """List a page of the values that people said are nobody's own.

    Raises:
        CursorError: there is no such place.
    """
    items, after = indexes.page(shared_values(tenant), place)
    return [{name: item[name] for name in ("value", "by", "at")} for item in items if "denied" in item], after
