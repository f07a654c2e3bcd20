"""Erase what came from one connection whose shop removed the app. What other channels say of the same people stays.

There is no list of a connection's customers. A shop leaves only once, so the whole table is read, a page at a time.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from functions import runtime
from functions.privacy import search
from functions.privacy.payloads import forget
from functions.privacy.redaction import Names
from records.apply import change
from records.cause import Cause
from records.customers import erasure
from records.customers.accounts import opened
from records.orders import fold
from records.store.actions import Item
from records.store.packing import unpack

PAGE = 200


def _forget_page(item: Item, cause: Cause, counts: Counter[str], start: Any) -> Any:
    """Forget the people of a connection in a page of the records. Gives where the next page starts; None: nowhere."""
    page, after = runtime.records().scan(start, PAGE)
    for each in page:
        if each["pk"].startswith((f"{cause.tenant}#", f"{cause.people.tenant}#")):
            kind = _forget(each, item, cause)
            if kind:
                counts[kind] += 1
    return after


def _forget(each: Item, item: Item, cause: Cause) -> str | None:
    at, connection_id = item["erased_at"], item["connection_id"]
    if each["sk"] == "CUSTOMER" and "state" in each:
        known = opened(each["state"], cause.people.tenant)[1]
        theirs = [name for name in each["accounts"] if known[name].name.startswith(f"{connection_id}/")]
        if not theirs:
            return None
        change(runtime.records(), cause, lambda unit: erasure.close(unit, cause.people, theirs, at, alone=True))
        return "customers"
    if each["sk"] == "ORDER" and each.get("connection_id") == connection_id:
        change(runtime.records(), cause, lambda unit: fold.forget(unit, cause, each["id"], at))
        return "orders"
    if "#DID#" in each["pk"] and "fact" in each and unpack(each["fact"])["connection_id"] == connection_id:
        change(runtime.records(), cause, partial(erasure.forget_visits, items=[each]))
        return "interactions"
    return None


def _forget_payloads(item: Item, event_ids: list[str], counts: Counter[str]) -> None:
    """Erase the connection's payloads that are about somebody, or that state nothing: they may name anybody."""
    for each in runtime.inbox().read(item["tenant"], event_ids).values():
        if each["connection_id"] != item["connection_id"] or "erased_at" in each:
            continue
        read = search.reading(each)
        if not read.stated or any(map(search.is_about_somebody, read.stated)):
            kind = forget(each, read.payload, Names.of(()), item["erased_at"], is_shared=False)
            counts[kind] += 1


def work(item: Item, cause: Cause, has_time: Callable[[], bool], reach: timedelta) -> dict[str, Any]:
    """Go on with a shop as far as time allows. Gives the fields that the request should have then.

    `stage` is among them once all is done.
    """
    said: dict[str, Any] = {"erased_at": item.get("erased_at", cause.at)}
    item = {**item, **said}
    counts: Counter[str] = Counter(item.get("counts", {}))
    start, is_read = item.get("scanned"), bool(item.get("cursor"))
    while not is_read and has_time():
        start = _forget_page(item, cause, counts, start)
        is_read = start is None
    if not is_read:
        return {**said, "counts": dict(counts), **({"scanned": start} if start else {})}
    cursor = item.get("cursor") or "0"
    for event_ids, after in search.walk(item["tenant"], cursor, reach):
        _forget_payloads(item, event_ids, counts)
        cursor = after
        if not has_time():
            return {**said, "counts": dict(counts), "cursor": cursor}
    return {**said, "counts": dict(counts), "cursor": cursor, "stage": "done"}
