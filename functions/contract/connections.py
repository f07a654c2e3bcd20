"""What the routes of connections take and answer."""

from typing import Annotated, Literal

from pydantic import Field, create_model, model_validator

from connectors.connection import Connection
from functions.contract.operation import Asked, Nothing, Operation, Operations, Problem, Said
from functions.contract.values import EventId, Moment, Text, Time

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


class ReconcileWish(Asked):
    """From when on the channel's lists are read again; without it, from a little before they were last."""

    since: Moment | None = None


class Reconciled(Said):
    """What will be read again."""

    connection_id: str
    polls: list[str]
    since: Time | None


class OperatorProblem(Problem):
    """Why it cannot be done over HTTP, and what whoever runs the hub does instead."""

    run: str | None = None


class PayloadQuery(Asked):
    """What a payload is. One that names no topic is told, as with a wrong one, which the connector has."""

    topic: Annotated[Text, Field(description="what the payload is: a topic of the connector")]

    @model_validator(mode="before")
    @classmethod
    def _may_say_nothing(cls, content: dict[str, str]) -> dict[str, str]:
        return {"topic": "", **content}


OPERATIONS: Operations = {
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
        query=PayloadQuery,
        media=("application/json", "application/xml", "application/x-www-form-urlencoded"),
        refuses=(400, 404, 413),
    ),
}
