"""Which event is made of which written item, and that whatever is written makes one that is published."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.details import EVENTS
from records.apply import apply, change
from records.cause import Cause
from records.customers import erasure
from records.outbox import event_of
from records.products import kits
from records.stock import counts
from records.store.actions import Action, Item
from records.store.memory import MemoryStore
from tests.faults.asides import counter
from tests.faults.campaign import TENANTS
from tests.faults.day import day
from tests.faults.franchise import said_at
from tests.faults.written import do
from tests.published import breaches
from tests.records.retail import MUG, PLACE, WEB, at, fact

SEEDS = range(25)
CAUSE = Cause("acme", f"evt_{'0' * 32}", WEB, at(1))


class Recorder(MemoryStore):
    """A store that keeps every image its stream would hand over."""

    def __init__(self) -> None:
        super().__init__()
        self.images: list[Item] = []

    def write(self, actions: Sequence[Action]) -> None:
        super().write(actions)
        self.images += [dict(self.items[action.key]) for action in actions]


def made_of(images: Sequence[Item]) -> list[dict[str, Any]]:
    """Give the events of images. On the tests' days an event's id is a plain name: it is made one of the hub's."""
    named = [{**each, "cause": f"evt_{_digest(each['cause'])}"} if "cause" in each else each for each in images]
    return [event for each in named if (event := event_of(each)) is not None]


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def broken(events: Sequence[dict[str, Any]]) -> list[str]:
    return [each for event in events for each in breaches(event["type"], event)]


def test_what_a_days_trade_writes_is_announced_as_published() -> None:
    heard: Counter[str] = Counter()
    for seed in SEEDS:
        store, asides = Recorder(), counter(seed, tells=seed % 2 == 0, decides=True)
        for deed in (*asides.opening, *day(seed), *asides.events, *asides.acts):
            do(store, "acme", deed)
        events = made_of(store.images)
        assert broken(events) == []
        heard.update(event["type"] for event in events)
    kinds = {name for name in EVENTS if name.startswith(("Order", "Stock", "Customer", "Shipment"))}
    assert set(heard) == kinds - {"CustomerErased"}


def test_what_a_franchise_writes_is_announced_as_published_with_the_member() -> None:
    store = Recorder()
    for seed in SEEDS:
        for said in (said_at(tenant, event) for tenant in TENANTS for event in day(seed)):
            said.apply(store)
    events = made_of(store.images)
    assert broken(events) == []
    members = {event.get("member") for event in events if event["type"].startswith("Customer")}
    assert members == {"acme", "bruno"}
    assert {event.get("member") for event in events if event["type"].startswith("Order")} == {None}


def test_what_people_set_by_hand_is_announced_as_published() -> None:
    store, place = Recorder(), (MUG, PLACE)
    change(store, CAUSE, lambda unit: counts.set_policy(unit, CAUSE, place, Decimal(1), {"gold": Decimal(2)}))
    change(store, CAUSE, lambda unit: counts.announce(unit, CAUSE, place, "PO-1", Decimal(3), at(9)))
    change(store, CAUSE, lambda unit: kits.define(unit, CAUSE, "SET", {MUG: Decimal(2)}))
    product = fact("product", WEB, 1, channel_product_id="p", sku=MUG, title="Mug")
    apply(store, CAUSE, [product], {})
    events = made_of(store.images)
    assert broken(events) == []
    assert [(event["type"], event["subject"], event["changed"]) for event in events] == [
        ("StockModified", f"MUG@{PLACE}", ["policy"]),
        ("StockModified", f"MUG@{PLACE}", ["incoming"]),
        ("StockModified", "SET@", ["kit"]),
        ("ProductModified", "MUG", ["content"]),
    ]


def test_a_request_for_privacy_is_no_news_until_somebody_is_erased() -> None:
    store, cause = Recorder(), Cause("acme", f"api_{'1' * 32}", "api", at(5))
    subject = {"email": "ada@example.com"}
    change(store, cause, lambda unit: erasure.request_privacy(unit, cause, "r", "erasure", at(1), subject))
    (asked,) = store.images
    assert event_of(asked) is None
    erased = {**asked, **cause.stamp("erasure", asked["id"], ["erased"]), "at": at(1), "erased_at": at(5), "told": 2}
    event = event_of({**erased, "ver": 7})
    assert event is not None
    assert breaches("CustomerErased", event) == []
    assert (event["version"], event["time"], event["connection_id"]) == (2, at(5), "api")
    assert "ada@example.com" not in str(event)


# Every kind of item, whatever its fields are.

HEX = "0123456789abcdef"
NAMES = st.sampled_from(["acme", "a", "0", "till-2", "x" * 63])
IDS = st.text(HEX, min_size=24, max_size=24)
GOODS = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=40)
TIMES = st.datetimes().map(lambda moment: f"2026-{moment:%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z")
KINDS: dict[str, tuple[st.SearchStrategy[str], list[str], st.SearchStrategy[dict[str, Any]]]] = {
    "order": (
        IDS.map("ord_".__add__),
        ["waiting", "placed", "status", "fulfillment", "returning", "content"],
        st.fixed_dictionaries({"status": st.sampled_from(["open", "cancelled"]), "connection_id": NAMES}),
    ),
    "stock": (
        st.tuples(GOODS, GOODS).map("@".join),
        ["orders", "reservations", "count", "movement", "policy", "i", "kit"],
        st.just({}),
    ),
    "customer": (
        IDS.map("cus_".__add__),
        ["sources", "absorbed", "parted", "merged", "unmerged"],
        st.fixed_dictionaries({}, optional={"member": NAMES}),
    ),
    "product": (GOODS, ["content"], st.just({})),
    "shipment": (GOODS, ["scans"], st.fixed_dictionaries({}, optional={"erased_at": TIMES})),
    "event": (
        IDS.map(lambda text: f"evt_{text}{text[:8]}"),
        ["shape_unknown", "connection_unknown", "sku_unknown"],
        st.fixed_dictionaries({"outcome": st.just("quarantined"), "connection_id": NAMES, "reason": GOODS}),
    ),
    "erasure": (
        IDS.map("era_".__add__),
        ["erased"],
        st.fixed_dictionaries({"erased_at": TIMES, "told": st.integers(1, 99), "connection_id": NAMES}),
    ),
    "push": (
        st.tuples(NAMES, st.sampled_from(["stock", "customer"]), GOODS).map(" ".join),
        ["succeeded", "failed", "waiting", "skipped"],
        st.fixed_dictionaries({"connection_id": NAMES, "value": GOODS, "why": GOODS}),
    ),
}


@st.composite
def items(draw: st.DrawFn) -> Item:
    """Make an item as its writer leaves it: its key, its stamp, a version where it has one, and what is its own."""
    record = draw(st.sampled_from(sorted(KINDS)))
    subjects, words, own = KINDS[record]
    tenant, version, word = draw(NAMES), draw(st.integers(1, 10**9)), draw(st.sampled_from(words))
    event_id = f"{draw(st.sampled_from(['evt', 'api']))}_{draw(IDS)}{'0' * 8}"
    stamp = Cause(tenant, event_id, draw(NAMES), draw(TIMES), hop=draw(st.integers(0, 9))).stamp(
        record, draw(subjects), [word]
    )
    more = draw(own) | ({"outcome": word} if record == "push" else {"ver": version} if record != "event" else {})
    return {"pk": f"{tenant}#{record}", "sk": "X", **stamp, **more}


@given(items())
def test_every_kind_of_item_makes_an_event_that_is_published_or_none(item: Item) -> None:
    event = event_of(item)
    if event is None:
        assert item["changed"] in (["waiting"], ["skipped"])
        assert item["record"] == "push"
    elif item["record"] == "customer" and item["ver"] == 1 and item["changed"] in (["absorbed"], ["parted"]):
        assert event["type"] == "CustomerCreated"  # nobody who is new absorbs or parts: no writer leaves such an item
    else:
        assert breaches(event["type"], event) == []
        assert event == event_of(dict(item))


@given(items())
def test_what_is_written_quietly_is_no_news(item: Item) -> None:
    assert event_of({**item, "quiet": True}) is None


@pytest.mark.parametrize(
    ("record", "changed", "more", "name"),
    [
        ("order", ["placed"], {}, "OrderCreated"),
        ("order", ["placed", "fulfillment"], {"ver": 3}, "OrderCreated"),
        ("order", ["waiting"], {}, "OrderModified"),
        ("order", ["status"], {"status": "cancelled"}, "OrderCancelled"),
        ("order", ["content"], {"status": "cancelled"}, "OrderModified"),
        ("customer", ["sources"], {}, "CustomerCreated"),
        ("customer", ["sources"], {"ver": 2}, "CustomerModified"),
        ("customer", ["merged"], {"ver": 2}, "CustomerMerged"),
        ("customer", ["unmerged"], {"ver": 2}, "CustomerUnmerged"),
        ("stock", ["count"], {}, "StockModified"),
        ("product", ["content"], {}, "ProductModified"),
        ("shipment", ["scans"], {}, "ShipmentModified"),
        ("event", ["sku_unknown"], {}, "PayloadQuarantined"),
        ("erasure", ["erased"], {"told": 1, "erased_at": at(1)}, "CustomerErased"),
        ("push", ["succeeded"], {"outcome": "succeeded"}, "PushSucceeded"),
        ("push", ["failed"], {"outcome": "failed"}, "PushFailed"),
    ],
)
def test_an_item_makes_the_event_of_its_record(record: str, changed: list[str], more: Item, name: str) -> None:
    item = {"pk": "p", "sk": "s", "ver": 1, **CAUSE.stamp(record, "subject", changed), **more}
    event = event_of(item)
    assert event is not None
    assert event["type"] == name


def test_a_marker_a_ledger_line_or_a_cursor_is_no_news() -> None:
    assert event_of({"pk": "acme#EVENT#e", "sk": "APPLIED", "tenant": "acme", "outcome": "applied"}) is None
