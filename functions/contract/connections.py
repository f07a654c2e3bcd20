"""What the routes of connectors, connections and the API itself take and answer."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, create_model

from connectors.connection import Connection
from functions.contract.declaring import EventId, Moment, Operation, Operations, Problem, Query, Said, Time


class Health(Said):
    """The API answers."""

    status: Literal["ok"]


class Document(BaseModel):
    """This document: OpenAPI 3.1."""

    model_config = ConfigDict(frozen=True, extra="allow")

    openapi: Literal["3.1.0"]
    paths: dict[str, Any]


class Connector(Said):
    """What a connector can do."""

    channel: str
    name: str
    kind: str
    grade: str
    api_version: str
    version: str
    registered: bool
    receives: list[str]
    polls: list[str]
    pushes: list[str]
    docs: str


class Connectors(Said):
    """The connectors there are: the repository's, and those the tenant registered."""

    connectors: list[Connector]


class Ability(Said):
    """One thing a connector does."""

    does: str
    what: str
    how: str


class Version(Said):
    """When a version was registered."""

    version: str
    at: str


class ConnectorDetails(Connector):
    """What a connector can do, what it needs, its limits and its oddities."""

    does: list[Ability]
    limits: dict[str, Any] | None
    secrets: list[str]
    oddities: list[str]
    sources: list[str]
    versions: list[Version] | None = None


class Bundle(BaseModel):
    """A declarative connector: its files by name. docs/connectors says what stands in them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    manifest: str
    mappings: dict[str, str]
    samples: dict[str, str]
    readme: str


class Registered(Said):
    """Which version is current now."""

    connector: str
    version: str
    versions: int


class Fault(Said):
    """Something that is wrong with a connector."""

    check: str
    file: str
    message: str


class RefusedBundle(Problem):
    """Why a connector was not taken in."""

    faults: list[Fault] | None = None


Shown = create_model(
    "Connection",
    __base__=Said,
    **{name: (info.annotation, ...) for name, info in Connection.model_fields.items() if name != "secret_arn"},  # type: ignore[call-overload] # fields by name
)


class Connections(Said):
    """The tenant's connections. Secrets are no part of them."""

    connections: list[Shown]


class Taken(Said):
    """The payload is in the Inbox, under this id."""

    event_id: EventId


class Switched(Said):
    """Whether it is paused."""

    connection_id: str
    status: Literal["active", "paused"]


class Nothing(Said):
    """No field is taken."""


class ReconcileWish(Said):
    """From when on the channel's lists are read again; without it, from a little before they were last."""

    since: Moment = None


class Reconciled(Said):
    """What will be read again."""

    connection_id: str
    polls: list[str]
    since: Time | None


class OperatorProblem(Problem):
    """Why it cannot be done over HTTP, and what whoever runs the hub does instead."""

    run: str | None = None


TOPIC = Query("what the payload is: a topic of the connector", required=True)

OPERATIONS: Operations = {
    ("GET", "/v1/health"): Operation({200: Health}),
    ("GET", "/v1/openapi.json"): Operation({200: Document}),
    ("GET", "/v1/connectors"): Operation({200: Connectors}),
    ("POST", "/v1/connectors"): Operation(
        {200: Registered, 201: Registered}, body=Bundle, refuses=(400, 409, 422), problem=RefusedBundle
    ),
    ("GET", "/v1/connectors/{name}"): Operation({200: ConnectorDetails}, refuses=(404,)),
    ("GET", "/v1/connections"): Operation({200: Connections}),
    ("POST", "/v1/connections/{connection_id}/pause"): Operation(
        {200: Switched}, body=Nothing, refuses=(400, 404, 409, 413), problem=OperatorProblem
    ),
    ("POST", "/v1/connections/{connection_id}/resume"): Operation(
        {200: Switched}, body=Nothing, refuses=(400, 404, 409, 413), problem=OperatorProblem
    ),
    ("POST", "/v1/connections/{connection_id}/rotate"): Operation(
        {}, body=Nothing, refuses=(400, 404, 409, 413), problem=OperatorProblem
    ),
    ("POST", "/v1/connections/{connection_id}/reconcile"): Operation(
        {202: Reconciled}, body=ReconcileWish, refuses=(400, 404, 409, 413)
    ),
    ("POST", "/v1/connections/{connection_id}/payloads"): Operation(
        {200: Taken, 202: Taken},
        query={"topic": TOPIC},
        media=("application/json", "application/xml", "application/x-www-form-urlencoded"),
        refuses=(400, 404, 413),
    ),
}
