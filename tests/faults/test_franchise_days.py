"""Days of a franchise under faults: one customer for both tenants, and no order of one with the other."""

import pytest

from records.cause import Cause
from tests.faults import franchise

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("first", [0, 40])
def test_days_of_a_franchise_end_as_the_same_days_told_in_order(first: int) -> None:
    outcomes = [franchise.play(seed) for seed in range(first, first + 40)]
    assert [violation for each in outcomes for violation in each.violations] == []
    assert sum(each.faults.total() for each in outcomes) > 200


def test_a_tenant_whose_records_lie_with_the_group_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    stamp = Cause.stamp
    monkeypatch.setattr(Cause, "stamp", lambda self, *said: {**stamp(self, *said), "seen_by": "acme bruno"})
    assert sum(franchise.play(seed).cross_tenant for seed in range(3)) > 0
