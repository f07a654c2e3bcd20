"""Facts commute: every order of arrival and every repeat of a fact end in the same records."""

from collections.abc import Sequence
from math import factorial
from typing import Any

from events.facts import Fact
from tests.records.retail import (
    CRM,
    DESK,
    MARKET,
    MUG,
    SCARF,
    WEB,
    at,
    count,
    customer,
    digest,
    every_arrival,
    fact,
    golden,
    line,
    order,
    order_view,
    position,
    scan,
    sent,
    share,
    told,
)
from tests.records.story import CUSTOMER, LINES, ORDER, STOCK


def only(facts: Sequence[Fact], repeats: bool = False) -> dict[str, Any]:
    """Check that all orders of arrival come to the same, and give it."""
    known = digest(told(facts))
    arrivals = 0
    for store in every_arrival(facts, repeats):
        assert digest(store) == known
        arrivals += 1
    assert arrivals == factorial(len(facts))
    return known


def test_every_order_of_arrival_of_an_orders_six_facts_ends_the_same_and_repeats_change_nothing() -> None:
    only(ORDER, repeats=True)


def test_what_the_six_facts_come_to() -> None:
    store = told([count(2, 10), count(2, 5, sku=SCARF), *reversed(ORDER)])
    seen = order_view(store)
    assert [(each.ordered, each.fulfilled, each.cancelled, each.returned) for each in seen.lines] == [
        (3, 2, 1, 1),  # of two refunded mugs one had not left: it will not, the other came back
        (1, 0, 1, 0),
    ]
    assert (seen.status, seen.payment, seen.fulfillment) == ("completed", "partially_refunded", "delivered")
    assert (position(store).on_hand, position(store).reserved) == (10 - 2 + 1, 0)
    assert (position(store, SCARF).on_hand, position(store, SCARF).reserved) == (5, 0)


def test_every_order_of_arrival_of_five_stock_facts_ends_the_same() -> None:
    only(STOCK, repeats=True)
    seen = position(told(STOCK))
    assert (seen.on_hand, seen.reserved, seen.available) == (7 + 6, 2, 11)


def test_every_order_of_arrival_of_a_customers_facts_ends_in_one_customer() -> None:
    only(CUSTOMER)
    (ada,) = golden(told(CUSTOMER))
    assert (ada["email"], ada["phone"], ada["first_name"], ada["last_name"]) == (
        "Ada@example.com",
        "+33612345678",
        "Ada",
        "Lovelace",
    )
    assert ada["loyalty"] == {"card": "C9", "points": "5"}
    assert ada["channels"] == ["crm/c1", "till/t1"]


def test_every_order_of_arrival_of_one_buyers_orders_ends_the_same() -> None:
    """The same said again, and late, between two other statements."""
    said = [{"email": "a@example.com", "last_name": name} for name in ("Byron", "King", "Byron", "Byron")]
    orders = [
        order(minute, [line("1", MUG, 1)], channel_order_id=str(minute), buyer=buyer)
        for minute, buyer in enumerate(said)
    ]
    other = order(9, [line("1", MUG, 1)], MARKET, buyer={"email": "a@example.com", "last_name": "Noel"})
    ends = only([*orders, other])
    (ada,) = ends["customers"]
    assert ada["last_name"] == "Noel"


def test_consents_are_the_newest_per_purpose_and_medium_whoever_heard_them() -> None:
    def consent(connection_id: str, minute: int, medium: str, granted: bool, **subject: Any) -> Fact:
        said = {"subject": subject, "purpose": "marketing", "medium": medium, "granted": granted, "at": at(minute)}
        return fact("consent", connection_id, minute, **said)

    facts = [
        customer(WEB, "7", 1, email="ada@example.com"),
        consent(WEB, 2, "email", True, channel_customer_id="7"),
        consent(CRM, 5, "email", True, email="ada@example.com"),
        consent(WEB, 3, "sms", True, channel_customer_id="7", phone="+33612345678"),
        consent(CRM, 4, "email", False, email="ada@example.com"),
    ]
    (ada,) = only(facts)["customers"]
    assert [(each["medium"], each["granted"], each["at"]) for each in ada["consents"]] == [
        ("email", True, at(5)),
        ("sms", True, at(3)),
    ]


def test_a_parcel_told_by_shop_and_label_desk_left_once_and_when_the_first_said_so() -> None:
    facts = [order(0, LINES), sent(12, share("1", 3), share("2", 1)), sent(9, connection_id=DESK), count(10, 5)]
    only(facts)
    store = told(facts)
    assert [each.fulfilled for each in order_view(store).lines] == [3, 1]
    assert position(store).on_hand == 5  # the count at minute 10 came after the label of minute 9


def test_one_parcel_may_carry_two_orders() -> None:
    both = [
        order(0, [line("1", MUG, 1)], channel_order_id="1"),
        order(0, [line("1", MUG, 1)], channel_order_id="2"),
        sent(3, channel_order_id="1", fulfillment_id="a"),
        sent(3, channel_order_id="2", fulfillment_id="b"),
        scan(9, "delivered"),
    ]
    ends = only(both)
    delivered = [item for name, item in ends.items() if name.endswith(" ORDER")]
    assert [item["fulfillment"] for item in delivered] == ["delivered", "delivered"]
