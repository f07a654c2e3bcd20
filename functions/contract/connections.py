"""What the routes of connections take."""

from typing import Annotated

from pydantic import Field, model_validator

from functions.contract.operation import Asked, Nothing, Operation, Operations, Problem
from functions.contract.values import Moment, Text


class ReconcileWish(Asked):
    """From when on the channel's lists are read again; without it, from a little before they were last."""

    since: Moment | None = None


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
    ("GET", "/v1/connections"): Operation({200: "connections.Connections"}),
    ("POST", "/v1/connections/{connection_id}/pause"): Operation(
        {200: "connections.Switched"}, body=Nothing, refuses=(400, 404, 409, 413), problem=OperatorProblem
    ),
    ("POST", "/v1/connections/{connection_id}/resume"): Operation(
        {200: "connections.Switched"}, body=Nothing, refuses=(400, 404, 409, 413), problem=OperatorProblem
    ),
    ("POST", "/v1/connections/{connection_id}/rotate"): Operation(
        {}, body=Nothing, refuses=(400, 404, 409, 413), problem=OperatorProblem
    ),
    ("POST", "/v1/connections/{connection_id}/reconcile"): Operation(
        {202: "connections.Reconciled"}, body=ReconcileWish, refuses=(400, 404, 409, 413)
    ),
    ("POST", "/v1/connections/{connection_id}/payloads"): Operation(
        {200: "connections.Taken", 202: "connections.Taken"},
        query=PayloadQuery,
        media=("application/json", "application/xml", "application/x-www-form-urlencoded"),
        refuses=(400, 404, 413),
    ),
}
