"""What people decide: merges and what takes them back, byte for byte, whatever rule had joined them."""

from collections.abc import Callable
from typing import Any

import pytest

from events.facts import Fact
from records.apply import change
from records.customers import decisions
from records.customers.decisions import DecisionError
from records.store import keys
from records.store.packing import unpack
from tests.records.customers.deciding import decided, head, id_of, merge, reject, seen, together, unmerge
from tests.records.retail import (
    CRM,
    MARKET,
    MUG,
    TENANT,
    TILL,
    WEB,
    at,
    cause,
    copied,
    customer,
    digest,
    fact,
    golden,
    line,
    order,
    tell,
    told,
)
from tests.records.schedules import every_schedule

PHONE = {"phone": "+33612345678"}
ADA = {"first_name": "Ada", "last_name": "Lovelace", "birth_date": "1990-12-10"}


def bought(minute: int, connection_id: str = WEB, **buyer: Any) -> Fact:
    return order(minute, [line("1", MUG, 1)], connection_id, channel_order_id=f"o{minute}", buyer=buyer)


def consent(minute: int, connection_id: str, name: str, granted: bool) -> Fact:
    said = {"purpose": "marketing", "medium": "email", "granted": granted, "at": at(minute)}
    return fact("consent", connection_id, minute, subject={"channel_customer_id": name}, **said)


JOINED = {
    "by e-mail": [customer(WEB, "7", 1, email="a@example.com"), customer(TILL, "t", 2, email="a@example.com", **PHONE)],
    "by card": [customer(WEB, "7", 1, loyalty={"card": "C"}), customer(TILL, "t", 2, loyalty={"card": "C"}, **ADA)],
    "by phone": [customer(WEB, "7", 1, **PHONE, email="a@example.com"), customer(TILL, "t", 2, **PHONE)],
    "by phone and name": [
        customer(WEB, "7", 1, **PHONE, **ADA),
        customer(TILL, "t", 2, **PHONE, **ADA, email="a@e.org"),
    ],
    "by likeness": [customer(WEB, "7", 1, **ADA), customer(TILL, "t", 2, **ADA, email="a@example.com")],
    "by the channel": [
        customer(TILL, "7", 1, email="a@example.com"),
        customer(TILL, "t", 2, email="b@example.com"),
        fact("customer_merge", TILL, 3, from_channel_customer_ids=["7"], into_channel_customer_id="t"),
    ],
}


@pytest.mark.parametrize("facts", JOINED.values(), ids=JOINED)
def test_whatever_joined_two_accounts_can_be_taken_back_and_gives_the_same_bytes(facts: list[Fact]) -> None:
    one, other = (f"{each.connection_id}/{each.channel_customer_id}" for each in facts[:2])  # type: ignore[attr-defined]
    store = told(facts)
    assert together(store) == [sorted([one, other])]
    unmerge(store, 30, other)
    assert together(store) == sorted([[one], [other]])
    if len(facts) == 2:
        for each, account in zip(facts, (one, other), strict=True):
            assert seen(store, account) == seen(told([each]), account)
    for number, each in enumerate(facts):
        tell(store, f"again{number}", each)
    assert together(store) == sorted([[one], [other]])
    merge(store, 31, one, other)
    assert seen(store, one) == seen(told(facts), one)


def test_a_merge_by_hand_joins_anybody_and_is_taken_back() -> None:
    facts = [customer(WEB, "7", 1, email="a@example.com"), customer(TILL, "t", 2, **PHONE, **ADA)]
    store = told(facts)
    before = {account: seen(store, account) for account in ("web/7", "till/t")}
    merge(store, 30, "till/t", "web/7")
    assert together(store) == [["till/t", "web/7"]]
    links = unpack(head(store, "web/7")["state"])["links"]
    (link,) = [link for link in links.values() if link["rule"] == "joined by hand"]
    assert (link["by"], link["why"], link["at"]) == ("bo", "looked at both", at(30))
    unmerge(store, 31, "till/t")
    assert {account: seen(store, account) for account in before} == before


def test_orders_go_back_with_their_customer_and_new_ones_follow() -> None:
    store = told([bought(1, email="a@example.com"), bought(2, TILL, email="b@example.com")])
    merge(store, 30, "web/guest email:a@example.com", "till/guest email:b@example.com")
    tell(store, "new", bought(31, TILL, email="b@example.com"))
    unmerge(store, 32, "till/guest email:b@example.com")
    owners = {item["customer_id"] for item in store.items.values() if item["sk"] == "ORDER"}
    counts = {
        name: sum(item.get("customer_id") in head(store, name)["accounts"] for item in store.items.values())
        for name in ("web/guest email:a@example.com", "till/guest email:b@example.com")
    }
    assert len(owners) == 2
    assert counts == {"web/guest email:a@example.com": 1, "till/guest email:b@example.com": 2}


def test_what_is_said_while_two_are_one_goes_back_to_who_said_it() -> None:
    facts = [customer(WEB, "7", 1, email="a@example.com"), customer(TILL, "t", 2, email="a@example.com")]
    later = [
        customer(TILL, "t", 5, email="a@example.com", **PHONE),
        consent(6, TILL, "t", True),
        consent(7, WEB, "7", False),
        bought(8, TILL, channel_customer_id="t", email="a@example.com"),
    ]
    store = told([*facts, *later])
    assert golden(store)[0]["consents"][0]["granted"] is False
    unmerge(store, 30, "till/t")
    assert seen(store, "web/7") == seen(told([facts[0], later[2]]), "web/7")
    assert seen(store, "till/t") == seen(told([facts[1], later[0], later[1], later[3]]), "till/t")


def test_who_was_set_apart_stays_apart_whatever_they_share_later() -> None:
    store = told([customer(WEB, "7", 1, email="a@example.com"), customer(TILL, "t", 2, email="a@example.com")])
    unmerge(store, 30, "till/t")
    tell(store, "a", customer(TILL, "t", 31, email="a@example.com", loyalty={"card": "C"}, **PHONE, **ADA))
    tell(store, "b", customer(WEB, "7", 32, email="a@example.com", loyalty={"card": "C"}, **PHONE, **ADA))
    assert together(store) == [["till/t"], ["web/7"]]


def test_of_a_key_on_which_people_were_parted_nobody_knows_whom_it_means() -> None:
    store = told([customer(WEB, "7", 1, email="a@example.com"), customer(TILL, "t", 2, email="a@example.com")])
    unmerge(store, 30, "till/t")
    tell(store, "new", bought(31, MARKET, email="a@example.com"))
    assert together(store) == [["market/guest email:a@example.com"], ["till/t"], ["web/7"]]


def test_parting_one_of_three_leaves_the_other_two_together() -> None:
    three = [customer(by, "1", n, email="a@example.com") for n, by in enumerate((WEB, TILL, CRM))]
    store = told(three)
    unmerge(store, 30, "till/1")
    assert together(store) == [["crm/1", "web/1"], ["till/1"]]
    assert seen(store, "web/1") == seen(told([three[0], three[2]]), "web/1")


def test_a_branch_is_what_came_with_a_merged_customer() -> None:
    mine = [customer(WEB, "1", 1, email="a@example.com"), customer(TILL, "2", 2, email="a@example.com")]
    theirs = [customer(CRM, "3", 3, email="b@example.com"), bought(4, MARKET, email="b@example.com")]
    store = told([*mine, *theirs])
    before = together(store)
    merge(store, 30, "till/2", "crm/3")
    gone = next(name for name in ("web/1", "crm/3") if "redirect" in store.items[keys.customer(TENANT, id_of(name))])
    by = cause("asked", "api", 31)
    accounts = change(store, by, lambda unit: decisions.branch(unit, by, id_of(gone)), lambda _: None)
    decided(store, 31, decisions.unmerge, accounts)
    assert together(store) == before


def test_a_decision_that_is_older_than_the_one_that_holds_is_refused() -> None:
    facts = [customer(WEB, "7", 1, email="a@example.com"), customer(TILL, "t", 2, email="b@example.com")]
    store = told(facts)
    merge(store, 30, "web/7", "till/t")
    unmerge(store, 32, "till/t")
    with pytest.raises(DecisionError, match="a later decision"):
        merge(store, 31, "web/7", "till/t")
    assert together(store) == [["till/t"], ["web/7"]]


def test_a_question_is_closed_by_its_answer_and_not_asked_again() -> None:
    home = {"addresses": [{"street_address": "12 rue Neuve", "address_locality": "Lille", "postal_code": "59800"}]}
    twins = [customer(WEB, "7", 1, **ADA, **home), customer(TILL, "t", 2, **{**ADA, "first_name": "Bea"}, **home)]
    for answer, expected in ((reject, "rejected"), (merge, "accepted")):
        store = told(twins)
        answer(store, 30, "web/7", "till/t")
        tell(store, "more", customer(TILL, "t", 31, **{**ADA, "first_name": "Bea"}, **home, email="bea@example.com"))
        (review,) = [item for item in store.items.values() if item["sk"] == "REVIEW"]
        assert (review["status"], "status_key" in review) == (expected, False)


@pytest.mark.parametrize(
    ("act", "accounts"),
    [
        (merge, ("web/7", "web/7")),
        (merge, ("web/7", "web/nobody")),
        (unmerge, ("web/nobody",)),
        (unmerge, ("web/7",)),
        (unmerge, ("web/7", "till/t")),
        (reject, ("web/7", "web/7")),
    ],
)
def test_what_cannot_be_decided_is_refused_and_changes_nothing(act: Callable[..., None], accounts: Any) -> None:
    store = told([customer(WEB, "7", 1, email="a@example.com"), customer(TILL, "t", 2, email="b@example.com")])
    before = dict(store.items)
    with pytest.raises(DecisionError):
        act(store, 30, *accounts)
    assert store.items == before


def test_the_bus_hears_of_a_merge_and_of_its_end_without_a_name() -> None:
    store = told([customer(WEB, "7", 1, email="a@example.com"), customer(TILL, "t", 2, email="b@example.com")])

    def changes() -> dict[str, list[str]]:
        return {item["id"]: item["changed"] for item in store.items.values() if item.get("record") == "customer"}

    names = {id_of("web/7"), id_of("till/t")}
    merge(store, 30, "web/7", "till/t")
    assert sorted(changes().values()) == [["absorbed"], ["merged"]]
    unmerge(store, 31, "till/t")
    assert sorted(changes().values()) == [["parted"], ["unmerged"]]
    assert set(changes()) == names


@pytest.mark.parametrize(
    "later", [customer(TILL, "t", 5, email="a@example.com"), bought(6, MARKET, email="a@example.com")]
)
def test_a_decision_and_a_fact_at_once_end_as_one_after_the_other(later: Fact) -> None:
    start = told([customer(WEB, "7", 1, email="a@example.com"), customer(TILL, "t", 2, email="a@example.com")])
    handlers = [lambda store: unmerge(store, 30, "till/t"), lambda store: tell(store, "b", later)]
    ends = []
    for order_of in (handlers, handlers[::-1]):
        alone = copied(start)
        for handler in order_of:
            handler(alone)
        ends.append(digest(alone))
    for store, results in every_schedule(lambda: copied(start), handlers):
        assert [each for each in results if isinstance(each, Exception)] == []
        assert digest(store) in ends


def test_two_merges_at_once_lose_nobody() -> None:
    known = [customer(by, "1", n, email=f"{by}@example.com") for n, by in enumerate((WEB, TILL, CRM))]
    start = told(known)
    handlers = [lambda store: merge(store, 30, "web/1", "till/1"), lambda store: merge(store, 31, "till/1", "crm/1")]
    for store, results in every_schedule(lambda: copied(start), handlers):
        assert [each for each in results if isinstance(each, Exception)] == []
        assert together(store) == [["crm/1", "till/1", "web/1"]]
