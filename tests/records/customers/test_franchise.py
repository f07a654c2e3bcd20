"""Tenants that share their customers: one customer over all of them, and nothing else of one tenant at another."""

import itertools
from typing import Any

import pytest

from events.facts import Fact
from records import ids
from records.apply import Applied, apply
from records.cause import Cause
from records.store import keys
from records.store.actions import Item, Store
from records.store.memory import MemoryStore
from records.store.packing import unpack
from tests.records.retail import CRM, MUG, TILL, WEB, at, count, customer, digest, fact, golden, line, order, resolve
from tests.records.schedules import Handler, every_schedule

GROUP = "group:maison"
LILLE, LYON = "lille-sarl", "lyon-sarl"
PARTIES = (LILLE, LYON, GROUP)
ADA = {"email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace"}
WHO = {"email": ADA["email"]}
Said = tuple[str, Fact]
"""(tenant, fact)."""

DAY: tuple[Said, ...] = (
    (LILLE, customer(WEB, "7", 1, **ADA)),
    (LYON, customer(TILL, "7", 2, **ADA, phone="+33612345601")),
    (LILLE, order(3, [line("1", MUG, 1)], WEB, buyer=ADA)),
    (LYON, order(4, [line("1", MUG, 2)], TILL, buyer={**ADA, "channel_customer_id": "7"})),
    (LYON, fact("consent", CRM, 5, subject=WHO, purpose="news", medium="email", granted=False, at=at(5))),
)


NUMBERS = range(len(DAY))


def say(store: Store, number: int, said: Said, group: str = GROUP) -> Applied:
    """Apply a fact that a connection of a tenant states."""
    tenant, stated = said
    name = f"evt-{tenant}-{number}"
    because = Cause(tenant, name, stated.connection_id, at(number), frozenset(), group=group)
    return apply(store, because, [stated], {}, pause=lambda _: None)


def heard(numbers: Any = NUMBERS, group: str = GROUP) -> MemoryStore:
    store = MemoryStore()
    for number in numbers:
        say(store, number, DAY[number], group)
    return store


def items(store: MemoryStore, party: str) -> list[Item]:
    return [item for (pk, _), item in store.items.items() if pk.startswith(f"{party}#")]


def text(item: Item) -> str:
    return str({name: unpack(value) if isinstance(value, bytes) else value for name, value in item.items()})


def test_a_group_has_one_customer_and_each_tenant_its_own_orders() -> None:
    store = heard()
    (ada,) = golden(store, GROUP)
    assert (ada["phone"], ada["consents"][0]["granted"]) == ("+33612345601", False)
    assert golden(store, LILLE) == golden(store, LYON) == []
    for tenant in (LILLE, LYON):
        (placed,) = [item for item in items(store, tenant) if item["sk"] == "ORDER"]
        assert resolve(store, placed["customer_id"], GROUP) == tuple(ada["sources"])
        assert placed["customer_key"] == f"{tenant}#{placed['customer_id']}"


def test_without_a_policy_the_same_people_are_known_to_each_tenant_apart() -> None:
    store = heard(group="")
    assert [len(golden(store, party)) for party in PARTIES] == [1, 1, 0]
    assert {at[0].partition("#")[0] for at in store.items} == {LILLE, LYON}


def test_whatever_order_a_group_hears_of_its_customers_in_the_records_are_the_same() -> None:
    wanted = [digest(heard(), party, GROUP) for party in PARTIES]
    for numbers in itertools.permutations(range(len(DAY))):
        store = heard(numbers)
        assert [digest(store, party, GROUP) for party in PARTIES] == wanted
        assert {say(store, 100 + number, DAY[number]).outcome for number in numbers} == {"unchanged"}


def test_nothing_of_one_tenant_lies_with_another_or_with_the_group_but_its_customers() -> None:
    store = heard()
    kinds = {at[0].split("#")[1] for at in store.items if at[0].startswith(GROUP)}
    assert kinds <= {"CUSTOMER", "CLAIM", "CLUE", "REVIEW"}
    orders = {LILLE: ids.order_id(LILLE, WEB, "1001"), LYON: ids.order_id(LYON, TILL, "1001")}
    for tenant, other in ((LILLE, LYON), (LYON, LILLE)):
        assert keys.order(tenant, orders[tenant]) in store.items
        assert not [item for item in items(store, tenant) if other in text(item) or orders[other] in text(item)]
    assert not [item for item in items(store, GROUP) if any(name in text(item) for name in orders.values())]


def test_a_groups_record_says_which_tenant_changed_it() -> None:
    store = heard()
    told = [item for item in items(store, GROUP) if item.get("record") == "customer"]
    assert {item["tenant"] for item in told} == {GROUP}
    assert {item["member"] for item in told} <= {LILLE, LYON}
    assert not [item for party in (LILLE, LYON) for item in items(store, party) if "member" in item]


def test_what_a_visitor_did_is_kept_with_the_groups_customers() -> None:
    visit = fact("interaction", WEB, 6, type="visit", subject=WHO, at=at(6))
    store = MemoryStore()
    say(store, 0, (LILLE, visit))
    assert any("#DID#" in pk for pk, _ in store.items)
    assert {pk.partition("#")[0] for pk, sk in store.items if sk != "APPLIED"} == {GROUP}


def test_two_tenants_that_meet_a_person_at_one_moment_make_one_customer() -> None:
    def handler(number: int) -> Handler:
        return lambda store: say(store, number, DAY[number])

    wanted = digest(heard((0, 1)), GROUP)
    for store, bugs in every_schedule(MemoryStore, [handler(0), handler(1)]):
        assert not [bug for bug in bugs if isinstance(bug, Exception)]
        assert digest(store, GROUP) == wanted


@pytest.mark.parametrize("tenant", [LILLE, LYON])
def test_an_order_costs_a_member_of_a_group_what_it_costs_anybody(tenant: str) -> None:
    class Counting(MemoryStore):
        calls = 0

        def get(self, *args: Any, **named: Any) -> Any:
            Counting.calls += 1
            return super().get(*args, **named)

        def write(self, actions: Any) -> None:
            Counting.calls += len(actions)
            super().write(actions)

    costs = []
    for group in ("", GROUP):
        Counting.calls, store = 0, Counting()
        say(store, 0, (tenant, order(3, [line("1", MUG, 1)], WEB, buyer=ADA)), group)
        say(store, 1, (tenant, count(4, 5)), group)
        costs.append(Counting.calls)
    assert costs[0] == costs[1]
