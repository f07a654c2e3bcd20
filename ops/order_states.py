"""The table of an order's states, and what each fact makes of each state. The rules themselves work it out.

`python -m ops.order_states > docs/order-states.md` writes the page. A test fails when the page and the rules differ.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from records.facts import Stored
from records.orders import order as orders
from records.orders.order import OrderState
from records.orders.shipment import RANK, view

FULFILLMENT = ("pending", "ready", "success", "failed", "cancelled", "expired")
ADJUSTMENTS = ("refund", "return", "cancellation", "exchange", "price_adjustment", "dispute")
ADJUSTMENT_STATUSES = ("pending", "success", "failed", "cancelled")

HEAD = """# The states of an order

An order is a fold over facts, so its state is derived and never stored by hand. This is what each fact makes of each
state, for an order of two pieces of which nothing else is known. `python -m ops.order_states` writes this page, and a
test keeps it true.

- **order**: `waiting` (something of it was heard, not the order itself), `open`, `completed`, `cancelled`, `returned`
- **goods**: `unfulfilled`, `partial`, `fulfilled`, `delivered`; **back**: `none`, `partial`, `returned`
- **collect**: `none` (all is sent), `placed`, `ready`, `collected`, `expired`, `cancelled`
- **task**: what no rule may settle: `return_after_cancel`, `pickup_expired`, `refund_exceeds_payment`

Payment is a sum, not a state machine (`records/orders/payments.py`): `pending`, `authorized`, `partially_paid`, `paid`,
`partially_refunded`, `refunded`, `voided`, `failed`.
"""


def order_fact(minute: int, **said: Any) -> Stored:
    """Make an order fact: two pieces, paid, as told at a minute past ten."""
    line = {"line_id": "1", "sku": "MUG", "quantity": "2", "location_id": "lille"}
    paid = {"payment_id": "p", "amount": 3000, "status": "paid"}
    made = {"channel_order_id": "1", "placed_at": _at(0), "currency": "EUR", "totals": {"total": 3000}}
    return _fact("order", minute, **made, line_items=[line], payments=[paid], **said)


def _fact(kind: str, minute: int, **said: Any) -> Stored:
    at = _at(minute)
    return {
        "kind": kind,
        "connection_id": "web",
        "fact_id": f"{kind} {minute}",
        "occurred_at": at,
        "source_version": at,
        **said,
    }


def _at(minute: int) -> str:
    return f"2026-11-22T10:{minute:02d}:00.000Z"


def _sent(minute: int, status: str, pieces: int = 2, name: str = "f1") -> Stored:
    share = {"line_id": "1", "quantity": str(pieces)}
    tracking = [{"number": "T1"}] if name == "f1" else []
    return _fact("fulfillment", minute, fulfillment_id=name, status=status, lines=[share], tracking=tracking)


def _adjusted(minute: int, kind: str, status: str, pieces: int = 2, amount: int = -3000) -> Stored:
    share = {"line_id": "1", "quantity": str(pieces), "restock": True}
    lines = [] if kind in ("price_adjustment", "dispute") else [share]
    said = {"adjustment_id": f"{kind} {minute}", "type": kind, "status": status}
    return _fact("adjustment", minute, **said, amount=amount, currency="EUR", lines=lines)


PICKUP = {"expectations": [{"method": "pickup"}]}
IN_STORE = {"expectations": [{"method": "in_store"}]}
PLACED, COLLECTS = order_fact(0), order_fact(0, **PICKUP)
CANCELLED = {"cancelled_at": _at(20)}
LEFT = _sent(10, "success")

STATES: Mapping[str, Sequence[Stored]] = {
    "nothing heard": (),
    "label before the order": (LEFT,),
    "placed": (PLACED,),
    "label made": (PLACED, _sent(10, "pending")),
    "one of two shipped": (PLACED, _sent(10, "success", 1, "f0")),
    "shipped": (PLACED, LEFT),
    "one of two back": (PLACED, LEFT, _adjusted(15, "return", "success", 1, -1500)),
    "all back": (PLACED, LEFT, _adjusted(15, "return", "success")),
    "one of two cancelled": (PLACED, _adjusted(5, "cancellation", "success", 1, -1500)),
    "cancelled": (order_fact(20, **CANCELLED),),
    "cancelled after it shipped": (order_fact(20, **CANCELLED), LEFT),
    "to be collected": (COLLECTS,),
    "ready": (COLLECTS, _sent(10, "ready")),
    "not collected": (COLLECTS, _sent(10, "expired")),
    "collected": (COLLECTS, LEFT),
    "till sale": (order_fact(0, **IN_STORE),),
    "till sale voided": (order_fact(20, **IN_STORE, **CANCELLED),),
}


def facts(method: Mapping[str, Any]) -> dict[str, Stored | str]:
    """Give every fact that can be told of an order, by name. A text stands for a tracking status of its parcel."""
    told: dict[str, Stored | str] = {
        "order": order_fact(30, **method),
        "order cancelled": order_fact(30, **method, cancelled_at=_at(30)),
    }
    told |= {f"fulfillment {status}": _sent(30, status) for status in FULFILLMENT}
    told |= {f"{kind} {status}": _adjusted(30, kind, status) for kind in ADJUSTMENTS for status in ADJUSTMENT_STATUSES}
    return told | {f"tracking {status}": status for status in RANK}


def table() -> dict[str, dict[str, OrderState]]:
    """Work out every state with every fact: `{state: {fact: state after it}}`. The fact "" gives the state itself."""
    made: dict[str, dict[str, OrderState]] = {}
    for name, history in STATES.items():
        state = OrderState()
        for fact in history:
            state = state.with_fact(fact)
        placed = state.placed or {}
        method = {name: placed[name] for name in ("expectations",) if name in placed}
        rows = {told: _after(state, fact) for told, fact in facts(method).items()}
        made[name] = {"": state, **rows}
    return made


def _after(state: OrderState, fact: Stored | str) -> OrderState:
    if isinstance(fact, str):
        return state.with_parcel("T1", view({"scan": {**_fact("tracking", 30, status=fact), "at": _at(30)}}))
    return state.with_fact(fact)


def cells(state: OrderState) -> tuple[str, ...]:
    """Give what the page says of a state: order, goods, back, collect, payment, tasks."""
    seen = orders.view(state)
    if seen is None:
        return ("waiting", "", "", "", "", "")
    tasks = ", ".join(sorted({task["type"] for task in seen.tasks}))
    return (seen.status, seen.fulfillment, seen.returning, seen.pickup, seen.payment, tasks)


def page() -> str:
    """Write the page: a table for each state.

    Facts that lead to the same state share a row. The last row stands for all facts that change nothing.
    """
    parts = [HEAD]
    for name, row in table().items():
        before = cells(row[""])
        by_result: dict[tuple[str, ...], list[str]] = {}
        for told, state in row.items():
            if told and cells(state) != before:
                by_result.setdefault(cells(state), []).append(told)
        rows = [f"| {', '.join(_grouped(facts_told))} | {_shown(result)} |" for result, facts_told in by_result.items()]
        head = ["| what is told | comes to |", "|---|---|"]
        parts += [f"## {name}", "", f"Now: {_shown(before)}", "", *head, *rows, "| anything else | no change |", ""]
    return "\n".join(parts)


def _shown(result: tuple[str, ...]) -> str:
    names = ("order", "goods", "back", "collect", "payment", "task")
    said = [f"{name} **{value}**" for name, value in zip(names, result, strict=True) if value not in ("", "none")]
    return ", ".join(said)


def _grouped(told: Sequence[str]) -> list[str]:
    """Write `refund pending, refund failed` as `refund (pending, failed)`."""
    by_kind: dict[str, list[str]] = {}
    for name in told:
        kind, _, status = name.partition(" ")
        by_kind.setdefault(kind, []).append(status)
    return [
        f"{kind} ({', '.join(s for s in statuses)})" if any(statuses) else kind for kind, statuses in by_kind.items()
    ]


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - the page is what this program is for
