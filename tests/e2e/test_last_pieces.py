"""Five hundred pieces and 64,000 tries to reserve them, on the embedded cloud's DynamoDB, with calls that fail.

All tries are made and answered by the records' own code, from what was read consistently after the try began. What
makes them cheap enough for a test: threads that wait to read at the same moment share one BatchGetItem, and pieces are
asked for in lots, so that the hot item names dozens of reservations and not five hundred. A try that finds too little
is one read and no write.
"""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from ops.hub.cloud import Cloud
from records import ids
from records.errors import StoreUnavailableError
from records.stock import ledger
from records.stock import position as stock
from records.store import keys
from records.store.actions import Item, Key
from records.store.dynamo import DynamoStore
from tests.e2e.together import Together
from tests.faults.unreliable import CrashError, Unreliable
from tests.records.counter import reserve
from tests.records.retail import MUG, PLACE, TENANT, at, count, tell

THREADS, TRIES, PIECES = 32, 2000, 500
FAULTS = 200  # of each thread
LOTS = (1, 4, 25, 60, 100)
TABLE = "last-pieces"


@pytest.fixture
def shelf(cloud: Cloud) -> DynamoStore:
    """A table with five hundred mugs."""
    dynamo = cloud.client("dynamodb")
    dynamo.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        BillingMode="PAY_PER_REQUEST",
    )
    made = DynamoStore(dynamo, TABLE)
    tell(made, "count", count(0, PIECES))
    return made


def lot(key: str) -> int:
    """Say how many pieces a key asks for, whoever asks with it."""
    return LOTS[sum(key.encode()) % len(LOTS)]


class Till:
    """One of many that reserve at once. Two of them use each key; what fails is asked again with the same key."""

    def __init__(self, number: int, store: Together, past: dict[Key, Item]) -> None:
        self.number = number
        self.store = Unreliable(store, random.Random(number), 0.2, past, [FAULTS])
        self.answers: Counter[str] = Counter()
        self.held: set[str] = set()

    def work(self) -> None:
        for number in range(TRIES):
            key = f"{self.number // 2}-{number}"
            answer = self._reserve(key)
            self.answers[answer] += 1
            if answer == "held":
                self.held.add(key)

    def _reserve(self, key: str) -> str:
        while True:
            try:
                answer = reserve(self.store, 1, key, lot(key))
            except (StoreUnavailableError, CrashError):
                continue
            if answer != "conflict":
                return answer


def test_of_five_hundred_pieces_exactly_five_hundred_are_reserved_however_many_try(shelf: DynamoStore) -> None:
    past: dict[Key, Item] = {}
    with Together(shelf, THREADS // 2) as together, ThreadPoolExecutor(THREADS) as at_once:
        tills = [Till(number, together, past) for number in range(THREADS)]
        for working in [at_once.submit(till.work) for till in tills]:
            working.result()

    answers: Counter[str] = sum((till.answers for till in tills), Counter())
    assert answers.total() == THREADS * TRIES
    assert set(answers) == {"held", "stock_insufficient"}
    held = set().union(*(till.held for till in tills))
    assert sum(lot(key) for key in held) == PIECES

    item = shelf.get([keys.stock(TENANT, MUG, PLACE)])[keys.stock(TENANT, MUG, PLACE)]
    entries = {name: entry["q"] for name, entry in item.items() if name.startswith("r#")}
    assert entries == {f"r#{ids.reservation_id(TENANT, key)}": str(lot(key)) for key in held}
    seen = stock.position(item, at(2))
    assert (seen.on_hand, seen.reserved, seen.available, seen.shortage) == (PIECES, PIECES, 0, 0)
    rows = ledger.rows(item, at(2))
    assert sum((row.pieces for row in rows if row.of == "reserved"), Decimal(0)) == PIECES
    assert sum((row.pieces for row in rows if row.of == "on_hand"), Decimal(0)) == PIECES
    assert item["ver"] == 1 + len(held)

    asked = [keys.reservation(TENANT, ids.reservation_id(TENANT, key)) for key in held]
    made = shelf.get(asked).values()
    assert [each["status"] for each in made] == ["held"] * len(held)
    assert sum(Decimal(pieces) for each in made for _, _, pieces in each["takes"]) == PIECES

    faults: Counter[str] = sum((till.store.faults for till in tills), Counter())
    assert faults.total() == FAULTS * THREADS
    assert faults["throttled read"]
    assert faults["timed out after the write"] + faults["died after the write"]
