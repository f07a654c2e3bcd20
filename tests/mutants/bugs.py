"""Twenty-five bugs, each a small change of the source, with the tests that must catch it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bug:
    """A seeded bug: in `file`, `new` stands in the one place of `old`. `tests` are those that must catch it."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


RULES = ("tests/records/orders/test_order_rules.py", "tests/records/orders/test_order_life.py")
ARRIVAL = ("tests/records/orders/test_order_of_arrival.py",)
STORES = ("tests/records/store/test_stores_agree.py",)
FAULTS = ("tests/records/test_faults.py",)
RACES = ("tests/records/test_races.py",)
PUSHED = ("tests/functions/test_push.py",)
CAMPAIGN = ("tests/faults/test_campaign.py",)
RESERVED = ("tests/records/orders/test_reservation_races.py", "tests/records/orders/test_reservations.py")
DOOR = ("tests/functions/test_receive.py",)

BUGS = (
    Bug(
        "forget the marker",
        "records/store/unit.py",
        "self._write([*self._puts.values(), *self._updates.values(), *kept, *last])",
        "self._write([*self._puts.values(), *self._updates.values(), *kept])",
        FAULTS,
    ),
    Bug(
        "write a record whoever wrote it meanwhile",
        "records/store/unit.py",
        'self._puts[key] = Put(item, Absent() if before is None else Is("ver", before["ver"]))',
        "self._puts[key] = Put(item)",
        RACES,
    ),
    Bug(
        "send DynamoDB no condition",
        "records/store/dynamo.py",
        "    if action.when is not None:\n",
        "    if False:\n",
        STORES,
    ),
    Bug(
        "join again whom a person set apart",
        "records/customers/resolution.py",
        'if decision["decision"] == "apart"}',
        'if decision["decision"] == "never"}',
        ("tests/records/customers/test_customers_decided.py",),
    ),
    Bug(
        "reserve whoever reserved meanwhile",
        "records/orders/reservations.py",
        'remove=over, add={"ver": 1}, when=Is("ver", known["ver"])))',
        'remove=over, add={"ver": 1}))',
        (*RESERVED, *CAMPAIGN),
    ),
    Bug(
        "believe the statement that came last",
        "records/facts.py",
        "return than is None or rank(statement) > rank(than)",
        "return True",
        ARRIVAL,
    ),
    Bug(
        "swap the compare of two statements",
        "records/facts.py",
        "return than is None or rank(statement) > rank(than)",
        "return than is None or rank(statement) < rank(than)",
        ARRIVAL,
    ),
    Bug(
        "order statements of one second by chance",
        "records/facts.py",
        'return (statement["source_version"], statement["occurred_at"], _progress(statement), statement["fact_id"])',
        'return (statement["source_version"], statement["occurred_at"], (), "")',
        ("tests/records/orders/test_order_rules.py", *ARRIVAL),
    ),
    Bug(
        "apply an event again that was applied",
        "records/apply.py",
        "if known is not None and not remapping.is_open(cause, known, about):",
        "if False:",
        (*FAULTS, *RACES),
    ),
    Bug(
        "see who is one in what may be a moment old",
        "records/store/unit.py",
        "        if not self._consistent:\n",
        "        if False:\n",
        CAMPAIGN,
    ),
    Bug(
        "tell a scan to no order that is not seen yet",
        "records/orders/fold.py",
        "if order is None:  #",
        "if order is None:\n            continue\n        if False:  #",
        FAULTS,
    ),
    Bug(
        "un-ship what a channel calls pending again",
        "records/orders/lines.py",
        '(fulfillment["status"] != "cancelled" and "since" in fulfillment)',
        "False",
        ("tests/ops/test_order_states.py",),
    ),
    Bug(
        "let a kit that was sold be made of what it is made of now",
        "records/orders/lines.py",
        'sold = kits.get(kit_line(line), line).get("components", [])',
        'sold = line.get("components", [])',
        ("tests/records/products/test_kits_sold.py", *CAMPAIGN),
    ),
    Bug(
        "ship one parcel twice when two systems tell of it",
        "records/orders/lines.py",
        "        if not twins:\n",
        "        if True:\n",
        (*RULES, *ARRIVAL),
    ),
    Bug(
        "confirm what another clock gave away",
        "records/orders/reservations.py",
        '    if len(entries) < len(item["takes"]):  #',
        "    if False:  #",
        RESERVED,
    ),
    Bug(
        "ignore the tenant in a key",
        "records/store/keys.py",
        'return (f"{tenant}#STOCK#{sku}", f"AT#{location_id}")',
        'return (f"acme#STOCK#{sku}", f"AT#{location_id}")',
        CAMPAIGN,
    ),
    Bug(
        "make one id of two names that read the same together",
        "records/ids.py",
        'text = "".join(f"{len(part)}:{part}" for part in parts)',
        'text = "".join(parts)',
        ("tests/records/test_ids.py",),
    ),
    Bug(
        "count goods that moved with the count once more",
        "records/stock/position.py",
        "return sum((delta for delta, at in self.moves if at > after), ZERO)",
        "return sum((delta for delta, at in self.moves if at >= after), ZERO)",
        ("tests/records/stock/test_stock_model.py", "tests/records/orders/test_order_rules.py", *ARRIVAL),
    ),
    Bug(
        "take another body for a repeated delivery",
        "records/store/inbox.py",
        "        if known == digest:\n",
        "        if True:\n",
        DOOR,
    ),
    Bug(
        "answer 202 for what is not durable",
        "functions/receive.py",
        "        return problem(503, error.code,",
        "        return problem(202, error.code,",
        DOOR,
    ),
    Bug(
        "push without a lease",
        "functions/delivery/lease.py",
        'raise LaterError("another push of the same thing is under way", backoff(self._attempt)) from error',
        "pass",
        PUSHED,
    ),
    Bug(
        "push what the channel shows already",
        "functions/delivery/stock.py",
        "return expected is not None and stock.plain(expected) == wanted.value",
        "return False",
        PUSHED,
    ),
    Bug(
        "accept a signature of last week",
        "connectors/signatures/verification.py",
        "TOLERANCE = ",
        "TOLERANCE = 1_000_000 + ",
        ("tests/connectors/test_signatures.py",),
    ),
    Bug(
        "read money by way of a float",
        "mappings/values/money.py",
        "    scaled = amount.scaleb(decimals, _EXACT)\n",
        "    scaled = Decimal(int(float(amount) * 10**decimals))\n",
        ("tests/mappings/values/test_money_and_times.py",),
    ),
    Bug(
        "let a marketplace's relay address link two people",
        "records/customers/claims.py",
        "return local in PLACEHOLDERS or any(relay in domain for relay in RELAY_DOMAINS)",
        "return local in PLACEHOLDERS",
        ("tests/records/customers/test_customers.py",),
    ),
)
