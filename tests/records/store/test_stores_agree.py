"""The store in memory and the one on DynamoDB answer alike: same items, same errors."""

import threading
from collections.abc import Iterator
from random import Random
from typing import Any

import boto3
import botocore.client
import pytest
from moto import mock_aws

from ops.hub.templates import table_definitions
from records.errors import RecordError, StoreUnavailableError
from records.store.actions import Absent, AbsentOr, Action, Below, Condition, Is, Put, Update
from records.store.dynamo import DynamoStore
from records.store.memory import MemoryStore
from tests.records.retail import MUG, TILL, WEB, adjusted, count, customer, digest, line, order, scan, sent, share, tell
from tests.records.store.drawn import KEYS, an_action

ROUNDS = 160


@pytest.fixture
def dynamo(monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoStore]:
    """A Records table as the template defines it. moto is not atomic under threads: one call at a time."""
    lock, call = threading.Lock(), botocore.client.BaseClient._make_api_call

    def one_at_a_time(self: Any, *args: Any) -> Any:
        with lock:
            return call(self, *args)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", one_at_a_time)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-west-1")
        client.create_table(TableName="records", **table_definitions()["Records"])
        yield DynamoStore(client, "records")


def outcome(store: MemoryStore | DynamoStore, actions: list[Action]) -> str:
    try:
        store.write(actions)
    except RecordError as error:
        return type(error).__name__
    return "written"


def test_random_actions_end_alike_in_both_stores(dynamo: DynamoStore) -> None:
    random, memory = Random(7), MemoryStore()
    outcomes: dict[str, int] = {}
    for number in range(ROUNDS):
        actions = [an_action(random) for _ in range(random.choice([1, 1, 2, 3, 4]))]
        if number % 20 == 0:
            actions = [Update(KEYS[0], {"told": "a"}, ["told"])]  # refused by both
        ended = outcome(memory, actions)
        assert outcome(dynamo, actions) == ended, (number, actions)
        assert dynamo.get(KEYS) == memory.get(KEYS), (number, actions)
        outcomes[ended] = outcomes.get(ended, 0) + 1
    for pk in ("acme#A", "acme#B", "acme#C"):
        for prefix in ("", "TW", "ONE"):
            assert dynamo.query(pk, prefix) == memory.query(pk, prefix)
    assert min(outcomes[name] for name in ("written", "ConflictError", "RecordError")) > 5


def test_both_refuse_more_than_a_hundred_actions(dynamo: DynamoStore) -> None:
    actions: list[Action] = [Put({"pk": f"acme#{number}", "sk": "ONE"}) for number in range(101)]
    assert outcome(MemoryStore(), actions) == outcome(dynamo, actions) == "RecordError"
    assert dynamo.query("acme#0") == []


def test_a_day_of_events_ends_alike_in_both_stores(dynamo: DynamoStore) -> None:
    events = [
        [count(0, 10)],
        [order(1, [line("1", MUG, 2)], buyer={"email": "ada@example.com", "phone": "+33612345678"})],
        [customer(TILL, "t1", 2, email="ada@example.com", loyalty={"card": "C9"})],
        [sent(5), scan(6, "delivered")],
        [adjusted(7, "refund", share("1", 1, restock=True))],
        [order(1, [line(str(n), f"S{n}", 1) for n in range(110)], WEB, channel_order_id="long")],
    ]
    memory = MemoryStore()
    for number, facts in [*enumerate(events), *enumerate(events[:3])]:
        assert tell(dynamo, f"evt{number}", *facts) == tell(memory, f"evt{number}", *facts)
    copy = MemoryStore()
    for key in memory.items:
        copy.items[key] = dynamo.get([key])[key]
    assert digest(copy) == digest(memory)


def test_what_a_busy_table_leaves_unread_is_asked_for_again_and_given_up_in_the_end() -> None:
    class Busy:
        """A client whose table answers one key of a batch, or none."""

        def __init__(self, answers: int) -> None:
            self._answers = answers

        def batch_get_item(self, RequestItems: Any) -> Any:  # noqa: N803 - boto's name
            wanted = RequestItems["records"]["Keys"]
            left = {"records": {"Keys": wanted[self._answers :]}} if wanted[self._answers :] else {}
            return {"Responses": {"records": wanted[: self._answers]}, "UnprocessedKeys": left}

    keys = [("acme#A", str(number)) for number in range(5)]
    assert list(DynamoStore(Busy(1), "records").get(keys)) == keys
    with pytest.raises(StoreUnavailableError, match="leaves 5 items unread"):
        DynamoStore(Busy(0), "records").get(keys)


LYING: list[dict[str, Any] | None] = [None, {}, {"rank": "a"}, {"rank": "b"}, {"rank": "c"}]
CONDITIONS: list[tuple[Condition, list[bool]]] = [
    (Absent(), [True, False, False, False, False]),
    (Is("rank", "b"), [False, False, False, True, False]),
    (Is("rank", None), [False, True, False, False, False]),
    (AbsentOr("rank", "b"), [True, False, False, True, False]),
    (Below("rank", "b"), [True, True, True, False, False]),
]


def test_each_condition_holds_where_it_says_it_does(dynamo: DynamoStore) -> None:
    for number, (condition, expected) in enumerate(CONDITIONS):
        for lying, holds in zip(LYING, expected, strict=True):
            for store in (MemoryStore(), dynamo):
                key = (f"acme#{number}", str(lying))
                if lying is not None:
                    store.write([Put({"pk": key[0], "sk": key[1], **lying})])
                ended = outcome(store, [Update(key, {"done": True}, when=condition)])
                assert ended == ("written" if holds else "ConflictError"), (condition, lying)
