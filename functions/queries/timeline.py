"""What happened with a customer over all channels."""

from collections.abc import Iterator
from typing import Any

from functions import indexes, runtime
from functions.cursors import CursorError, Place
from functions.queries import customers, orders
from functions.registry.tenants import people_of
from records.customers.customer import CustomerState
from records.store import keys
from records.store.actions import Item
from records.store.packing import unpack

PAGE = 100
MOST_OF_TIME = 64  # bytes

Entry = dict[str, Any]


def timeline(tenant: str, customer_id: str, limit: int, before: str = indexes.LAST) -> tuple[list[Entry], Place]:
    """Give what happened with a customer over all channels, newest first, and the place of the next page.

    Raises:
        CursorError: `before` begins with no time that an entry may have.
    """
    if len(before.partition(" ")[0].encode()) > MOST_OF_TIME:
        raise CursorError
    people = people_of(tenant)
    item = customers.customer_item(people, customer_id)
    placed: dict[str, Entry] = {}
    for entry in (*_of_orders(tenant, item), *_of_record(item), *visits(people, item, before, limit)):
        place = " ".join([entry["at"], entry["what"], entry.get("order_id", ""), entry.pop("place", "")])
        if place < before:
            placed[place] = entry
    newest = sorted(placed, reverse=True)
    page = newest[:limit]
    return [placed[place] for place in page], page[-1] if len(newest) > limit else None


def _of_orders(tenant: str, item: Item) -> Iterator[Entry]:
    for order in orders.orders_of(tenant, item["accounts"]):
        about = {"order_id": order["order_id"], "connection_id": order["connection_id"], "label": order.get("label")}
        yield {"at": order["placed_at"], "what": "order placed", **about, "status": order["status"]}
        if order.get("cancelled_at"):
            yield {"at": order["cancelled_at"], "what": "order cancelled", **about}
        for each in order["fulfillments"]:
            yield {"at": each["occurred_at"], "what": f"shipped ({each['status']})", **about, "place": each["fact_id"]}
        for each in order["adjustments"]:
            told = {"amount": each["amount"], "currency": each["currency"], "place": each["fact_id"]}
            yield {"at": each["occurred_at"], "what": each["type"], **about, **told}
        for number, parcel in order["parcels"].items():
            yield {
                "at": parcel["at"],
                "what": f"parcel {parcel['status']}",
                **about,
                "tracking_number": number,
                "place": number,
            }


def _of_record(item: Item) -> Iterator[Entry]:
    state = CustomerState(**unpack(item["state"]))
    for account, said in state.consents.items():
        for name, each in said.items():
            what = f"consent {'given' if each['granted'] else 'taken back'}"
            told: Entry = {part: each[part] for part in ("purpose", "medium", "proof") if part in each}
            yield {
                "at": each["at"],
                "what": what,
                "connection_id": each["connection_id"],
                **told,
                "place": account + name,
            }
    for account, link in state.links.items():
        told = {"account": account, "rule": link["rule"], "connection_id": account.partition("/")[0]}
        yield {"at": link["at"], "what": "known" if "to" not in link else "linked", **told, "place": account}
    for name, merge in state.merges.items():
        told = {"account": merge["from"], "into": merge["into"], "connection_id": merge["into"].partition("/")[0]}
        yield {"at": merge["occurred_at"], "what": "merged by the channel", **told, "place": name}


def visits(people: str, item: Item, before: str, limit: int) -> Iterator[Entry]:
    """Give the interactions of a customer's accounts before a place in the timeline."""
    for account_id in item["accounts"]:
        until = before.partition(" ")[0] + indexes.LAST
        partition = keys.interaction(people, account_id, "", "")[0]
        for each in runtime.records().page(partition, before=until, limit=limit + PAGE):
            if "fact" in each:
                said = unpack(each["fact"])
                told = {"connection_id": said["connection_id"], "attributes": said.get("attributes", {})}
                yield {"at": said["at"], "what": said["type"], **told, "place": said["fact_id"]}
