"""API: what people and programs ask the hub.

Triggered by requests under /v1 with a bearer token, which also says the tenant. The routes stand in the modules
`api_*`, one for each record. They read the tables; what they change is one transaction, and a payload handed in by hand
enters by the same Inbox as every other. Errors are RFC 9457 problems.
"""

from typing import Any

from chalice.app import Response

from functions import api_connections, api_customers, api_events, api_orders, api_stock
from functions.asking import app
from functions.problems import answer

__all__ = ["app", "handler"]
ROUTES = (api_connections, api_customers, api_events, api_orders, api_stock)


@app.route("/v1/health", methods=["GET"])
def health() -> Response:
    """Say that the API answers. Needs no token and says nothing else."""
    return answer(200, {"status": "ok"})


def handler(event: dict[str, Any], context: Any) -> Any:
    """Answer one request from API Gateway."""
    return app(event, context)
