"""Every key is of one tenant: whatever ids hold, no key of one tenant is or leads into another's."""

import inspect
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.connection import NAME
from records import ids
from records.store import keys
from records.store.actions import Key

MAKERS: dict[str, Callable[..., Key]] = {
    name: made
    for name, made in inspect.getmembers(keys, inspect.isfunction)
    if made.__module__ == keys.__name__ and inspect.signature(made).return_annotation is Key
}
TENANTS = st.from_regex(NAME, fullmatch=True).map(lambda name: name.removesuffix("\n"))
GROUPS = TENANTS.map(lambda name: f"group:{name}")
PARTS = ("#", "a", "b", "ORDER", "STOCK", "AT", "/", " ", ":", "acme", "acme#ORDER#", "")
NAMES = st.lists(st.sampled_from(PARTS), max_size=6).map("".join) | st.text(max_size=20)


def made(data: st.DataObject, maker: Callable[..., Key], tenant: str, names: st.SearchStrategy[str] = NAMES) -> Key:
    """Make a key with drawn names in every other place."""
    others = list(inspect.signature(maker).parameters)[1:]
    return maker(tenant, *(data.draw(names, name) for name in others))


@given(st.data(), st.sampled_from(sorted(MAKERS)), TENANTS | GROUPS)
def test_every_key_begins_with_its_tenant(data: st.DataObject, name: str, tenant: str) -> None:
    pk, _ = made(data, MAKERS[name], tenant)
    assert pk.partition("#")[0] == tenant


@given(st.data(), st.sampled_from(sorted(MAKERS)), st.sampled_from(sorted(MAKERS)))
def test_no_key_of_one_tenant_is_another_tenants(data: st.DataObject, one: str, other: str) -> None:
    first, second = data.draw(TENANTS | GROUPS), data.draw(TENANTS | GROUPS)
    if first != second:
        assert made(data, MAKERS[one], first)[0] != made(data, MAKERS[other], second)[0]


@given(st.data(), st.sampled_from(sorted(MAKERS)), st.sampled_from(sorted(MAKERS)), TENANTS)
def test_no_key_of_one_kind_is_another_kinds(data: st.DataObject, one: str, other: str, tenant: str) -> None:
    """What one record is called cannot be read as the key of a record of another kind."""
    if {one, other} in ({"applied", "pushed"}, {"stock", "seen_stock"}) or one == other:
        return
    assert made(data, MAKERS[one], tenant) != made(data, MAKERS[other], tenant)


NAMED: dict[str, Callable[..., str]] = {
    "event": ids.event_id,
    "order": ids.order_id,
    "customer": ids.customer_id,
    "reservation": ids.reservation_id,
    "claim": ids.claim,
}


@given(st.data(), st.sampled_from(sorted(NAMED)), st.lists(NAMES, min_size=6, max_size=6))
def test_two_things_have_one_id_only_if_all_that_names_them_is_the_same(
    data: st.DataObject, kind: str, said: list[str]
) -> None:
    name: Any = NAMED[kind]
    count = len(inspect.signature(name).parameters)
    one, other = said[:count], data.draw(st.permutations(said))[:count]
    assert (name(*one) == name(*other)) == (one == other)


def test_a_groups_name_is_no_tenants() -> None:
    @given(TENANTS, GROUPS)
    def differ(tenant: str, group: str) -> None:
        assert tenant != group
        assert "#" not in tenant + group

    differ()
