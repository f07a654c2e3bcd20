"""A hub whose functions are called in this process: what the templates make, and what flows between the functions.

Which AWS it lies in, memory's or moto's, is said by the clients it is given (tests/memory_hub.py, tests/moto_hub.py).
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, TypeVar

import pytest

from connectors.catalogue import connector
from connectors.connection import Connection
from functions import runtime
from functions.cache import cache
from functions.registry import connections
from functions.routes import app
from ops.commands.feed import headers
from ops.hub import templates
from records.store.wire import from_wire
from tests import request
from tests.channels import stand_in
from tests.process import ACCOUNT, CONTEXT, REGION, TOKEN, VARIABLES, forget
from tests.request import Answer

T = TypeVar("T", bound="Hub")


@contextmanager
def seen(make: Callable[[], T]) -> Iterator[T]:
    """Make a hub that functions see until this ends."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in VARIABLES.items():
            patch.setenv(name, value)
        patch.setattr(runtime, "_session", runtime._session)  # whose turn it was before has it again afterwards
        made = make()
        made.enter()
        forget()
        yield made
        made.close()
    forget()


@dataclass
class Hub:
    """What the templates make, as functions see it, and the ways to call them.

    `client` makes the hub's own clients, `session` gives the session that functions make theirs with.
    """

    client: Callable[[str], Any]
    session: Callable[[], Any]
    connections: dict[str, Connection] = field(default_factory=dict)
    stand_ins: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, dict[str, str]] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.dynamo, self.s3, self.sqs = (self.client(name) for name in ("dynamodb", "s3", "sqs"))
        for name, definition in templates.table_definitions().items():
            self.dynamo.create_table(TableName=name, **definition)
        for bucket in ("PAYLOAD_BUCKET", "CONNECTOR_BUCKET"):
            self.s3.create_bucket(Bucket=VARIABLES[bucket])
        self.client("events").create_event_bus(Name=VARIABLES["BUS_NAME"])
        self._add_queue("tributary-normalise")
        self._add_queue("tributary-replay")
        self.keep_secret(VARIABLES["API_SECRET"], {"token": "token-of-main", "tokens": {TOKEN: "acme"}})

    def _add_queue(self, name: str) -> None:
        self.sqs.create_queue(QueueName=name)

    def keep_secret(self, name: str, content: Mapping[str, Any]) -> str:
        """Make a secret; gives its ARN."""
        made = self.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(content))
        return str(made["ARN"])

    def enter(self) -> None:
        """Let the functions see this hub, and nothing of another that they saw before."""
        if runtime._session is not self.session:
            vars(runtime)["_session"] = self.session
            forget()

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
        arn = self.keep_secret(f"tributary/tributary/connection/{connection_id}", held)
        self._add_queue(f"tributary-connection-{connection_id}")
        self._add_queue(f"tributary-inbound-{connection_id}")
        about = {"connection_id": connection_id, "tenant": tenant, "connector": kind, "secret_arn": arn}
        about |= {"webhook_url": f"https://hub.test/webhooks/{connection_id}", "currency": "EUR", **fields}
        self.connections[connection_id] = Connection.model_validate(about)
        self.kept[connection_id] = held
        connections.register(self.dynamo, "Connections", self.connections[connection_id])

    def note(self, connection_id: str, **changed: Any) -> None:
        """Write a connection as it is from now on."""
        self.connections[connection_id] = self.connections[connection_id].model_copy(update=changed)
        connections.register(self.dynamo, "Connections", self.connections[connection_id])
        self.forget()

    def leave(self, connection_id: str) -> None:
        """Take a connection out of the table; `wipe` brings it back."""
        self.dynamo.delete_item(TableName="Connections", Key={"pk": {"S": f"CONNECTION#{connection_id}"}})
        self.forget()

    def map_pushes(self, connection_id: str) -> str:
        """Make the event source mapping of a connection's pushes, note its id in the connection, and give the id.

        It reads a queue of its own. Otherwise moto would deliver the messages that the tests deliver themselves.
        """
        iam, functions = self.client("iam"), self.client("lambda")
        role = iam.create_role(RoleName=connection_id, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        code = {"ZipFile": b"code"}
        function = f"push-{connection_id}"
        functions.create_function(FunctionName=function, Role=role, Runtime="python3.13", Handler="push", Code=code)
        self._add_queue(f"tributary-mapped-{connection_id}")
        queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:tributary-mapped-{connection_id}"
        made = functions.create_event_source_mapping(EventSourceArn=queue, FunctionName=function)
        self.note(connection_id, delivery=made["UUID"])
        return str(made["UUID"])

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
        event = request.event(method, resource, body, headers or {}, query or {}, parameters)
        return self.answer(function, event)

    def answer(self, function: str, event: dict[str, Any]) -> Answer:
        """Call a function with an event of API Gateway, and give its answer."""
        answer = self.run(function, event)
        return Answer(answer["statusCode"], answer["headers"], answer["body"])

    def ask(self, path: str, token: str = TOKEN, **query: str) -> Answer:
        """Read from the API."""
        return self.call_api("GET", path, b"", {"Authorization": f"Bearer {token}"}, query)

    def tell(self, path: str, content: Any, method: str = "POST", token: str = TOKEN, **headers: str) -> Answer:
        """Send JSON to the API. Names of headers have `_` for `-`."""
        known = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        known |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.call_api(method, path, json.dumps(content).encode(), known, {})

    def call_api(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], query: Mapping[str, str]
    ) -> Answer:
        """Call the API as it stands, without a token of ours."""
        resource, named = request.route(method, path)
        return self.http("api", method, resource, body, headers, query, **named)

    def send(
        self, connection_id: str, body: bytes, topic: str | None = None, replaced: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a webhook as the channel would, but with the `replaced` headers. Empty headers are left out."""
        at = self.connections[connection_id]
        sent = {**headers(connector(at.connector), at, self.kept[connection_id], body, topic), **(replaced or {})}
        sent = {name: value for name, value in sent.items() if value}
        return self.http("receive", "POST", "/webhooks/{connection_id}", body, sent, connection_id=connection_id)

    def items(self, table: str) -> list[dict[str, Any]]:
        """Read a table."""
        pages = self.dynamo.get_paginator("scan").paginate(TableName=table)
        return [item for page in pages for item in page["Items"]]

    def messages(self) -> list[dict[str, Any]]:
        """Let announce announce all items of Inbox and Records, and give what subscribers of the bus would get."""
        from functions.bus import entry_of

        images = [*self.items("Inbox"), *self.items("Records")]
        written = [{"eventName": "INSERT", "dynamodb": {"NewImage": image}} for image in images]
        self.run("announce", {"Records": written})
        entries = [entry_of(from_wire(image)) for image in images]
        return [{"type": e["DetailType"], "detail": json.loads(e["Detail"])} for e in entries if e is not None]

    def deliver(self, name: str, queue: str, message: Mapping[str, Any] | str, attempt: int = 1) -> Any:
        """Put a message (or a body as it is) on a queue, and let a function work on it. Gives the failed ids."""
        url = self.sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        body = message if isinstance(message, str) else json.dumps(message)
        self.sqs.send_message(QueueUrl=url, MessageBody=body)
        return self._take(name, queue, url, attempt) or []

    def deliver_all(self, name: str, queue: str, messages: Sequence[Any]) -> list[int]:
        """Let a function work on one batch of messages. Gives the positions of those that failed."""
        url = self.sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        records = []
        for message in messages:
            body = message if isinstance(message, str) else json.dumps(message)
            self.sqs.send_message(QueueUrl=url, MessageBody=body)
            (taken,) = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1)["Messages"]
            records.append(request.message(queue, taken, 1))
        failed = {each["itemIdentifier"] for each in self.run(name, {"Records": records})["batchItemFailures"]}
        for record in records:
            self.sqs.delete_message(QueueUrl=url, ReceiptHandle=record["receiptHandle"])
        return [number for number, record in enumerate(records) if record["messageId"] in failed]

    def _take(self, name: str, queue: str, url: str, attempt: int) -> Any:
        """Let a function work on one message of a queue. Gives the failed ids, or None where there is no message."""
        found = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1).get("Messages")
        if not found:
            return None
        (taken,) = found
        failed = self.run(name, {"Records": [request.message(queue, taken, attempt)]})["batchItemFailures"]
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

    def hear(self) -> None:
        """Let all webhooks of the stand-ins reach the hub."""
        for connection_id, at in self.stand_ins.items():
            sent, at.deliveries.all = at.deliveries.all, []
            for each in sent:
                assert self.send(connection_id, each.body, each.topic).status in (200, 202)

    def settle(self) -> list[Any]:
        """Let all webhooks of the stand-ins reach the hub, and all its pushes reach them. Gives the failed ids."""
        self.hear()
        return [*self.normalise(), *self.push(), *self.normalise(), *self.push()]

    def event(self, event_id: str) -> Any:
        """Give the trace of an event."""
        return self.ask(f"/v1/events/{event_id}").json()

    def wipe(self) -> None:
        """Delete what was received and kept, and clear what this process remembers of connections and tokens."""
        for table, names in {"Inbox": ("pk",), "Records": ("pk", "sk")}.items():
            for item in self.items(table):
                self.dynamo.delete_item(TableName=table, Key={name: item[name] for name in names})
        for url in self.sqs.list_queues()["QueueUrls"]:
            if "-mapped-" not in url:
                self.sqs.delete_queue(QueueUrl=url)
                self._add_queue(url.rpartition("/")[2])
        for connection in self.connections.values():
            connections.register(self.dynamo, "Connections", connection)
        self.forget()
        app.tenants.cache_clear()

    def forget(self) -> None:
        """Forget what this process remembers for a short while: what was written since is seen at once."""
        cache.clear()

    def close(self) -> None:
        """Stop the stand-ins."""
        for each in self.stand_ins.values():
            each.stop()
