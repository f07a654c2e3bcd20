"""Routes of connectors: which there are, and taking one in."""

from typing import Any

from connectors.errors import ManifestError
from functions import runtime
from functions.problems import answer, problem
from functions.queries import connectors
from functions.queries.lookup import MissingError
from functions.registry import admission
from functions.registry.connectors import registry
from functions.routes.app import raw_body, route
from mappings.errors import PayloadError
from mappings.payloads import parse_json
from records.errors import ConflictError


@route("/v1/connectors")
def list_connectors(tenant: str) -> Any:
    """List the connectors."""
    return {"connectors": connectors.listed(tenant)}


@route("/v1/connectors/{name}")
def get_connector(tenant: str, name: str) -> Any:
    """Give what one connector can do."""
    try:
        return connectors.described(tenant, name)
    except ManifestError as error:
        raise MissingError(f"connector {name}") from error


@route("/v1/connectors", "POST")
def register_connector(tenant: str) -> Any:
    """Take a declarative connector into the running hub; a bad one is refused with every fault."""
    body = raw_body()
    try:
        parts = parse_json(body)
    except PayloadError as error:
        return problem(400, error.code, str(error))
    try:
        made, is_new = admission.register(registry(), tenant, parts, runtime.rfc3339(runtime.now()))
    except admission.RefusedError as refused:
        return problem(422, "connector_refused", "Nothing was changed; see faults.", faults=refused.faults)
    except ConflictError as error:
        return problem(409, error.code, "The same connector is being registered by somebody else.")
    return answer(201 if is_new else 200, made)
