"""The campaign of `make faults`: a few of its days, and that it can find what it looks for."""

import runpy
from pathlib import Path

import pytest
from rich.console import Console

from records.orders import reservations
from records.orders.fold import OrderState
from records.store import memory
from records.store.actions import Is
from tests.faults import campaign, crowds, races

pytestmark = pytest.mark.slow


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
    outcomes = [campaign.play(seed) for seed in range(60, 100)]
    assert sum(each.oversold for each in outcomes) > 0
    assert sum(each.promises for each in outcomes) > 100


@pytest.mark.parametrize("first", range(0, 30, 10))
def test_crowds_end_as_the_same_facts_told_one_after_the_other(first: int) -> None:
    met = [crowds.play(seed) for seed in range(first, first + 10)]
    assert [violation for each in met for violation in each.violations] == []


def test_a_record_that_is_written_whoever_wrote_it_meanwhile_is_found_by_a_crowd(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    holds = memory.holds
    monkeypatch.setattr(memory, "holds", lambda when, item: isinstance(when, Is) or holds(when, item))
    assert any(crowds.play(seed).violations for seed in range(5))


def test_the_report_counts_all_that_was_played(capsys: pytest.CaptureFixture[str]) -> None:
    main = runpy.run_path(str(Path(__file__).with_name("__main__.py")))
    played = main["Played"]([campaign.play(3), campaign.play(4)], [crowds.play(3)], races.Races(1, 5, ["a race"]))
    found = main["_report"](played, 1.25)
    assert (found["seeds"], found["schedules"]) == (2, 2 + crowds.SCHEDULES + 5)
    assert (found["lost"], found["double_applied"]) == (1, 0), "a race that ended wrongly lost something"
    main["_tell"](Console(width=200), found, played)
    said = capsys.readouterr().out
    assert f"lost: 1 of {found['events']} events (look below)" in said
    assert "a race" in said.splitlines()[-1]
