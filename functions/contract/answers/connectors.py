"""What the routes of connectors answer."""

from typing import Any

from functions.contract.operation import Said


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


class Registered(Said):
    """Which version is current now."""

    connector: str
    version: str
    versions: int
