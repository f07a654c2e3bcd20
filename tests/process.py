"""This process as Lambda would have it: its environment, a cold start, and an AWS that fails."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from functions import runtime
from functions.cache import cache

ACCOUNT, REGION = "123456789012", "us-east-1"
TOKEN = "token-of-acme"
TABLES = {"INBOX_TABLE": "Inbox", "RECORDS_TABLE": "Records", "CONNECTIONS_TABLE": "Connections"}
VARIABLES = TABLES | {
    "PAYLOAD_BUCKET": "payloads",
    "CONNECTOR_BUCKET": "packages",
    "BUS_NAME": "tributary",
    "INBOUND": "tributary-inbound-",
    "API_SECRET": "tributary/tributary/api",
    "REPLAY_QUEUE": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/tributary-replay",
    "POWERTOOLS_METRICS_NAMESPACE": "test",
    "POWERTOOLS_SERVICE_NAME": "test",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
}
CONTEXT = SimpleNamespace(function_name="f", aws_request_id="r", get_remaining_time_in_millis=lambda: 10_000)


def forget() -> None:
    """Clear all that this process remembers, as before a cold start."""
    for name, module in list(sys.modules.items()):
        if name.startswith("functions."):
            for cached in (value for value in vars(module).values() if hasattr(value, "cache_clear")):
                cached.cache_clear()
    cache.clear()


@contextmanager
def failing(operation: str, error: Callable[[str], Exception]) -> Iterator[None]:
    """Let every call of one operation, such as `dynamodb.PutItem`, fail for the functions."""

    def fail(**_: Any) -> None:
        raise error(operation)

    hooks = runtime.client(operation.partition(".")[0]).meta.events
    hooks.register(f"before-call.{operation}", fail)
    try:
        yield
    finally:
        hooks.unregister(f"before-call.{operation}", fail)


def throttled(operation: str) -> Exception:
    """Make the error of an AWS that has too much to do."""
    content = {"Error": {"Code": "ThrottlingException"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    error: Exception = ClientError(content, operation)
    return error


@contextmanager
def calls_of(operation: str) -> Iterator[list[dict[str, Any]]]:
    """Note what functions ask of one operation, such as `sqs.SendMessage`."""
    noted: list[dict[str, Any]] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        noted.append(dict(params))

    hooks = runtime.client(operation.partition(".")[0]).meta.events
    hooks.register(f"provide-client-params.{operation}", note)
    try:
        yield noted
    finally:
        hooks.unregister(f"provide-client-params.{operation}", note)
