"""The AWS in memory answers as moto's does, call by call: the same answers, and the same errors."""

import json
from collections.abc import Callable
from random import Random

import pytest

from connectors.connection import Connection
from functions.registry import connections
from functions.registry.bundles import Registry
from records.store.dynamo import DynamoStore
from records.store.inbox import Delivery, Inbox
from tests.memory_aws import asked_of_dynamodb, asked_of_others
from tests.memory_aws.asked_of_dynamodb import number, record, text
from tests.memory_aws.asked_of_others import NOBODY, ROOT, mapping
from tests.memory_aws.both import READ, Aws, aws, both
from tests.memory_aws.dynamodb import DynamoDb
from tests.memory_aws.others import Buckets, Mappings, Roles, Secrets
from tests.memory_aws.queues import Bus, Queues
from tests.records.store.drawn import KEYS, an_action

pytestmark = pytest.mark.cloud

SERVICES = (DynamoDb, Buckets, Mappings, Roles, Secrets, Bus, Queues)


def received(aws: Aws) -> None:
    """Use the Inbox: first, again, in conflict, large, erased, and listed in pages."""
    inbox = Inbox(aws.client("dynamodb"), "Inbox", lambda: aws.client("s3"), "payloads")
    noise = Random(1).randbytes(400_000)
    for body in (b"one", b"one", b"other", b"other", noise):
        name = "large" if body is noise else "same"
        taken = Delivery("acme", "web", "orders/create", name, body, "2026-01-31T09:00:00.000Z")
        aws.note(lambda taken=taken: inbox.receive(taken, 1.0))  # type: ignore[misc] # bound now
    for n in range(9):
        taken = Delivery("acme", "web", "t", f"{n}", b"", f"2026-01-31T09:00:00.00{n // 3 + 1}Z")
        names = [inbox.receive(taken, 1.0).event_id]
    for event_id in names:
        aws.note(lambda event_id=event_id: inbox.erase("acme", event_id, "now", None))  # type: ignore[misc]
        aws.note(lambda event_id=event_id: inbox.read("acme", [event_id, "nothing"]))  # type: ignore[misc]
    for limit in (1, 2, 5, 100):
        after, found = "", list[str]()
        while page := inbox.received("acme", "2026-01-31T09", after=after, limit=limit):
            after = page[-1]["received_at"]
            found += sorted(json.dumps(each, sort_keys=True) for each in page)
        aws.said.append(found)
    aws.note(lambda: inbox.erase("acme", "nothing", "now", b""))


def registered(aws: Aws) -> None:
    """Register connectors and connections, and switch one."""
    dynamo = aws.client("dynamodb")
    registry = Registry(dynamo, "Connections", lambda: aws.client("s3"), "payloads")
    for digest in ("first", "first", "second", "first"):
        aws.note(lambda digest=digest: registry.add("acme", "corner", digest, b"", "now"))  # type: ignore[misc]
    aws.note(lambda: registry.entries("acme"))
    aws.note(lambda: registry.entries("other"))
    aws.note(lambda: registry.connector("acme", "corner@9"))
    aws.note(lambda: registry._write("acme", registry.entry("acme", "corner"), None))  # type: ignore[arg-type]
    about = {"connection_id": "web", "tenant": "acme", "connector": "corner", "base_url": "http://-"}
    about["delivery"] = mapping(aws)
    connection = Connection.model_validate(about)
    clients = (dynamo, aws.client("lambda"))
    aws.note(lambda: connections.switch(*clients, "Connections", connection, "paused"))
    connections.register(dynamo, "Connections", connection)
    aws.note(lambda: connections.switch(*clients, "Connections", connection, "paused"))
    aws.call("lambda", "get_event_source_mapping", UUID=connection.delivery)


def drawn(aws: Aws) -> None:
    """Write random actions, and look at everything after each."""
    random, store = Random(11), DynamoStore(aws.client("dynamodb"), "Records")
    for _ in range(120):
        actions = [an_action(random) for _ in range(random.choice([1, 1, 2, 3, 4]))]
        aws.note(lambda actions=actions: store.write(actions))  # type: ignore[misc]
        aws.said.append(store.get(KEYS))
    for pk in ("acme#A", "acme#B"):
        aws.said += [store.query(pk), store.query(pk, "TW"), store.page(pk, before="TWO", limit=1)]


SCRIPTS: list[Callable[[Aws], None]] = [
    asked_of_dynamodb.items,
    asked_of_dynamodb.conditions,
    asked_of_dynamodb.batches,
    asked_of_dynamodb.transactions,
    asked_of_dynamodb.pages,
    asked_of_others.objects,
    asked_of_others.messages,
    asked_of_others.entries,
    asked_of_others.secrets,
    asked_of_others.mappings,
    received,
    registered,
    drawn,
]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.__name__)
def test_both_say_the_same(script: Callable[[Aws], None]) -> None:
    memory, moto = both(script)
    for number_of, (ours, theirs) in enumerate(zip(memory, moto, strict=True)):
        assert ours == theirs, f"call {number_of} of {script.__name__}"


def test_every_operation_that_is_there_is_compared() -> None:
    there = {name for service in SERVICES for name in vars(service) if not name.startswith("_")}
    called = set[str]()
    for script in SCRIPTS:
        with aws("memory") as made:
            script(made)
            called |= made.called
    assert there == set(READ) == called


def stricter(aws: Aws) -> None:
    """What AWS refuses, and moto does not."""
    unused = {":pk": text("a"), ":x": text("b")}
    asked = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": unused}
    aws.call("dynamodb", "query", TableName="Records", **asked)
    aws.call("lambda", "update_event_source_mapping", UUID=NOBODY, Enabled=True)
    aws.call("dynamodb", "put_item", TableName="Records", Item=record("a", n=number("1")))
    asked = {"ConditionExpression": "n = :n", "ExpressionAttributeValues": {":n": {"BOOL": True}}}
    aws.call("dynamodb", "put_item", TableName="Records", Item=record("a"), **asked)
    aws.call("sqs", "create_queue", QueueName="one")
    for body in ("a", ""):
        aws.call("sqs", "send_message", QueueUrl=ROOT + "one", MessageBody=body)
    handle = aws.call("sqs", "receive_message", QueueUrl=ROOT + "one")["Messages"][0]["ReceiptHandle"]
    aws.call("sqs", "change_message_visibility", QueueUrl=ROOT + "one", ReceiptHandle=handle, VisibilityTimeout=-1)


def test_where_moto_forgives_memory_does_as_aws() -> None:
    memory, moto = both(stricter)
    refused = {each[0]: each[1] for each in memory if isinstance(each[1], str)}
    assert refused == {
        "query": "ValidationException",
        "update_event_source_mapping": "ResourceNotFoundException",
        "put_item": "ConditionalCheckFailedException",
        "send_message": "MissingParameter",
        "change_message_visibility": "InvalidParameterValue",
    }
    assert all(isinstance(each[1], dict) for each in moto), "moto refuses it now too: move it to the others"
