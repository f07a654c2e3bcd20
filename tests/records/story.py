"""One order, the stock of its goods and its buyer, each told in a few facts."""

from decimal import Decimal

from tests.records.retail import (
    CRM,
    MUG,
    SCARF,
    TILL,
    adjusted,
    count,
    customer,
    fact,
    line,
    moved,
    order,
    scan,
    sent,
    share,
)

LINES = [line("1", MUG, 3), line("2", SCARF, 1)]
PAID = [{"payment_id": "p", "amount": 3000, "status": "paid"}]
ORDER = [
    order(0, LINES, buyer={"email": "ada@example.com", "first_name": "Ada"}),
    order(1, LINES, buyer={"email": "ada@example.com", "first_name": "Ada"}, payments=PAID),
    sent(10, share("1", 2)),
    adjusted(30, "refund", share("1", 2, restock=True)),
    adjusted(5, "cancellation", share("2", 1)),
    scan(20, "delivered"),
]
STOCK = [count(1, 10), count(8, 7), moved(5, "r1", 4), moved(9, "r1", 6, version=9), order(3, [line("1", MUG, 2)])]
CUSTOMER = [
    order(2, [line("1", MUG, 1)], buyer={"email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace"}),
    customer(TILL, "t1", 3, phone="+33612345678", loyalty={"card": "C9"}, first_name="Ada"),
    customer(CRM, "c1", 4, email="Ada@example.com", phone="+33612345678", last_name="Lovelace"),
    customer(TILL, "t1", 6, phone="+33612345678", loyalty={"card": "C9", "points": Decimal(5)}, first_name="Ada"),
    fact("customer_merge", CRM, 7, from_channel_customer_ids=["c0"], into_channel_customer_id="c1"),
    customer(CRM, "c0", 1, email="ada@work.example.com", first_name="A."),
]
