"""What the routes of connectors take and answer."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from functions.contract.operation import Operation, Operations, Problem, Said


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
    """A declarative connector: its files by name; docs/connector.md says what stands in them. It is checked by
    `functions/registry/admission.py`, which finds every fault in them, and not here.
    """

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


OPERATIONS: Operations = {
    ("GET", "/v1/connectors"): Operation({200: Connectors}),
    ("POST", "/v1/connectors"): Operation(
        {200: Registered, 201: Registered}, body=Bundle, refuses=(400, 409, 422), problem=RefusedBundle
    ),
    ("GET", "/v1/connectors/{name}"): Operation({200: ConnectorDetails}, refuses=(404,)),
}
