"""The hub's tables, buckets, bus, queues and secrets under moto. Functions are called in this process."""

import base64
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from connectors.catalogue import connector
from connectors.connection import Connection
from functions import api
from functions.cache import cache
from functions.registry import connections
from functions.routes import app
from ops.commands.feed import headers
from ops.hub import templates
from records.store.wire import from_wire
from tests.channels import stand_in

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


@dataclass
class Answer:
    """An HTTP answer of a function."""

    status: int
    headers: dict[str, str]
    body: str

    def json(self) -> Any:
        return json.loads(self.body)

    def problem(self) -> str:
        """Give the code of the RFC 9457 problem that this is. Fails if it is none."""
        content = self.json()
        assert self.headers["Content-Type"] == "application/problem+json"
        assert {"type", "title", "detail"} <= content.keys()
        assert content["status"] == self.status
        assert "Traceback" not in self.body
        return str(content["code"])


@dataclass
class MotoHub:
    """What the templates make, as functions see it, and the ways to call them."""

    connections: dict[str, Connection] = field(default_factory=dict)
    stand_ins: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, dict[str, str]] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.dynamo = boto3.client("dynamodb", REGION)
        for name, definition in templates.table_definitions().items():
            self.dynamo.create_table(TableName=name, **definition)
        for bucket in ("PAYLOAD_BUCKET", "CONNECTOR_BUCKET"):
            boto3.client("s3", REGION).create_bucket(Bucket=VARIABLES[bucket])
        boto3.client("events", REGION).create_event_bus(Name=VARIABLES["BUS_NAME"])
        self.sqs = boto3.client("sqs", REGION)
        self._add_queue("tributary-normalise")
        self._add_queue("tributary-replay")
        self._keep(VARIABLES["API_SECRET"], {"token": "token-of-main", "tokens": {TOKEN: "acme"}})

    def _add_queue(self, name: str) -> None:
        self.sqs.create_queue(QueueName=name)

    def _keep(self, name: str, content: Mapping[str, Any]) -> str:
        made = boto3.client("secretsmanager", REGION).create_secret(Name=name, SecretString=json.dumps(content))
        return str(made["ARN"])

    def connect(self, kind: str, connection_id: str, tenant: str = "acme", **fields: Any) -> Any:
        """Start a stand-in, register a connection to it, and give it. A second time it gives the same one."""
        if connection_id in self.stand_ins:
            return self.stand_ins[connection_id]
        made, held = stand_in(kind)
        self.register(kind, connection_id, held, base_url=made.start(), tenant=tenant, **fields)
        self.stand_ins[connection_id] = made
        return made

    def register(
        self, kind: str, connection_id: str, held: dict[str, str], tenant: str = "acme", **fields: Any
    ) -> None:
        """Register a connection with its secrets and its queues."""
        arn = self._keep(f"tributary/tributary/connection/{connection_id}", held)
        self._add_queue(f"tributary-connection-{connection_id}")
        self._add_queue(f"tributary-inbound-{connection_id}")
        about = {"connection_id": connection_id, "tenant": tenant, "connector": kind, "secret_arn": arn}
        about |= {"webhook_url": f"https://hub.test/webhooks/{connection_id}", "currency": "EUR", **fields}
        self.connections[connection_id] = Connection.model_validate(about)
        self.kept[connection_id] = held
        connections.register(self.dynamo, "Connections", self.connections[connection_id])

    def map_pushes(self, connection_id: str) -> str:
        """Make the event source mapping of a connection's pushes, note its id in the connection, and give the id.

        It reads a queue of its own. Otherwise moto would deliver the messages that the tests deliver themselves.
        """
        iam, functions = boto3.client("iam", REGION), boto3.client("lambda", REGION)
        role = iam.create_role(RoleName=connection_id, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        code = {"ZipFile": b"code"}
        function = f"push-{connection_id}"
        functions.create_function(FunctionName=function, Role=role, Runtime="python3.13", Handler="push", Code=code)
        self._add_queue(f"tributary-mapped-{connection_id}")
        queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:tributary-mapped-{connection_id}"
        made = functions.create_event_source_mapping(EventSourceArn=queue, FunctionName=function)
        noted = self.connections[connection_id].model_copy(update={"delivery": made["UUID"]})
        self.connections[connection_id] = noted
        connections.register(self.dynamo, "Connections", noted)
        cache.clear()
        return str(made["UUID"])

    # Calling functions.

    def run(self, name: str, event: Any) -> Any:
        """Call a function's handler."""
        return import_module(f"functions.{name}").handler(event, CONTEXT)

    def http(
        self,
        function: str,
        method: str,
        resource: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        **parameters: str,
    ) -> Answer:
        """Call a function as API Gateway does: every body is base64."""
        event = {
            "resource": resource,
            "path": resource.format(**parameters),
            "httpMethod": method,
            "headers": dict(headers or {}),
            "multiValueHeaders": {key: [value] for key, value in (headers or {}).items()},
            "multiValueQueryStringParameters": {key: [value] for key, value in (query or {}).items()} or None,
            "pathParameters": parameters or None,
            "stageVariables": None,
            "requestContext": {"resourcePath": resource, "httpMethod": method, "identity": {"sourceIp": "127.0.0.1"}},
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
        }
        return self.answer(function, event)

    def answer(self, function: str, event: dict[str, Any]) -> Answer:
        """Call a function with an event of API Gateway, and give its answer."""
        answer = self.run(function, event)
        return Answer(answer["statusCode"], answer["headers"], answer["body"])

    def ask(self, path: str, token: str = TOKEN, **query: str) -> Answer:
        """Read from the API."""
        return self._api("GET", path, b"", {"Authorization": f"Bearer {token}"}, query)

    def tell(self, path: str, content: Any, method: str = "POST", token: str = TOKEN, **headers: str) -> Answer:
        """Send JSON to the API. Names of headers have `_` for `-`."""
        known = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        known |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self._api(method, path, json.dumps(content).encode(), known, {})

    def _api(self, method: str, path: str, body: bytes, headers: Mapping[str, str], query: Mapping[str, str]) -> Answer:
        for resource, methods in api.app.routes.items():
            if method in methods and _fits(resource, path):
                named = dict(zip(_names(resource), _values(resource, path), strict=False))
                return self.http("api", method, resource, body, headers, query, **named)
        raise LookupError(f"{method} {path}")

    def send(
        self, connection_id: str, body: bytes, topic: str | None = None, replaced: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a webhook as the channel would, but with the `replaced` headers. Empty headers are left out."""
        at = self.connections[connection_id]
        sent = {**headers(connector(at.connector), at, self.kept[connection_id], body, topic), **(replaced or {})}
        sent = {name: value for name, value in sent.items() if value}
        return self.http("receive", "POST", "/webhooks/{connection_id}", body, sent, connection_id=connection_id)

    # What flows between functions.

    def items(self, table: str) -> list[dict[str, Any]]:
        """Read a table."""
        pages = self.dynamo.get_paginator("scan").paginate(TableName=table)
        return [item for page in pages for item in page["Items"]]

    def messages(self) -> list[dict[str, Any]]:
        """Let announce announce all items of Inbox and Records, and give what subscribers of the bus would get."""
        from functions.announce import announcement

        images = [*self.items("Inbox"), *self.items("Records")]
        written = [{"eventName": "INSERT", "dynamodb": {"NewImage": image}} for image in images]
        self.run("announce", {"Records": written})
        entries = [announcement(from_wire(image)) for image in images]
        return [{"type": e["DetailType"], "detail": json.loads(e["Detail"])} for e in entries if e is not None]

    def deliver(self, name: str, queue: str, message: Mapping[str, Any] | str, attempt: int = 1) -> Any:
        """Put a message (or a body as it is) on a queue, and let a function work on it. Gives the failed ids."""
        url = self.sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        body = message if isinstance(message, str) else json.dumps(message)
        self.sqs.send_message(QueueUrl=url, MessageBody=body)
        return self._take(name, queue, url, attempt) or []

    def _take(self, name: str, queue: str, url: str, attempt: int) -> Any:
        """Let a function work on one message of a queue. Gives the failed ids, or None where there is no message."""
        found = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1).get("Messages")
        if not found:
            return None
        (taken,) = found
        record = {
            "messageId": taken["MessageId"],
            "receiptHandle": taken["ReceiptHandle"],
            "body": taken["Body"],
            "attributes": {"ApproximateReceiveCount": str(attempt)},
            "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}",
        }
        failed = self.run(name, {"Records": [record]})["batchItemFailures"]
        if not failed:
            self.sqs.delete_message(QueueUrl=url, ReceiptHandle=taken["ReceiptHandle"])
        return failed

    def replay(self) -> list[Any]:
        """Let normalise work on the queue of replays until it is empty. Gives the failed ids."""
        failed: list[Any] = []
        while (given_back := self._take("normalise", "tributary-replay", VARIABLES["REPLAY_QUEUE"], 1)) is not None:
            failed += given_back
        return failed

    def normalise(self) -> list[Any]:
        """Let normalise work once on every payload that has no outcome yet. Gives the failed ids."""
        known = {item["pk"]["S"].rpartition("#")[2] for item in self.items("Records") if item["sk"]["S"] == "APPLIED"}
        failed = []
        for message in self.messages():
            if message["type"] == "PayloadReceived" and message["detail"]["subject"] not in known:
                failed += self.deliver("normalise", "tributary-normalise", message)
        return failed

    def push(self) -> list[Any]:
        """Let push work on every bus event that it was not told of yet, for each connection. Gives the failed ids."""
        failed = []
        for message in self.messages():
            name = message["detail"]["id"]
            if message["type"] != "PayloadReceived" and name not in self.told:
                self.told.add(name)
                for connection_id, at in self.connections.items():
                    if message["detail"]["tenant"] in (at.tenant, at.group):  # as its rule says
                        failed += self.deliver("push", f"tributary-connection-{connection_id}", message)
        return failed

    def event(self, event_id: str) -> Any:
        """Give the trace of an event."""
        return self.ask(f"/v1/events/{event_id}").json()

    def wipe(self) -> None:
        """Delete what was received and kept, and clear what this process remembers of connections and tokens."""
        for table, names in {"Inbox": ("pk",), "Records": ("pk", "sk")}.items():
            for item in self.items(table):
                self.dynamo.delete_item(TableName=table, Key={name: item[name] for name in names})
        for connection in self.connections.values():
            connections.register(self.dynamo, "Connections", connection)
        cache.clear()
        app.tenants.cache_clear()

    def close(self) -> None:
        """Stop the stand-ins."""
        for each in self.stand_ins.values():
            each.stop()


def _parts(path: str) -> list[str]:
    return path.strip("/").split("/")


def _fits(resource: str, path: str) -> bool:
    pairs = list(zip(_parts(resource), _parts(path), strict=False))
    return len(_parts(resource)) == len(_parts(path)) and all(a.startswith("{") or a == b for a, b in pairs)


def _names(resource: str) -> list[str]:
    return [part[1:-1] for part in _parts(resource) if part.startswith("{")]


def _values(resource: str, path: str) -> list[str]:
    return [b for a, b in zip(_parts(resource), _parts(path), strict=True) if a.startswith("{")]


@pytest.fixture(scope="module")
def moto_world() -> Iterator[MotoHub]:
    """The hub's resources under moto, for the tests of one module."""
    with world() as made:
        yield made


@contextmanager
def world() -> Iterator[MotoHub]:
    """Make the hub's resources under moto."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in VARIABLES.items():
            patch.setenv(name, value)
        forget()
        made = MotoHub()
        yield made
        made.close()
        forget()


@pytest.fixture
def moto_hub(moto_world: MotoHub) -> MotoHub:
    """The resources of the module, with connections as they were made and nothing received."""
    moto_world.wipe()
    return moto_world
