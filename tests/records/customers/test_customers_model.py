"""Random merges, partings and facts end as in a plain model, and a merge that is taken back leaves every byte."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from events.facts import Fact
from records.store.packing import unpack
from tests.records.customers.deciding import merge, seen, together, unmerge
from tests.records.retail import customer, tell, told

ACCOUNTS = ["web/1", "web/2", "till/1", "till/2", "crm/1"]
ACTS = st.one_of(
    st.tuples(st.just("merge"), st.sampled_from(ACCOUNTS), st.sampled_from(ACCOUNTS)),
    st.tuples(st.just("unmerge"), st.sampled_from(ACCOUNTS), st.none()),
    st.tuples(st.just("points"), st.sampled_from(ACCOUNTS), st.integers(0, 9)),
)


class Model:
    """Who is together, kept as plain sets: nobody shares anything but by hand."""

    def __init__(self) -> None:
        self.groups = [{name} for name in ACCOUNTS]

    def group(self, name: str) -> set[str]:
        return next(group for group in self.groups if name in group)

    def merge(self, one: str, other: str) -> None:
        mine, theirs = self.group(one), self.group(other)
        self.groups = [group for group in self.groups if group not in (mine, theirs)] + [mine | theirs]

    def unmerge(self, name: str) -> None:
        group = self.group(name)
        self.groups = [each for each in self.groups if each != group] + [{name}, group - {name}]


@settings(max_examples=60, deadline=None)
@given(acts=st.lists(ACTS, min_size=1, max_size=9))
def test_random_decisions_and_facts_end_as_in_a_plain_model(acts: list[Any]) -> None:
    def said(account: str, minute: int, points: int) -> Fact:
        by, _, name = account.partition("/")
        return customer(by, name, minute, loyalty={"card": account, "points": points})

    model, newest = Model(), {account: said(account, 0, 0) for account in ACCOUNTS}
    store = told(list(newest.values()))
    for minute, (act, one, other) in enumerate(acts, 1):
        if act == "merge" and other not in model.group(one):
            merge(store, minute, one, other)
            model.merge(one, other)
        elif act == "unmerge" and len(model.group(one)) > 1:
            before = seen(store, one) if len(model.group(one)) == 2 else None
            unmerge(store, minute, one)
            model.unmerge(one)
            assert before is None or seen(store, one) != before
        elif act == "points":
            newest[one] = said(one, minute, other)
            tell(store, f"evt p{minute}", newest[one])
        assert together(store) == sorted(sorted(group) for group in model.groups if group)
    for account in ACCOUNTS:
        own = {f"{each['card']}": each for each in unpack(seen(store, account))["loyalties"]}
        assert set(own) == model.group(account)
        assert all(own[name]["points"] == str(newest[name].loyalty.points) for name in own)  # type: ignore[attr-defined]
    for minute, one in ((40, ACCOUNTS[0]), (50, ACCOUNTS[1])):
        others = [name for name in ACCOUNTS if name not in model.group(one)]
        for other in others[:1]:
            before_all = {name: seen(store, name) for name in ACCOUNTS}
            theirs = sorted(model.group(other))
            merge(store, minute, one, other)
            unmerge(store, minute + 1, *theirs)
            assert {name: seen(store, name) for name in ACCOUNTS} == before_all
