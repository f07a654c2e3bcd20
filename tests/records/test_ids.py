"""Ids are made of content alone, and different content has different ids."""

from hypothesis import given
from hypothesis import strategies as st

from records import ids

NAMES = st.tuples(st.text(), st.text(), st.text())


def test_names_that_read_the_same_together_are_two() -> None:
    assert ids.order_id("acme", "web", "11") != ids.order_id("acme", "web1", "1")
    assert ids.order_id("acme", "web", "1") != ids.order_id("acmew", "eb", "1")


@given(NAMES, NAMES)
def test_an_id_belongs_to_one_thing(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    assert (ids.order_id(*one) == ids.order_id(*other)) == (one == other)
    assert (ids.event_id(*one) == ids.event_id(*other)) == (one == other)
