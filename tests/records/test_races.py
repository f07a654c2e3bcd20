"""Two handlers at the same moment: every schedule of their store calls ends as if one had come after the other."""

from collections.abc import Callable, Sequence

import pytest

from events.facts import Fact
from records.apply import Applied
from records.stock import counts
from records.store import unit as units
from records.store.actions import Store
from records.store.memory import MemoryStore
from tests.records.retail import (
    CRM,
    DESK,
    MARKET,
    MUG,
    PLACE,
    TILL,
    WEB,
    adjusted,
    copied,
    count,
    customer,
    digest,
    fact,
    golden,
    line,
    moved,
    order,
    position,
    scan,
    sent,
    share,
    tell,
    told,
)
from tests.records.schedules import every_schedule

Handler = Callable[[Store], Applied]
MOST = 6000  # schedules of one race; more would mean that handlers do not come to an end


def hears(event_id: str, *facts: Fact) -> Handler:
    return lambda store: tell(store, event_id, *facts)


def race(before: Sequence[Fact], *handlers: Handler, cuts: int = 99) -> None:
    """Play every schedule; each must end as the handlers one after the other do."""
    start = told(before)
    alone = copied(start)
    for handler in handlers:
        handler(alone)
    known, schedules = digest(alone), 0
    for store, results in every_schedule(lambda: copied(start), handlers, cuts):
        assert [result for result in results if isinstance(result, Exception)] == []
        assert digest(store) == known
        schedules += 1
        assert schedules < MOST
    assert schedules > 1


ADA = {"email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace"}
ONE = [line("1", MUG, 1)]


def test_two_webhooks_that_make_the_same_customer_make_one() -> None:
    web, till = customer(WEB, "7", **ADA), customer(TILL, "t1", **ADA, phone="+33612345678")
    race([], hears("a", web), hears("b", till))
    for store, _ in every_schedule(MemoryStore, [hears("a", web), hears("b", till)]):
        assert len(golden(store)) == 1


def test_an_order_and_a_customer_meet() -> None:
    race([], hears("a", order(0, ONE, buyer=ADA)), hears("b", customer(CRM, "c", 3, **ADA, phone="+33612345678")))


def test_two_who_share_only_a_phone_stay_two() -> None:
    phone = {"phone": "+33612345678"}
    ada, bob = customer(WEB, "7", **phone, first_name="Ada"), customer(TILL, "t1", **phone, first_name="Bob")
    race([], hears("a", ada), hears("b", bob))


def test_who_joins_by_phone_and_who_contradicts_it_at_once() -> None:
    phone = {"phone": "+33612345678"}
    ada = customer(WEB, "7", 1, **phone, first_name="Ada")
    bob, nameless = customer(CRM, "b", 2, **phone, first_name="Bob"), customer(TILL, "t", 3, **phone)
    race([ada], hears("a", bob), hears("b", nameless))
    race([ada, nameless], hears("a", bob), hears("b", customer(TILL, "t", 5, **phone, first_name="Bob")))
    race([ada], hears("a", bob), hears("b", customer(WEB, "7", 5, **phone, first_name="Bob")))


def test_a_scan_that_comes_while_its_parcel_is_linked_reaches_the_order() -> None:
    race([order(0, ONE)], hears("a", sent(5)), hears("b", scan(9, "delivered")))
    race([order(0, ONE), scan(6, "in_transit")], hears("a", sent(5)), hears("b", scan(9, "delivered")))
    race([], hears("a", order(0, ONE), sent(5)), hears("b", scan(9, "delivered")))


def test_two_systems_tell_of_one_parcel_at_once() -> None:
    race([order(0, ONE), count(1, 5)], hears("a", sent(5, share("1", 1))), hears("b", sent(6, connection_id=DESK)))


def test_the_same_event_twice_at_the_same_moment_is_one_effect() -> None:
    event = hears("a", order(0, ONE, buyer=ADA), sent(5))
    race([count(1, 5)], event, event)
    for _, results in every_schedule(MemoryStore, [event, event]):
        assert sorted(result.outcome for result in results) == ["applied", "repeated"]


def test_a_merge_and_an_order_of_the_merged_customer_lose_nothing() -> None:
    known = [customer(CRM, "c0", 1, email="old@example.com"), customer(CRM, "c1", 1, email="ada@example.com")]
    merge = fact("customer_merge", CRM, 2, from_channel_customer_ids=["c0"], into_channel_customer_id="c1")
    bought = order(3, ONE, buyer={"email": "old@example.com", "phone": "+33612345678"})
    race(known, hears("a", merge), hears("b", bought))


def test_two_merges_over_one_customer_end_in_one_without_a_circle() -> None:
    known = [customer(CRM, name, 1, email=f"{name}@example.com") for name in ("c0", "c1", "c2")]
    one = fact("customer_merge", CRM, 2, from_channel_customer_ids=["c0"], into_channel_customer_id="c1")
    other = fact("customer_merge", CRM, 3, from_channel_customer_ids=["c1"], into_channel_customer_id="c2")
    race(known, hears("a", one), hears("b", other))


def test_a_returning_buyer_and_a_late_older_order_of_theirs() -> None:
    def bought(minute: int, name: str) -> Fact:
        return order(minute, ONE, channel_order_id=str(minute), buyer={"email": "a@example.com", "last_name": name})

    race([bought(1, "Byron")], hears("a", bought(5, "Byron")), hears("b", bought(3, "King")))
    race([bought(1, "Byron")], hears("a", bought(5, "Byron")), hears("b", bought(7, "Byron")))


def test_three_orders_of_one_sku_at_once_lose_no_piece() -> None:
    handlers = [hears(name, order(2, ONE, channel_order_id=name)) for name in ("a", "b")]
    race([count(1, 5)], *handlers, hears("c", count(3, 4)))


def test_an_older_count_never_overwrites_a_newer_one() -> None:
    race([count(1, 5)], hears("a", count(5, 4)), hears("b", count(3, 7)))


def test_a_movement_and_its_correction_at_once() -> None:
    race([count(1, 5)], hears("a", moved(5, "m", 3)), hears("b", moved(6, "m", 4, version=9)))


def test_a_count_that_tidies_up_loses_no_late_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "TIDY_FROM", 1)
    sale = order(0, ONE, TILL, expectations=[{"method": "in_store"}])
    returned = fact(
        "adjustment",
        TILL,
        9,
        channel_order_id="1001",
        adjustment_id="r",
        type="return",
        status="success",
        amount=-1000,
        currency="EUR",
        lines=[share("1", 1, restock=True, location_id=PLACE)],
    )
    for store, _ in every_schedule(lambda: told([count(0, 5), sale]), [hears("a", count(5, 4)), hears("b", returned)]):
        assert position(store).on_hand == 4 + 1


LONG = [line(str(number), f"SKU-{number}", 1) for number in range(9)]


@pytest.fixture
def _small_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let eight actions be a full transaction, so that an order of nine lines takes several."""
    monkeypatch.setattr(units, "LIMIT", 8)
    monkeypatch.setattr("records.apply.LIMIT", 8)


@pytest.mark.usefixtures("_small_transactions")
def test_a_long_order_and_its_change_settle_every_line() -> None:
    """The change moves one line elsewhere and drops another; what was claimed for them must go."""
    changed = [{**LONG[0], "location_id": "paris"}, *LONG[2:]]
    placed, change = order(0, LONG), order(5, changed)
    race([], hears("a", placed), hears("b", change), cuts=3)
    race([placed], hears("a", change), hears("b", scan(3, "delivered"), sent(3)), cuts=3)
    race([placed], hears("a", change), hears("b", adjusted(4, "cancellation", share("3", 1))), cuts=3)


@pytest.mark.usefixtures("_small_transactions")
def test_a_page_of_orders_and_one_of_them_alone() -> None:
    page = [order(0, LONG[:4], MARKET, channel_order_id=str(number), buyer=ADA) for number in range(3)]
    race([], hears("a", *page), hears("b", page[1], customer(CRM, "c", 1, **ADA)), cuts=2)
