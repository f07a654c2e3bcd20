"""Announce: what the streams hand over goes on the bus, whole or not at all."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from functions import announce
from functions.bus import BusError
from records.store import keys
from records.store.actions import Item, Put
from records.store.memory import MemoryStore
from records.store.wire import to_wire
from tests.process import CONTEXT

AT = "2026-11-22T09:00:00.000Z"
EVENT = f"evt_{'0123456789abcdef' * 2}"
STAMP = {"tenant": "acme", "cause": EVENT, "origin": "till", "hop": 0, "at": AT}

Refuse = Callable[[dict[str, Any]], bool]


class Bus:
    """A bus that takes entries, but those it refuses."""

    def __init__(self) -> None:
        self.calls: list[list[dict[str, Any]]] = []
        self.taken: list[dict[str, Any]] = []
        self.refuses: Refuse = lambda _: False

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 -- as AWS calls it
        self.calls.append(Entries)
        refused = [self.refuses(each) for each in Entries]
        self.taken += [each for each, no in zip(Entries, refused, strict=True) if not no]
        answers = [{"ErrorCode": "ThrottlingException"} if no else {"EventId": "1"} for no in refused]
        return {"FailedEntryCount": sum(refused), "Entries": answers}

    def details(self) -> list[dict[str, Any]]:
        return [json.loads(each["Detail"]) for each in self.taken]


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Bus:
    made = Bus()
    monkeypatch.setenv("BUS_NAME", "tributary")
    monkeypatch.setattr("functions.bus.client", {"events": made}.__getitem__)
    return made


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    made = MemoryStore()
    monkeypatch.setattr(announce, "records", lambda: made)
    return made


def announced(*items: Item, name: str = "INSERT") -> None:
    """Let a stream hand over what was written."""
    batch = [{"eventName": name, "dynamodb": {"NewImage": to_wire(item)}} for item in items]
    announce.handler({"Records": batch}, CONTEXT)


def stock(number: int = 1, **more: Any) -> Item:
    pk, sk = keys.stock("acme", f"MUG{number}", "lille")
    about = {"record": "stock", "id": f"MUG{number}@lille", "changed": ["orders"], "ver": 4}
    return {"pk": pk, "sk": sk, **STAMP, **about, "sku": f"MUG{number}", "location_id": "lille", **more}


def order(**more: Any) -> Item:
    pk, sk = keys.order("acme", f"ord_{'a' * 24}")
    return {"pk": pk, "sk": sk, **STAMP, "record": "order", "id": f"ord_{'a' * 24}", "ver": 2, **more}


def test_a_change_goes_on_the_bus_as_the_contract_says(bus: Bus) -> None:
    announced(order(changed=["status"], status="cancelled", connection_id="web", customer_key="acme#cus_1"))
    (entry,) = bus.taken
    detail = json.loads(entry.pop("Detail"))
    assert entry == {"EventBusName": "tributary", "Source": "tributary", "DetailType": "OrderCancelled"}
    assert len(detail.pop("id")) == 32
    assert detail == {
        "specversion": "1.0",
        "source": "tributary/acme",
        "type": "OrderCancelled",
        "time": AT,
        "subject": f"ord_{'a' * 24}",
        "dataschema": "tributary:events/OrderCancelled/1",
        "tenant": "acme",
        "record": "order",
        "version": 2,
        "changed": ["status"],
        "cause": EVENT,
        "origin": "till",
        "hop": 0,
        "connection_id": "web",
    }


def test_a_payload_in_the_inbox_is_announced_without_what_it_says(bus: Bus) -> None:
    about = {"event_id": EVENT, "tenant": "acme", "connection_id": "web", "received_at": AT, "hop": 1}
    announced({"pk": f"acme#{EVENT}", "delivery": "ada@example.com", "topic": "orders/create", "body": b"Ada", **about})
    (detail,) = bus.details()
    assert (detail["type"], detail["subject"], detail["cause"]) == ("PayloadReceived", EVENT, EVENT)
    assert (detail["origin"], detail["hop"], detail["changed"]) == ("web", 1, [])
    assert not {"ada@example.com", "orders/create"} & set(map(str, detail.values()))


def test_the_same_image_again_has_the_same_id_and_another_version_has_not(bus: Bus, store: MemoryStore) -> None:
    announced(stock())
    announced(stock())
    announced(stock(ver=5))
    first, again, later = (detail["id"] for detail in bus.details())
    assert first == again != later


def test_what_is_no_record_and_what_was_deleted_is_not_announced(bus: Bus) -> None:
    announced({"pk": "acme#EVENT#e", "sk": "APPLIED", "tenant": "acme", "outcome": "applied"})
    announce.handler({"Records": [{"eventName": "REMOVE", "dynamodb": {"Keys": {}}}]}, CONTEXT)
    assert bus.calls == []


def test_a_call_takes_ten(bus: Bus, store: MemoryStore) -> None:
    announced(*(stock(number) for number in range(23)))
    assert [len(call) for call in bus.calls] == [10, 10, 3]
    assert [detail["subject"] for detail in bus.details()] == [f"MUG{number}@lille" for number in range(23)]


def test_what_the_bus_refuses_is_put_again_and_nothing_else(bus: Bus, store: MemoryStore) -> None:
    refusals = iter([True])
    bus.refuses = lambda entry: "MUG7@" in entry["Detail"] and next(refusals, False)
    announced(*(stock(number) for number in range(12)))
    assert [len(call) for call in bus.calls] == [10, 2, 1]
    assert sorted(detail["subject"] for detail in bus.details()) == sorted(f"MUG{number}@lille" for number in range(12))


def test_what_the_bus_goes_on_refusing_fails_the_batch_so_that_it_comes_again(bus: Bus) -> None:
    bus.refuses = lambda _: True
    with pytest.raises(BusError, match="refuses 2 of"):
        announced(stock(1), stock(2))
    assert len(bus.calls) == 3


def test_a_stock_that_is_short_is_listed_until_it_is_not(bus: Bus, store: MemoryStore) -> None:
    count = {"c": "till", "q": "1", "at": AT, "m": "on_hand"}
    sold = {"o#1": {"c": "web", "p": AT, "h": "3", "m": []}}
    item = stock(count=count, **sold)
    key = (item["pk"], item["sk"])
    store.write([Put(item)])
    announced(item)
    assert (store.items[key]["short"], store.items[key]["status_key"]) == ("2", "acme#shortage")
    counted = {**store.items[key], "count": {**count, "q": "9"}, "ver": 5}
    store.write([Put(counted)])
    announced(counted)
    assert not {"short", "status_key"} & set(store.items[key])


def test_a_stock_that_has_changed_since_is_left_to_its_next_image(bus: Bus, store: MemoryStore) -> None:
    old = stock(
        count={"c": "till", "q": "0", "at": AT, "m": "on_hand"}, **{"o#1": {"c": "w", "p": AT, "h": "3", "m": []}}
    )
    store.write([Put({**old, "ver": 5})])
    announced(old)
    assert len(bus.taken) == 1
    assert "short" not in store.items[(old["pk"], old["sk"])]


def test_a_definition_of_a_kit_is_no_stock_to_be_listed(bus: Bus, store: MemoryStore) -> None:
    pk, sk = keys.kits("acme")
    announced(
        {"pk": pk, "sk": sk, **STAMP, "record": "stock", "id": "SET@", "changed": ["kit"], "ver": 1, "kits": b"x"}
    )
    assert [detail["subject"] for detail in bus.details()] == ["SET@"]
    assert store.items == {}


@pytest.mark.parametrize("module", ["pydantic", "jsonschema", "boto3", "events.details", "events.facts"])
def test_a_cold_start_imports_nothing_that_only_others_need(module: str) -> None:
    code = f"import sys, functions.announce; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_nothing_that_breaks_the_contract_gets_on_the_bus_in_these_tests(bus: Bus) -> None:
    with pytest.raises(AssertionError, match=r"OrderModified changed\.0: 'sorted' is not one of"):
        announced(order(changed=["sorted"]))
    assert bus.calls == []
