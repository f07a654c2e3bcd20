"""The GraphQL calls of the Shopify stand-in: what they check, change and answer."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from ops.standins.graphql import Arguments, Root
from ops.standins.shopify import shapes

if TYPE_CHECKING:
    from ops.standins.shopify.channel import Shopify


class Admin:
    """The Admin API of one shop."""

    def __init__(self, shop: "Shopify") -> None:
        self._shop = shop
        self._answered: dict[str, tuple[Any, dict[str, Any]]] = {}

    def roots(self) -> Mapping[str, Root]:
        """Give the calls by name."""
        return {
            "inventoryItem": lambda said, _: self._item(_number(said["id"])),
            "productVariants": lambda said, _: {"nodes": self._search(said["query"])},
            "order": lambda said, _: self._order(_number(said["id"])),
            "fulfillment": lambda said, _: self._fulfillment(_number(said["id"])),
            "customer": lambda said, _: self._customer(_number(said["id"])),
            "inventorySetQuantities": self._set_quantities,
            "customerRequestDataErasure": lambda said, _: self._forget(said["customerId"]),
            "fulfillmentCreate": lambda said, _: self._fulfil(said["fulfillment"]),
        }

    def _item(self, item: int) -> dict[str, Any] | None:
        skus = [sku for sku, variant in self._shop.variants.items() if variant["inventory_item_id"] == item]

        def level(said: Arguments) -> dict[str, Any] | None:
            pieces = self._shop.available.get((item, _number(said["locationId"])))
            held = {"available": pieces, "on_hand": pieces}
            return None if pieces is None else {"quantities": lambda said: _quantities(held, said["names"])}

        return {"id": _gid("InventoryItem", item), "sku": skus[0], "inventoryLevel": level} if skus else None

    def _search(self, query: str) -> list[dict[str, Any]]:
        """Find variants by `sku:"…"`, ignoring case as Shopify does."""
        wanted = query.removeprefix("sku:").strip('"').replace('\\"', '"').replace("\\\\", "\\").casefold()
        return [
            {"sku": sku, "inventoryItem": {"id": _gid("InventoryItem", variant["inventory_item_id"])}}
            for sku, variant in self._shop.variants.items()
            if sku.casefold() == wanted
        ]

    def _set_quantities(self, said: Arguments, directives: dict[str, Arguments]) -> dict[str, Any]:
        """Set stock by compare-and-swap, once for each idempotency key. Both are required since 2026-04."""
        sent, key = said["input"], directives.get("idempotent", {}).get("key")
        if not key:
            raise GraphQLError("The @idempotent directive is required")
        if any("changeFromQuantity" not in quantity for quantity in sent["quantities"]):
            raise GraphQLError("changeFromQuantity is required")
        if key in self._answered:
            before, payload = self._answered[key]
            if before != sent:
                return _user_error("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", [])
            return payload if not payload["userErrors"] else _user_error("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", [])
        payload = self._checked(sent) or self._swapped(sent)
        self._answered[key] = (sent, payload)
        return payload

    def _checked(self, sent: dict[str, Any]) -> dict[str, Any] | None:
        if sent["name"] not in ("available", "on_hand"):
            return _user_error("INVALID_NAME", ["input", "name"])
        for index, quantity in enumerate(sent["quantities"]):
            place = ["input", "quantities", str(index)]
            held = self._shop.available.get((_number(quantity["inventoryItemId"]), _number(quantity["locationId"])))
            if held is None:
                return _user_error("INVALID_INVENTORY_ITEM", [*place, "inventoryItemId"])
            if quantity["quantity"] < 0:
                return _user_error("INVALID_QUANTITY_NEGATIVE", [*place, "quantity"])
            if quantity["changeFromQuantity"] not in (None, held):
                return _user_error("CHANGE_FROM_QUANTITY_STALE", [*place, "changeFromQuantity"])
        return None

    def _swapped(self, sent: dict[str, Any]) -> dict[str, Any]:
        for quantity in sent["quantities"]:
            item, place = _number(quantity["inventoryItemId"]), _number(quantity["locationId"])
            self._shop.change(item, place, quantity["quantity"] - self._shop.available[item, place])
        return {
            "inventoryAdjustmentGroup": {"id": _gid("InventoryAdjustmentGroup", next(self._shop.ids))},
            "userErrors": [],
        }

    def _order(self, order_id: int) -> dict[str, Any] | None:
        order = self._shop.orders.get(order_id)
        if order is None:
            return None
        location, left = self._shop.unfulfilled[order_id]
        lines = [
            {
                "id": _gid("FulfillmentOrderLineItem", line["id"]), "remainingQuantity": left[line["id"]],
                "sku": line["sku"], "lineItem": {"id": _gid("LineItem", line["id"])},
            }
            for line in order["line_items"]
        ]  # fmt: skip
        fulfillment_order = {
            "id": _gid("FulfillmentOrder", order_id),
            "status": "OPEN" if any(left.values()) else "CLOSED",
            "assignedLocation": {"location": {"id": _gid("Location", location)}},
            "lineItems": lambda _: {"nodes": lines},
        }
        told = [
            {
                "id": _gid("Fulfillment", done["id"]), "status": done["status"].upper(),
                "trackingInfo": [{"number": number} for number in done["tracking_numbers"]],
            }
            for done in order["fulfillments"]
        ]  # fmt: skip
        return {"fulfillments": told, "fulfillmentOrders": lambda _: {"nodes": [fulfillment_order]}}

    def _fulfillment(self, fulfillment_id: int) -> dict[str, Any] | None:
        done = [each for order in self._shop.orders.values() for each in order["fulfillments"]]
        found = next((each for each in done if each["id"] == fulfillment_id), None)
        if found is None:
            return None
        parcels = [{"number": number, "company": found["tracking_company"]} for number in found["tracking_numbers"]]
        events = [_event(each) for each in self._shop.scans.get(fulfillment_id, [])]
        return {
            "id": _gid("Fulfillment", fulfillment_id),
            "trackingInfo": lambda said: parcels[: said["first"]],
            "events": lambda said: {"nodes": events[: said["first"]]},
        }

    def _customer(self, customer_id: int) -> dict[str, Any] | None:
        changed = self._shop.customers.get(customer_id)
        return {"id": _gid("Customer", customer_id), "updatedAt": changed} if changed else None

    def _forget(self, customer_id: str) -> dict[str, Any]:
        """Accept an erasure. The shop shows the customer until the law allows to forget them."""
        self._shop.to_forget.add(_number(customer_id))
        return {"customerId": customer_id, "userErrors": []}

    def _fulfil(self, sent: dict[str, Any]) -> dict[str, Any]:
        """Fulfil lines of one fulfilment order, and send the webhooks."""
        shop, asked = self._shop, sent["lineItemsByFulfillmentOrder"][0]
        order = shop.orders.get(_number(asked["fulfillmentOrderId"]))
        if order is None:
            return {
                "fulfillment": None,
                "userErrors": [{"field": ["fulfillment"], "message": "Fulfillment order does not exist."}],
            }
        location, left = shop.unfulfilled[order["id"]]
        pieces = {_number(share["id"]): share["quantity"] for share in asked.get("fulfillmentOrderLineItems") or []}
        pieces = pieces or {line: quantity for line, quantity in left.items() if quantity}
        if not pieces or any(quantity > left[line] for line, quantity in pieces.items()):
            return {
                "fulfillment": None,
                "userErrors": [
                    {"field": ["fulfillment"], "message": "Invalid fulfillment order line item quantity requested."}
                ],
            }
        for line, quantity in pieces.items():
            left[line] -= quantity
        tracking = sent.get("trackingInfo") or {}
        told = {
            "numbers": tracking.get("numbers") or [n for n in [tracking.get("number")] if n],
            "urls": tracking.get("urls") or [u for u in [tracking.get("url")] if u],
            "company": tracking.get("company"),
            "lines": [line | {"quantity": pieces[line["id"]]} for line in order["line_items"] if line["id"] in pieces],
        }
        at = shapes.stamp(shop.now())
        done = shapes.fulfillment(next(shop.ids), order, location, at, told)
        order |= {"fulfillments": [*order["fulfillments"], done], "updated_at": at}
        order["fulfillment_status"] = "partial" if any(left.values()) else "fulfilled"
        shop.deliver("fulfillments/create", done)
        shop.deliver("orders/updated" if any(left.values()) else "orders/fulfilled", order)
        return {"fulfillment": {"id": _gid("Fulfillment", done["id"])}, "userErrors": []}


def _user_error(code: str, field: list[str]) -> dict[str, Any]:
    errors = [{"code": code, "field": field, "message": code.capitalize().replace("_", " ")}]
    return {"inventoryAdjustmentGroup": None, "userErrors": errors}


def _event(scan: Mapping[str, Any]) -> dict[str, Any]:
    """Give an event of a fulfilment in GraphQL's shape, from the webhook's."""
    where = {name: scan[name] for name in ("message", "address1", "city", "province", "zip", "country")}
    return {
        "id": _gid("FulfillmentEvent", scan["id"]), "status": scan["status"].upper(), "happenedAt": scan["happened_at"],
        "estimatedDeliveryAt": scan["estimated_delivery_at"], **where,
    }  # fmt: skip


def _quantities(held: Mapping[str, int | None], names: list[str]) -> list[dict[str, Any]]:
    return [{"name": name, "quantity": held[name]} for name in names if name in held]


def _gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{number}"


def _number(gid: str) -> int:
    return int(gid.rpartition("/")[2])
