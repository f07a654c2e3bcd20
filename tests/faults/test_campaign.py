"""The campaign of `make faults`: a few of its days, and that it can find what it looks for."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "records"))

import campaign

from records import reservations
from records.order_book import OrderState


@pytest.mark.parametrize("first", range(0, 240, 40))
def test_days_under_faults_end_as_the_same_days_told_in_order(first: int) -> None:
    outcomes = [campaign.play(seed) for seed in range(first, first + 40)]
    assert [violation for each in outcomes for violation in each.violations] == []
    assert sum(each.faults.total() for each in outcomes) > 200


def test_what_a_rule_forgets_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that depends on the order of arrival: an adjustment replaces those before it."""

    def forgetful(self: OrderState, fact: dict[str, object]) -> OrderState:
        made = remembered(self, fact)
        return OrderState(**{**made.__dict__, "adjustments": {}}) if fact["kind"] == "fulfillment" else made

    remembered = OrderState.with_fact
    monkeypatch.setattr(OrderState, "with_fact", forgetful)
    outcomes = [campaign.play(seed) for seed in range(40)]
    assert sum(each.double_applied + each.lost for each in outcomes) > 0


def test_a_reservation_that_looks_at_no_version_is_found_by_the_shelf_on_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reservations, "Is", lambda name, value: None)
    outcomes = [campaign.play(seed) for seed in range(40)]
    assert sum(each.oversold for each in outcomes) > 0
    assert sum(each.promises for each in outcomes) > 100
