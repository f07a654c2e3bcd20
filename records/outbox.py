"""What the bus is told of a written item. The tables are the outbox: their streams hand every written item over."""

from typing import Any

from events.bus import CREATED, ENDED, MODIFIED, envelope
from records.store.actions import Item

Detail = dict[str, Any]

WORDS = {"i": "incoming"}
"""What the bus calls a changed entry, where its name in the item is not a word."""


def event_of(item: Item) -> Detail | None:
    """Make the event that a written item is, one of the models of events/details.py; None where nobody need know."""
    if "delivery" in item:
        return payload_received(item)
    record = item.get("record")
    if record is None or item.get("quiet"):
        return None
    name = _name(record, item)
    if name is None:
        return None
    # Of an erasure only that it is told again is news. What has no version is at its first.
    version = int(item["told"] if "told" in item else item.get("ver", 1))
    # A request for erasure is listed by `at`, when it was asked.
    at = str(item["erased_at"] if record == "erasure" and "erased_at" in item else item["at"])
    detail = envelope(name, item["tenant"], item["id"], f"{item['pk']} {item['sk']} {version}", at)
    detail |= {"record": record, "version": version, "changed": [WORDS.get(each, each) for each in item["changed"]]}
    detail |= {"cause": item["cause"], "origin": item["origin"], "hop": item["hop"]}
    return detail | {field: item[field] for field in ("member", "connection_id") if field in item}


def _name(record: str, item: Item) -> str | None:
    if record == "erasure":
        return "CustomerErased"
    if record == "push":
        return ENDED.get(item["outcome"])
    if item["changed"] in (["merged"], ["unmerged"]):
        return f"Customer{item['changed'][0].title()}"
    if record == "order" and "placed" in item["changed"]:
        return "OrderCreated"
    if record == "order" and item.get("status") == "cancelled" and "status" in item["changed"]:
        return "OrderCancelled"
    return CREATED.get(record, MODIFIED[record]) if item.get("ver") == 1 else MODIFIED[record]


def payload_received(item: Item) -> Detail:
    """Make the event that a payload is in the Inbox."""
    detail = envelope("PayloadReceived", item["tenant"], item["event_id"], item["pk"], item["received_at"])
    detail |= {"record": "event", "version": 1, "changed": []}
    return detail | {"cause": item["event_id"], "origin": item["connection_id"], "hop": item.get("hop", 0)}
