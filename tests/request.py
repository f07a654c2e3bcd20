"""What comes to the doors of functions: requests as API Gateway makes them, messages as Lambda hands them over."""

import base64
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions import api
from tests.process import ACCOUNT, REGION

_numbers = itertools.count(1)


@dataclass
class Answer:
    """An HTTP answer of a function."""

    status: int
    headers: dict[str, str]
    body: str

    def json(self) -> Any:
        return json.loads(self.body)

    def problem(self) -> str:
        """Give the code of the RFC 9457 problem that this is. Fails if it is none."""
        content = self.json()
        assert self.headers["Content-Type"] == "application/problem+json"
        assert {"type", "title", "detail"} <= content.keys()
        assert content["status"] == self.status
        assert "Traceback" not in self.body
        return str(content["code"])


def event(
    method: str,
    resource: str,
    body: bytes,
    headers: Mapping[str, str],
    query: Mapping[str, str],
    parameters: dict[str, str],
) -> dict[str, Any]:
    """Make the event of a request, its body as base64."""
    context = {"resourcePath": resource, "httpMethod": method, "requestId": f"request-{next(_numbers)}"}
    return {
        "resource": resource,
        "path": resource.format(**parameters),
        "httpMethod": method,
        "headers": dict(headers),
        "multiValueHeaders": {key: [value] for key, value in headers.items()},
        "multiValueQueryStringParameters": {key: [value] for key, value in query.items()} or None,
        "pathParameters": parameters or None,
        "stageVariables": None,
        "requestContext": {**context, "identity": {"sourceIp": "127.0.0.1"}},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def message(queue: str, taken: Mapping[str, Any], attempt: int) -> dict[str, Any]:
    """Give a message as Lambda hands it over."""
    return {
        "messageId": taken["MessageId"],
        "receiptHandle": taken["ReceiptHandle"],
        "body": taken["Body"],
        "attributes": {"ApproximateReceiveCount": str(attempt)},
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}",
    }


def route(method: str, path: str) -> tuple[str, dict[str, str]]:
    """Find the route of the API that a path is of; gives it with the path's own values."""
    for resource, methods in api.app.routes.items():
        if method in methods and fits(resource, path):
            return resource, dict(zip(names(resource), values(resource, path), strict=False))
    raise LookupError(f"{method} {path}")


def _parts(path: str) -> list[str]:
    return path.strip("/").split("/")


def fits(resource: str, path: str) -> bool:
    """Tell whether a path is of a route."""
    pairs = list(zip(_parts(resource), _parts(path), strict=False))
    return len(_parts(resource)) == len(_parts(path)) and all(a.startswith("{") or a == b for a, b in pairs)


def names(resource: str) -> list[str]:
    """Give the names of a route's parameters."""
    return [part[1:-1] for part in _parts(resource) if part.startswith("{")]


def values(resource: str, path: str) -> list[str]:
    """Give what stands for them in a path."""
    return [b for a, b in zip(_parts(resource), _parts(path), strict=True) if a.startswith("{")]
