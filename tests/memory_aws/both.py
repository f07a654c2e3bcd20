"""One script of calls, made of the AWS in memory and of moto's, and what each of them said."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import botocore.exceptions
import pytest
from moto import mock_aws

from ops.hub.templates import table_definitions
from tests.memory_aws.session import REGION, Session

Said = list[Any]
PAGE = {"Items", "Count", "ScannedCount", "LastEvaluatedKey"}
READ: dict[str, set[str]] = {
    "create_table": set(),
    "get_item": {"Item"},
    "batch_get_item": {"Responses", "UnprocessedKeys"},
    "put_item": set(),
    "update_item": {"Attributes"},
    "delete_item": set(),
    "transact_write_items": set(),
    "query": PAGE,
    "scan": PAGE,
    "create_bucket": set(),
    "put_object": set(),
    "get_object": {"Body"},
    "delete_object": set(),
    "list_objects_v2": {"Contents", "Key", "Size", "KeyCount"},
    "create_queue": {"QueueUrl"},
    "delete_queue": set(),
    "get_queue_url": {"QueueUrl"},
    "list_queues": {"QueueUrls"},
    "send_message": set(),
    "send_message_batch": {"Successful", "Failed", "Id"},
    "receive_message": {"Messages", "Body"},
    "delete_message": set(),
    "change_message_visibility": set(),
    "create_event_bus": set(),
    "put_events": {"FailedEntryCount", "Entries", "ErrorCode"},
    "create_secret": {"Name"},
    "get_secret_value": {"Name", "SecretString"},
    "create_role": set(),
    "create_function": set(),
    "create_event_source_mapping": {"EventSourceArn", "State"},
    "update_event_source_mapping": {"EventSourceArn", "State"},
    "get_event_source_mapping": {"EventSourceArn", "State"},
}
"""What is read of each answer. The rest, such as checksums and times, has no say in anything."""
WHOLE = {"Item", "Items", "Attributes", "Responses", "UnprocessedKeys", "LastEvaluatedKey"}


class Aws:
    """One of the two: makes calls and notes what was answered."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self.client = client
        self.said: Said = []
        self.called: set[str] = set()

    def call(self, service: str, operation: str, **asked: Any) -> dict[str, Any]:
        """Make a call; gives its answer, or what its error says."""
        self.called.add(operation)
        try:
            answer: dict[str, Any] = getattr(self.client(service), operation)(**asked)
        except botocore.exceptions.ParamValidationError:
            self.said.append((operation, "no such parameter"))
            return {}
        except botocore.exceptions.ClientError as error:
            answer = dict(error.response)
            reasons = [each["Code"] for each in answer.get("CancellationReasons", [])]
            status = answer["ResponseMetadata"]["HTTPStatusCode"]
            self.said.append((operation, answer["Error"]["Code"], status >= 500, reasons, answer.get("Item")))
            return answer
        if "Body" in answer:
            answer["Body"] = answer["Body"].read()
        self.said.append((operation, _read(answer, READ[operation])))
        return answer

    def note(self, outcome: Callable[[], Any]) -> Any:
        """Note what something gives, or the name of what it raises."""
        try:
            made = outcome()
        except botocore.exceptions.ClientError as error:
            self.said.append(error.response["Error"]["Code"])
            return None
        except Exception as error:  # noqa: BLE001 - what is raised is the outcome
            self.said.append(type(error).__name__)
            return None
        self.said.append(made)
        return made


def _read(answer: Any, names: set[str]) -> Any:
    """Leave of an answer what is read of it; items are read whole, in no order of their own."""
    if isinstance(answer, list):
        return [_read(each, names) for each in answer]
    if not isinstance(answer, dict):
        return answer
    return {name: each if name in WHOLE else _read(each, names) for name, each in answer.items() if name in names}


@contextmanager
def aws(name: str) -> Iterator[Aws]:
    """Make one of the two, with the hub's tables and an empty bucket."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(variable, "testing")
        with mock_aws():
            session = Session() if name == "memory" else boto3.Session(region_name=REGION)
            made = Aws(_remembered(session.create_client if isinstance(session, Session) else session.client))
            for table, definition in table_definitions().items():
                made.call("dynamodb", "create_table", TableName=table, **definition)
            made.call("s3", "create_bucket", Bucket="payloads")
            yield made


def _remembered(client: Callable[[str], Any]) -> Callable[[str], Any]:
    made: dict[str, Any] = {}

    def get(service: str) -> Any:
        if service not in made:
            made[service] = client(service)
        return made[service]

    return get


def both(script: Callable[[Aws], None]) -> tuple[Said, Said]:
    """Play a script with both; gives what each said."""
    found = []
    for name in ("memory", "moto"):
        with aws(name) as made:
            script(made)
            found.append(made.said)
    memory, moto = found
    return memory, moto
