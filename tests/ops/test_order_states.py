"""The published table of an order's states is what the rules do, and it is total."""

from pathlib import Path

import pytest

from ops import order_states
from records.orders import order as orders

PAGE = Path(__file__).parents[2] / "docs" / "order-states.md"
TABLE = order_states.table()
CELLS = [(state, told) for state, row in TABLE.items() for told in row if told]


def test_the_page_says_what_the_rules_do() -> None:
    """Write it anew with `python -m ops.order_states > docs/order-states.md`."""
    assert PAGE.read_text() == order_states.page()


def test_the_table_has_every_state_with_every_fact() -> None:
    assert len(CELLS) == len(order_states.STATES) * len(order_states.facts({}))
    assert {told for _, told in CELLS} == set(order_states.facts({}))


@pytest.mark.parametrize(("state", "told"), CELLS)
def test_nothing_is_undefined_and_nothing_that_left_is_unshipped(state: str, told: str) -> None:
    """Only a label or a till sale that is taken back, its goods never moved, gives pieces back as not fulfilled."""
    before, after = orders.view(TABLE[state][""]), orders.view(TABLE[state][told])
    if after is None:
        assert told.partition(" ")[0] != "order"
        return
    (line,), known = after.lines, before.lines[0] if before else after.lines[0]
    assert line.open >= 0
    assert 0 <= line.returned <= line.fulfilled <= line.ordered == 2
    assert line.fulfilled + line.cancelled <= line.ordered
    taken_back = told == "fulfillment cancelled" or (state == "till sale" and told == "order cancelled")
    assert line.fulfilled >= known.fulfilled or taken_back
    assert line.returned >= known.returned or taken_back


@pytest.mark.parametrize("state", [name for name in TABLE if name not in ("nothing heard", "label before the order")])
def test_a_cancel_of_what_has_left_is_a_task_and_not_a_cancel(state: str) -> None:
    seen, before = orders.view(TABLE[state]["order cancelled"]), orders.view(TABLE[state][""])
    assert seen
    assert before
    out = sum(line.out for line in before.lines)
    if out and state != "till sale":
        assert seen.status != "cancelled"
        assert "return_after_cancel" in {task["type"] for task in seen.tasks}
