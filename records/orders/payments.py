"""How much of an order's money has moved, in minor units of its currency. No I/O."""

from collections.abc import Iterable
from dataclasses import dataclass

from records.facts import Stored


@dataclass(frozen=True)
class Money:
    """An order's money in minor units: what was asked, paid and given back.

    `refunds_pending`: promised to the buyer and on its way. `refund_excess`: given back beyond what was paid, which no
    rule may settle. Always `kept - refund_excess == paid - refunded`, and neither is negative.
    """

    currency: str
    total: int
    paid: int
    authorized: int
    refunded: int
    refunds_pending: int
    status: str

    @property
    def kept(self) -> int:
        """What the retailer has of it."""
        return max(0, self.paid - self.refunded)

    @property
    def refund_excess(self) -> int:
        """What was given back beyond what was paid."""
        return max(0, self.refunded - self.paid)

    @property
    def outstanding(self) -> int:
        """What the buyer still has to pay."""
        return max(0, self.total - self.paid)


def money(order: Stored, adjustments: Iterable[Stored]) -> Money:
    """Add up an order's payments and what its adjustments gave back."""
    by_status: dict[str, int] = {}
    for payment in order.get("payments", []):
        by_status[payment["status"]] = by_status.get(payment["status"], 0) + payment["amount"]
    paid = by_status.get("paid", 0) + by_status.get("refunded", 0)
    back = {"success": 0, "pending": 0}
    for each in adjustments:
        if each["status"] in back:
            back[each["status"]] -= each["amount"]
    # A channel that only marks the payment as refunded says how much by its amount.
    refunded = max(back["success"], by_status.get("refunded", 0))
    return Money(
        currency=order["currency"],
        total=order["totals"]["total"],
        paid=paid,
        authorized=by_status.get("authorized", 0),
        refunded=max(0, refunded),
        refunds_pending=max(0, back["pending"]),
        status=_status(by_status, paid, refunded, order["totals"]["total"]),
    )


def _status(by_status: dict[str, int], paid: int, refunded: int, total: int) -> str:
    if paid and refunded >= paid:
        return "refunded"
    if paid and refunded > 0:
        return "partially_refunded"
    if paid:
        return "paid" if paid >= total else "partially_paid"
    for status in ("authorized", "pending", "voided", "failed"):
        if status in by_status:
            return status
    return "paid" if total == 0 else "pending"
