"""What a channel should know of a customer, and what it says itself."""

from typing import Any

from records.customers import customer as customers
from records.desired import Wanted
from records.store.actions import Item
from records.store.packing import unpack


def customer_wanted(item: Item, connection_id: str) -> Wanted | None:
    """Say what a channel should know of a customer; None of one that is erased, or that was merged into another."""
    if "state" not in item:
        return None
    state = customers.CustomerState(**unpack(item["state"]))
    ids = customers.channel_ids(state, connection_id)
    about = {"customer_id": item["id"], "channel_customer_id": ids[0] if ids else None}
    return Wanted("customer", str(item["id"]), "", {**customers.golden(state), **about})


def customer_shown(item: Item, connection_id: str) -> dict[str, Any] | None:
    """Say what a channel itself last said of a customer, in the form of `customer_wanted`; None: it said nothing."""
    state = customers.CustomerState(**unpack(item["state"]))
    own = {key: said for key, said in state.sources.items() if said["connection_id"] == connection_id}
    own = {key: said for key, said in own.items() if said["kind"] == "customer"}
    if not own:
        return None
    alone = customers.CustomerState(own, {})
    ids = customers.channel_ids(alone, connection_id)
    return {**customers.golden(alone), "customer_id": item["id"], "channel_customer_id": ids[0] if ids else None}
