"""API: what people and programs ask the hub.

Triggered by requests under /v1 with a bearer token, which also says the tenant. The routes stand in functions/routes, a
module for each resource. They read the tables; what a request changes is one transaction. A payload handed in by hand
enters the same Inbox as every other. Errors are RFC 9457 problems: 4xx for what is refused, 503 where AWS did not do
what was asked, 500 for a bug.
"""

import functions.coldstart  # noqa: F401 - before anything else is imported

from typing import Any

from chalice.app import Response

from functions.problems import answer, shielded, unrouted
from functions.routes import (
    connections,
    connectors,
    customers,
    events,
    identity,
    orders,
    privacy,
    replays,
    reservations,
    stock,
)
from functions.routes.app import app, request
from functions.runtime import logger

__all__ = ["app", "handler"]
ROUTES = (
    connectors,
    customers,
    events,
    orders,
    identity,
    privacy,
    replays,
    reservations,
    stock,
    connections,
)


@app.route("/v1/health", methods=["GET"])
def health() -> Response:
    """Say that the API answers. Needs no token and says nothing else."""
    return answer(200, {"status": "ok"})


@app.route("/v1/openapi.json", methods=["GET"])
@shielded
def get_openapi() -> Response:
    """Give this document. Needs no token, as it says nothing of any tenant."""
    from functions.contract.document import document  # noqa: PLC0415 - no other request pays for its models

    return answer(200, document(app, request().context.get("path", "").removesuffix("/v1/openapi.json") or "/"))


def handler(event: dict[str, Any], context: Any) -> Any:
    """Answer one request from API Gateway."""
    logger.clear_state()  # whoever asked before may be another tenant
    refused = unrouted(app, event)
    return app(event, context) if refused is None else refused.to_dict([])
