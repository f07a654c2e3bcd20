"""The Amazon client against the stand-in, over real HTTP."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.amazon.client import Client
from connectors.client import Push
from connectors.connection import Connection
from connectors.errors import (
    NotFoundError,
    RateLimitedError,
    RejectedError,
    UnavailableError,
)
from connectors.http import Http
from connectors.manifest import delivery_of, load
from mappings.expressions.compilation import compile_expression
from mappings.payloads import parse_json
from ops.standins.amazon import Amazon
from tests.connectors.client import PATIENCE, connection_to, facts_of, listening, push_of

ROOT = Path(__file__).parents[3]
MAPPINGS = ROOT / "mappings" / "amazon"
MANIFEST = load(ROOT / "connectors" / "amazon")
LONG_AGO = "2020-01-01T00:00:00.000Z"
SECRETS = {"lwa_client_id": "app", "lwa_client_secret": "hush", "refresh_token": "Atzr|seller"}


@pytest.fixture
def seller() -> Iterator[Amazon]:
    with listening(Amazon("app", "hush", "Atzr|seller")) as seller:
        seller.add_listing("MUG-BLUE", 10)
        seller.add_listing("SCARF-RED", 5, price="35.00")
        yield seller


def connection(seller: Amazon, **settings: str) -> Connection:
    needed = {"lwa_url": seller.base_url, "seller_id": seller.seller_id}
    needed |= {"marketplace_ids": f"{seller.marketplace_id},X"}
    return connection_to("amazon", "amazon-fr", seller, currency="EUR", settings=needed | settings)


def client(seller: Amazon, **settings: str) -> Client:
    return Client(connection(seller, **settings), SECRETS, Http("amazon", PATIENCE))


def push(record: str, about: dict[str, Any], **settings: str) -> Push:
    return push_of("amazon", record, about, settings=settings)


def stock(sku: str, quantity: str, **settings: str) -> Push:
    return push("stock", {"sku": sku, "channel_stock_id": sku, "quantity": Decimal(quantity)}, **settings)


def parcel(order_id: str, number: str = "6A1", **more: Any) -> Push:
    about = {"channel_order_id": order_id, "fulfillment_id": "shp_1", "status": "success", "lines": []}
    return push("fulfillment", {**about, "tracking": [{"number": number, "carrier": "Colissimo"}], **more})


def facts(topic: str, body: bytes, seller: Amazon) -> list[Any]:
    mapping = str(MANIFEST.topic(topic).mapping)
    return facts_of("amazon", mapping, body, "amazon-fr", connection(seller).model_dump())


def paths(seller: Amazon, method: str) -> list[str]:
    return [call.path for call in seller.calls if call.method == method]


def test_a_notification_leads_to_the_order(seller: Amazon) -> None:
    order_id = seller.place_order({"MUG-BLUE": 2, "SCARF-RED": 1})
    notification = parse_json(seller.queue[0])
    rule = MANIFEST.topic(notification["NotificationType"]).fetch
    assert rule is not None
    document = client(seller).order(compile_expression(rule.each).search(notification))
    [order] = facts(document.topic, document.body, seller)
    assert (order.channel_order_id, order.totals.total, order.source_status) == (order_id, 7100, "open")
    assert (order.payments[0].status, order.buyer.email, order.buyer.guest) == ("authorized", None, True)
    assert [(line.sku, line.quantity, line.location_id) for line in order.line_items] == [
        ("MUG-BLUE", 2, None),
        ("SCARF-RED", 1, None),
    ]


def test_a_notification_is_known_by_its_id_and_an_order_by_its_update(seller: Amazon) -> None:
    order_id = seller.place_order({"MUG-BLUE": 2})
    first, again = seller.queue[0], json.dumps(json.loads(seller.queue[0]), indent=1).encode()
    ids = {delivery_of(MANIFEST, "ORDER_CHANGE", {}, json.loads(body), body) for body in (first, again)}
    assert len(ids) == 1

    def document() -> str:
        body = client(seller).order(order_id).body
        return delivery_of(MANIFEST, "order", {}, json.loads(body), body)

    before = document()
    assert document() == before
    seller.set_status(order_id, "CANCELLED")
    assert document() != before


def test_a_quantity_notification_is_an_observation_of_no_place_of_ours(seller: Amazon) -> None:
    seller.place_order({"MUG-BLUE": 2})
    [count] = facts("LISTINGS_ITEM_MFN_QUANTITY_CHANGE", seller.queue[1], seller)
    assert (count.sku, count.quantity, count.location_id) == ("MUG-BLUE", 8, "amazon-fr:DEFAULT")


def test_a_listing_that_is_fetched_gives_product_price_and_what_is_offered(seller: Amazon) -> None:
    document = client(seller).listing("MUG-BLUE")
    product, price, count = facts(document.topic, document.body, seller)
    assert (product.sku, product.status, price.amount, price.currency) == ("MUG-BLUE", "active", 1800, "EUR")
    assert (count.quantity, count.location_id) == (10, "amazon-fr:DEFAULT")
    with pytest.raises(NotFoundError):
        client(seller).listing("UNKNOWN")


def test_a_pending_order_is_an_order_of_which_nothing_is_owed_yet(seller: Amazon) -> None:
    order_id = seller.place_order({"SCARF-RED": 1}, status="PENDING")
    [order] = facts("order", client(seller).order(order_id).body, seller)
    assert (order.currency, order.totals.total, order.payments[0].status) == ("EUR", 0, "pending")
    assert order.line_items[0].quantity == 1


def test_an_order_that_amazon_ships_takes_nothing_from_our_places(seller: Amazon) -> None:
    order_id = seller.place_order({"MUG-BLUE": 1}, by="AMAZON")
    [order] = facts("order", client(seller).order(order_id).body, seller)
    assert order.line_items[0].location_id == "amazon-fr:AFN"


def test_a_poll_pages_through_every_changed_order(seller: Amazon) -> None:
    seller.page_size = 2
    placed = [seller.place_order({"MUG-BLUE": 1}) for _ in range(5)]
    polled, cursor, pages = [], None, 0
    while True:
        page = client(seller).poll_orders(LONG_AGO, cursor)
        polled += [json.loads(document.body)["order"]["orderId"] for document in page.documents]
        cursor, pages = page.cursor, pages + 1
        if cursor is None:
            break
    assert (polled, pages) == (placed, 3)


def test_an_unknown_order_is_not_found(seller: Amazon) -> None:
    with pytest.raises(NotFoundError):
        client(seller).order("405/0")


def test_stock_is_patched_whole_and_rounded_down(seller: Amazon) -> None:
    answer = client(seller).set_stock(stock("MUG-BLUE", "3.9"))
    assert (answer.outcome, bool(answer.reference)) == ("done", True)
    assert seller.stock()["MUG-BLUE"] == 3
    [sent] = [json.loads(call.body) for call in seller.calls if call.method == "PATCH"]
    assert sent == {
        "productType": "PRODUCT",
        "patches": [
            {
                "op": "replace",
                "path": "/attributes/fulfillment_availability",
                "value": [{"fulfillment_channel_code": "DEFAULT", "quantity": 3}],
            }
        ],
    }


def test_settings_name_product_type_and_channel(seller: Amazon) -> None:
    body = stock("MUG-BLUE", "3", product_type="DRINKING_CUP", fulfillment_channel_code="LILLE").body
    assert body["productType"] == "DRINKING_CUP"
    assert body["patches"][0]["value"] == [{"fulfillment_channel_code": "LILLE", "quantity": 3}]


def test_a_submission_that_is_refused_inside_a_200_is_refused(seller: Amazon) -> None:
    seller.fail("200_error", path="/listings")
    with pytest.raises(RejectedError, match="answered INVALID to the stock of MUG-BLUE: 90000900"):
        client(seller).set_stock(stock("MUG-BLUE", "3"))


def test_a_missing_setting_is_named(seller: Amazon) -> None:
    with pytest.raises(RejectedError, match="amazon-fr lacks the setting seller_id"):
        client(seller, seller_id="").set_stock(stock("MUG-BLUE", "3"))


@pytest.mark.parametrize(("channel", "found"), [("DEFAULT", "MUG"), ("LILLE", "MUG"), ("AMAZON_EU", None)])
def test_only_listings_the_seller_ships_have_a_stock_id(seller: Amazon, channel: str, found: str | None) -> None:
    seller.add_listing("MUG", 1, channel=channel)
    assert client(seller).stock_id_of("MUG") == found


def test_a_sku_that_is_not_listed_has_no_stock_id_and_odd_ones_survive(seller: Amazon) -> None:
    seller.add_listing("A/B C&D", 1)
    assert client(seller).stock_id_of("GONE") is None
    assert client(seller).stock_id_of("A/B C&D") == "A/B C&D"


def test_a_parcel_is_confirmed_with_all_that_is_open(seller: Amazon) -> None:
    order_id = seller.place_order({"MUG-BLUE": 2, "SCARF-RED": 1})
    answer = client(seller).confirm_shipment(parcel(order_id))
    [package] = seller.orders[order_id]["packages"]
    assert package["packageReferenceId"] == answer.reference
    assert (package["trackingNumber"], package["carrier"]) == ("6A1", "Colissimo")
    assert seller.orders[order_id]["fulfillment"]["fulfillmentStatus"] == "SHIPPED"
    [_, shipped] = facts("order", client(seller).order(order_id).body, seller)
    assert (shipped.status, shipped.tracking[0].number, len(shipped.lines)) == ("success", "6A1", 2)


def test_a_part_is_confirmed_by_line_or_by_sku(seller: Amazon) -> None:
    order_id = seller.place_order({"MUG-BLUE": 2, "SCARF-RED": 1})
    item = seller.orders[order_id]["orderItems"][0]["orderItemId"]
    client(seller).confirm_shipment(parcel(order_id, lines=[{"line_id": item, "quantity": Decimal(1)}]))
    assert seller.orders[order_id]["fulfillment"]["fulfillmentStatus"] == "PARTIALLY_SHIPPED"
    both = [{"sku": "MUG-BLUE", "quantity": Decimal(5)}, {"sku": "SCARF-RED", "quantity": Decimal(1)}]
    client(seller).confirm_shipment(parcel(order_id, "6A2", lines=both))
    assert seller.orders[order_id]["fulfillment"]["fulfillmentStatus"] == "SHIPPED"
    assert len({package["packageReferenceId"] for package in seller.orders[order_id]["packages"]}) == 2


def test_confirming_again_or_after_a_lost_answer_changes_nothing(seller: Amazon) -> None:
    order_id = seller.place_order({"MUG-BLUE": 2})
    seller.fail("lost", path="/shipmentConfirmation")
    with pytest.raises(UnavailableError):
        client(seller).confirm_shipment(parcel(order_id))
    assert client(seller).confirm_shipment(parcel(order_id)).outcome == "done"
    assert len([path for path in paths(seller, "POST") if path.endswith("/shipmentConfirmation")]) == 1


def test_a_carrier_with_a_code_goes_by_it(seller: Amazon) -> None:
    order_id = seller.place_order({"MUG-BLUE": 1})
    client(seller, **{"carrier_code.colissimo": "La Poste"}).confirm_shipment(parcel(order_id))
    [sent] = [json.loads(call.body) for call in seller.calls if call.path.endswith("/shipmentConfirmation")]
    assert sent["packageDetail"]["carrierCode"] == "La Poste"
    assert "carrierName" not in sent["packageDetail"]
    assert sent["packageDetail"]["packageReferenceId"].isdecimal()


@pytest.mark.parametrize(
    ("more", "why"),
    [({"status": "cancelled"}, "cannot be confirmed"), ({"tracking": []}, "cannot be confirmed")],
)
def test_what_did_not_leave_with_a_number_is_not_confirmed(seller: Amazon, more: dict[str, Any], why: str) -> None:
    with pytest.raises(RejectedError, match=why):
        client(seller).confirm_shipment(parcel("405-1", **more))
    assert seller.calls == []


def test_amazons_own_orders_and_closed_ones_are_not_confirmed(seller: Amazon) -> None:
    amazons = seller.place_order({"MUG-BLUE": 1}, by="AMAZON")
    with pytest.raises(RejectedError, match=f"Amazon ships {amazons} itself"):
        client(seller).confirm_shipment(parcel(amazons))
    ours = seller.place_order({"MUG-BLUE": 1})
    client(seller).confirm_shipment(parcel(ours))
    with pytest.raises(RejectedError, match="nothing of this parcel is open"):
        client(seller).confirm_shipment(parcel(ours, "6A2"))


def test_a_429_waits_for_the_operations_own_refill(seller: Amazon) -> None:
    seller.fail("429", times=2, path="/orders")
    with pytest.raises(RateLimitedError) as polled:
        client(seller).poll_orders(LONG_AGO, None)
    with pytest.raises(RateLimitedError) as fetched:
        client(seller).order("405-1")
    assert (polled.value.retry_after, fetched.value.retry_after) == (180.0, 2.0)


@pytest.mark.parametrize("mode", ["500", "timeout", "reset", "200_error"])
@pytest.mark.parametrize("path", ["/orders", "/auth"])
def test_what_passes_can_be_tried_again(seller: Amazon, mode: Any, path: str) -> None:
    one = client(seller)
    seller.fail(mode, path=path)
    with pytest.raises(UnavailableError):
        one.poll_orders(LONG_AGO, None)
    assert one.poll_orders(LONG_AGO, None).documents == ()
