"""Which parcels a channel should know of."""

from records.desired import Wanted
from records.facts import Stored
from records.orders import order as orders
from records.store.actions import Item
from records.store.packing import unpack


def fulfillments_wanted(item: Item, connection_id: str) -> list[Wanted]:
    """Say which parcels of its order a channel should know of: those that another system sent."""
    if item.get("connection_id") != connection_id:
        return []
    state = orders.OrderState(**unpack(item["state"]))
    placed = state.placed
    if placed is None or placed.get("test"):
        return []
    own = {number for sent in state.fulfillments.values() if _is_from(sent, connection_id) for number in _numbers(sent)}
    wanted = []
    for key, sent in sorted(state.fulfillments.items()):
        numbers = _numbers(sent)
        if _is_from(sent, connection_id) or sent["status"] != "success" or own.intersection(numbers):
            continue
        record = {
            "channel_order_id": placed["channel_order_id"],
            "fulfillment_id": sent["fulfillment_id"],
            "status": sent["status"],
            "location_id": sent.get("location_id"),
            "tracking": sent.get("tracking", []),
            "lines": sent.get("lines", []),
        }
        wanted.append(Wanted("fulfillment", f"{item['id']}/{key}", ",".join(numbers) or "sent", record))
    return wanted


def _is_from(sent: Stored, connection_id: str) -> bool:
    return bool(sent["connection_id"] == connection_id)


def _numbers(sent: Stored) -> list[str]:
    return sorted(parcel["number"] for parcel in sent.get("tracking", []))
