"""A retailer for a test: a tenant with a token of its own, and connections with stand-ins behind them."""

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.catalogue import connector
from connectors.connection import Connection
from ops.commands.feed import headers
from ops.hub import connections as connecting
from ops.hub import queues
from ops.hub.deploy import Hub
from ops.hub.target import Api
from records.store.wire import from_wire
from tests.channels import stand_in

TENANTS = (
    "twenty",
    "thousand",
    "refused",
    "real",
    "swept",
    "dying",
    "queued",
    "house-north",
    "house-south",
    "house-apart",
)
PLACE = "lille"
WEB_PLACE, TILL_PLACE = 905, "LILLE1"
LOCAL = {"timezone": "Europe/Paris", "currency": "EUR", "default_region": "FR"}
PATIENCE = 60.0
CALM = 3  # looks in a row that must see nothing move: no queue counts what a stream or the bus holds


def wait(holds: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Look until it holds. Fails, and says `what`, if it does not hold in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.1)


def admit(hub: Hub) -> None:
    """Give every tenant a token of its own."""
    clients, secret = hub.clients("secretsmanager"), hub.outputs["ApiSecretArn"]
    kept = json.loads(clients.get_secret_value(SecretId=secret)["SecretString"])
    kept["tokens"] = {f"token-of-{tenant}": tenant for tenant in TENANTS}
    clients.put_secret_value(SecretId=secret, SecretString=json.dumps(kept))


@dataclass
class Retailer:
    """One tenant of a hub, its connections and the stand-ins behind them."""

    hub: Hub
    tenant: str
    connections: dict[str, Connection] = field(default_factory=dict)
    stand_ins: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.api = Api(replace(self.hub, token=f"token-of-{self.tenant}"))

    def connect(self, kind: str, connection_id: str, **fields: Any) -> Any:
        """Start a stand-in, add a connection to it, and give it. It sends no webhooks by itself: tests `send` them."""
        made, held = stand_in(kind)
        base = {"connection_id": connection_id, "tenant": self.tenant, "connector": kind, "base_url": made.start()}
        self.stand_ins[connection_id] = made
        self.connections[connection_id] = connecting.add(self.hub, {**base, **LOCAL, **fields}, held)
        self.kept[connection_id] = held
        return made

    def headers(self, connection_id: str, body: bytes, topic: str | None = None, **more: str) -> dict[str, str]:
        """Make the headers that the channel would send with a body. In `more`, names have `_` for `-`."""
        at = self.connections[connection_id]
        made = headers(connector(at.connector), at, self.kept[connection_id], body, topic)
        return {**made, **{name.replace("_", "-"): value for name, value in more.items()}}

    def send(self, connection_id: str, body: Any, topic: str | None = None, **more: str) -> tuple[int, Any]:
        """Send a webhook as the channel would, and give status and answer."""
        raw = body if isinstance(body, bytes) else json.dumps(body, default=str).encode()
        return self.api.webhook(connection_id, raw, self.headers(connection_id, raw, topic, **more))

    # What the hub knows.

    def events(self) -> list[dict[str, Any]]:
        """List every event of the tenant, newest first."""
        listed: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            page = self.api.get("/v1/events", limit="200", cursor=cursor)
            listed += page["events"]
            cursor = page["cursor"]
            if cursor is None:
                return listed

    def inbox(self) -> list[dict[str, Any]]:
        """Read the tenant's part of the Inbox table."""
        return self._scan("InboxTable")

    def records(self) -> list[dict[str, Any]]:
        """Read the tenant's part of the Records table."""
        return self._scan("RecordsTable")

    def outcomes(self) -> Counter[str]:
        """Count how the tenant's events ended."""
        ended = {item["pk"].rpartition("#")[2]: item["outcome"] for item in self.records() if item["sk"] == "APPLIED"}
        return Counter(ended.get(item["event_id"], "received") for item in self.inbox())

    def _scan(self, table: str) -> list[dict[str, Any]]:
        pages = self.hub.clients("dynamodb").get_paginator("scan").paginate(TableName=self.hub.outputs[table])
        items = (from_wire(item) for page in pages for item in page["Items"])
        return [item for item in items if item["pk"].startswith(f"{self.tenant}#")]

    # Waiting.

    def rest(self, seconds: float = PATIENCE, calm: int = CALM) -> None:
        """Wait until every event has an outcome, every queue is empty, and `calm` looks in a row see nothing new."""
        end, quiet, last = time.monotonic() + seconds, 0, None
        while quiet < calm:
            seen = (queues.live(self.hub), -1, -1)
            if not seen[0]:  # the tables are read only then: reading takes time that the functions could use
                seen = (0, self.outcomes()["received"], len(self.records()))
            quiet = quiet + 1 if seen == last and seen[:2] == (0, 0) else 0
            last = seen
            assert time.monotonic() < end, f"after {seconds:.0f} s (queued, without outcome, items) = {seen}"
            time.sleep(0.3)

    def close(self) -> None:
        """Stop the stand-ins."""
        for each in self.stand_ins.values():
            each.stop()


def problem_of(status: int, content: Mapping[str, Any]) -> str:
    """Give the code of an RFC 9457 problem. Fails if it is none."""
    assert content["status"] == status
    assert {"type", "title", "detail"} <= set(content)
    assert "Traceback" not in str(content)
    return str(content["code"])
