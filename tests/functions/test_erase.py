"""An erasure that is cut short anywhere is finished by the next run, and never reaches anybody who did not ask."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from functions import erase, runtime
from records.store import keys
from records.store.actions import Update
from tests.functions.privacy import canary
from tests.functions.shops import POOL
from tests.hub import Hub
from tests.process import TOKEN, VARIABLES

WRITES = ("UpdateItem", "PutItem", "TransactWriteItems", "PutObject")
Kept = tuple[dict[str, list[Any]], dict[str, bytes]]


class DiedError(BaseException):
    """The function ran out of time: nothing in it can catch that."""


@contextmanager
def dying(at: int, writes: list[str]) -> Iterator[None]:
    """Let the function die just before its write of this number; `writes` notes those it made."""

    def count(model: Any, **_: Any) -> None:
        if model.name in WRITES:
            if len(writes) == at:
                raise DiedError
            writes.append(model.name)

    for service in ("dynamodb", "s3"):
        runtime.client(service).meta.events.register("before-call", count)
    try:
        yield
    finally:
        for service in ("dynamodb", "s3"):
            runtime.client(service).meta.events.unregister("before-call", count)


def copied(hub: Hub) -> Kept:
    s3, bucket = hub.s3, VARIABLES["PAYLOAD_BUCKET"]
    names = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    bodies = {name: s3.get_object(Bucket=bucket, Key=name)["Body"].read() for name in names}
    return {table: hub.items(table) for table in ("Inbox", "Records")}, bodies


def put_back(hub: Hub, kept: Kept) -> None:
    hub.wipe()
    tables, bodies = kept
    for table, items in tables.items():
        for item in items:
            hub.dynamo.put_item(TableName=table, Item=item)
    for name, body in bodies.items():
        hub.s3.put_object(Bucket=VARIABLES["PAYLOAD_BUCKET"], Key=name, Body=body)


def totals(hub: Hub) -> list[str]:
    orders = [item["id"]["S"] for item in hub.items("Records") if item["sk"]["S"] == "ORDER"]
    seen = [hub.ask(f"/v1/orders/{name}").json() for name in orders]
    kept = ("status", "statuses", "money", "totals", "currency", "line_items", "placed_at")
    return sorted(json.dumps({name: each.get(name) for name in kept}) for each in seen)


def run(hub: Hub) -> None:
    assert hub.run("erase", {"indexed_seconds": 0, "days": 1})["failed"] == 0


def buy(hub: Hub) -> str:
    """Let the person buy something and sign for the parcel, and call; gives the customer they are."""
    web, parcels = canary.open_shops(hub)[::2]
    web.add_product("MUG", "Mug", "12.50", {905: 10})
    bought = canary.order(web)
    label = parcels.buy_label(f"web/{bought['id']}")
    parcels.trackers[label]["signed_by"] = "Canaryn C."
    parcels.scan(label, "delivered")
    canary.visit(hub, bought["created_at"])
    canary.settle(hub)
    (found,) = hub.ask("/v1/customers", email=canary.EMAIL).json()["customers"]
    return str(found["customer_id"])


def test_a_run_that_dies_before_any_of_its_writes_is_finished_by_the_next(fresh_hub: Hub) -> None:
    customer_id = buy(fresh_hub)
    before = totals(fresh_hub)
    receipt = fresh_hub.tell(f"/v1/customers/{customer_id}/erase", {}).json()["erasure_id"]
    kept, writes = copied(fresh_hub), list[str]()
    with dying(-1, writes):
        run(fresh_hub)
    counts = fresh_hub.ask(f"/v1/erasures/{receipt}").json()["counts"]
    for at in range(len(writes)):
        put_back(fresh_hub, kept)
        with pytest.raises(DiedError), dying(at, []):
            run(fresh_hub)
        run(fresh_hub)
        left = {place for place in canary.found(fresh_hub) if "#ERASURE#" not in place}
        assert left == set(), f"died before {writes[at]} {at}"
        made = fresh_hub.ask(f"/v1/erasures/{receipt}").json()
        assert made["stage"] == "telling"
        assert [made["counts"][name] for name in ("orders", "shipments")] == [counts["orders"], counts["shipments"]]
    assert totals(fresh_hub) == before
    assert len(writes) > 8


def couple(hub: Hub) -> dict[str, str]:
    """Let the till know two people of one address, and the web shop ask for an erasure by it; gives who they are."""
    till = hub.connect("square", "till", **POOL)
    hub.connect("shopify", "web", **POOL)
    for name, born in {"Canaryn": "1980-01-31", "Robin": "1955-05-05"}.items():
        till.add_customer(given_name=name, family_name="Zyx", email_address=canary.EMAIL, birthday=born)
        canary.settle(hub)
    asked = json.dumps({"customer": {"id": 1, "email": canary.EMAIL}}).encode()
    assert hub.send("web", asked, "customers/redact").status == 202
    assert hub.normalise() == []
    run(hub)
    found = hub.ask("/v1/customers", email=canary.EMAIL).json()["customers"]
    return {each["first_name"]: str(each["customer_id"]) for each in found}


@pytest.mark.moto
def test_of_two_at_one_address_whoever_did_not_ask_stays(fresh_hub: Hub) -> None:
    people = couple(fresh_hub)
    (asked,) = fresh_hub.ask("/v1/privacy").json()["requests"]
    assert (asked["stage"], asked["undecided"]) == ("open", sorted(people.values()))

    assert fresh_hub.tell(f"/v1/customers/{people['Canaryn']}/erase", {}).status == 202
    for _ in range(3):
        run(fresh_hub)

    assert fresh_hub.ask(f"/v1/customers/{people['Canaryn']}").status == 404
    assert fresh_hub.ask(f"/v1/customers/{people['Robin']}").json()["email"] == canary.EMAIL
    assert fresh_hub.ask(f"/v1/erasures/{asked['erasure_id']}").json()["stage"] == "done"


def test_what_they_do_after_it_stays_while_channels_are_told(fresh_hub: Hub) -> None:
    customer_id = buy(fresh_hub)
    receipt = fresh_hub.tell(f"/v1/customers/{customer_id}/erase", {}).json()["erasure_id"]
    with dying(2, []), pytest.raises(DiedError):  # erased, and still to be searched for
        run(fresh_hub)
    canary.order(fresh_hub.stand_ins["web"])
    canary.visit(fresh_hub, "after")
    canary.settle(fresh_hub)
    for _ in range(2):
        run(fresh_hub)

    (found,) = fresh_hub.ask("/v1/customers", email=canary.EMAIL).json()["customers"]
    told = fresh_hub.ask(f"/v1/customers/{found['customer_id']}/timeline").json()["timeline"]
    assert sorted(each["what"] for each in told if each["what"] in ("call", "order placed")) == ["call", "order placed"]
    kept = canary.exported(fresh_hub, found["customer_id"])
    assert [each["topic"] for each in kept["payloads"]] == ["orders/create"]
    assert fresh_hub.ask(f"/v1/erasures/{receipt}").json()["counts"]["interactions"] == 1


def test_a_channel_forgets_whom_it_knows_from_the_hub_alone_until_they_come_back(fresh_hub: Hub) -> None:
    customer_id = buy(fresh_hub)
    crm = fresh_hub.stand_ins["crm"]
    assert [each["email"] for each in crm.contacts().values()] == [canary.EMAIL]
    assert fresh_hub.tell(f"/v1/customers/{customer_id}/erase", {}).status == 202
    canary.erase(fresh_hub, runs=2)
    assert crm.contacts() == {}

    canary.order(fresh_hub.stand_ins["web"])
    canary.settle(fresh_hub)

    assert [each["email"] for each in crm.contacts().values()] == [canary.EMAIL]


def test_what_the_index_lists_late_is_looked_for_again(fresh_hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """The index by time may lag: of what came just before the erasure, the first search sees the last event alone."""
    customer_id = buy(fresh_hub)
    receipt = fresh_hub.tell(f"/v1/customers/{customer_id}/erase", {}).json()["erasure_id"]
    inbox, listed = runtime.inbox(), runtime.inbox().received
    with monkeypatch.context() as lagging:
        lagging.setattr(inbox, "received", lambda *names, **more: listed(*names, **more)[-1:])
        fresh_hub.run("erase", {"indexed_seconds": 300, "days": 1})
    assert fresh_hub.ask(f"/v1/erasures/{receipt}").json()["stage"] == "searching"
    assert [place for place in canary.found(fresh_hub) if place.startswith("Inbox")], "something was not listed yet"

    run(fresh_hub)
    assert {place for place in canary.found(fresh_hub) if "#ERASURE#" not in place} == set()
    assert fresh_hub.ask(f"/v1/erasures/{receipt}").json()["stage"] == "telling"


def known(hub: Hub, *names: str) -> list[str]:
    """Let a web shop know people, and each of them be erased; gives the requests."""
    hub.connect("shopify", "web", **POOL)
    made = []
    for number, name in enumerate(names):
        about = {"id": 70 + number, "email": f"{name}@example.com", "created_at": "2026-11-22T10:00:00Z"}
        assert hub.send("web", json.dumps(about).encode(), "customers/create").status == 202
        assert hub.normalise() == []
        (found,) = hub.ask("/v1/customers", email=f"{name}@example.com").json()["customers"]
        made.append(hub.tell(f"/v1/customers/{found['customer_id']}/erase", {}).json()["erasure_id"])
    return made


def test_where_nobody_asks_there_is_nothing_to_do(fresh_hub: Hub) -> None:
    known(fresh_hub)
    assert fresh_hub.run("erase", {}) == {"worked_on": 0, "failed": 0}


def test_a_request_that_fails_stops_no_other_and_is_done_once_it_can_be(fresh_hub: Hub) -> None:
    torn, whole = known(fresh_hub, "ada", "bea")
    key = keys.erasure("acme", torn)
    subject = runtime.records().get([key])[key]["subject"]
    runtime.records().write([Update(key, {"subject": b"torn"})])
    for _ in range(2):
        run_of = fresh_hub.run("erase", {"indexed_seconds": 0, "days": 1})
        fresh_hub.push()
    assert run_of["failed"] == 1
    assert fresh_hub.ask("/v1/customers", email="bea@example.com").json()["customers"] == []
    assert len(fresh_hub.ask("/v1/customers", email="ada@example.com").json()["customers"]) == 1
    assert fresh_hub.ask(f"/v1/erasures/{torn}").json()["stage"] == "open"

    runtime.records().write([Update(key, {"subject": subject})])
    for _ in range(2):
        run(fresh_hub)
        fresh_hub.push()
    assert fresh_hub.ask("/v1/customers", email="ada@example.com").json()["customers"] == []
    assert {fresh_hub.ask(f"/v1/erasures/{each}").json()["stage"] for each in (torn, whole)} <= {"telling", "done"}


def test_a_run_whose_time_is_over_begins_nothing(fresh_hub: Hub) -> None:
    (asked,) = known(fresh_hub, "ada")
    late = SimpleNamespace(get_remaining_time_in_millis=lambda: erase.RESERVE)
    assert erase.handler({}, late) == {"worked_on": 1, "failed": 0}
    assert fresh_hub.ask(f"/v1/erasures/{asked}").json()["stage"] == "open"


@pytest.mark.moto
def test_each_tenants_requests_are_worked_on(fresh_hub: Hub) -> None:
    for tenant, token in (("acme", TOKEN), ("main", "token-of-main")):
        fresh_hub.connect("shopify", f"web-of-{tenant}", tenant, **POOL)
        asked = json.dumps({"customer": {"id": 1, "email": canary.EMAIL}}).encode()
        assert fresh_hub.send(f"web-of-{tenant}", asked, "customers/redact").status == 202
        assert fresh_hub.normalise() == []
        assert len(fresh_hub.ask("/v1/privacy", token).json()["requests"]) == 1
    assert fresh_hub.run("erase", {"indexed_seconds": 0, "days": 1}) == {"worked_on": 2, "failed": 0}
    for token in (TOKEN, "token-of-main"):
        (done,) = fresh_hub.ask("/v1/privacy", token, status="done").json()["requests"]
        assert (done["type"], done["stage"]) == ("erasure", "done")
