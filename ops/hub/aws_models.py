"""botocore's description of AWS for the deployment package, cut down to the calls that functions make.

When a process makes a client, botocore reads a list of all services and endpoints, and a model of the service. Most of
the model is documentation and calls that we never make. With the short files a DynamoDB client costs a quarter of the
time and a tenth of the memory. functions/runtime.py uses this folder if it is there. A call that OPERATIONS does not
list cannot be made then.
"""

import functools
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore

FOLDER = "aws_models"
OPERATIONS = {
    "dynamodb": ("BatchGetItem", "GetItem", "PutItem", "Query", "Scan", "TransactWriteItems", "UpdateItem"),
    "events": ("PutEvents",),
    "lambda": ("UpdateEventSourceMapping",),
    "s3": ("GetObject", "PutObject"),
    "secretsmanager": ("GetSecretValue",),
    "sqs": ("ChangeMessageVisibility", "SendMessageBatch"),
}
COPIED = ("_retry.json", "partitions.json", "sdk-default-configuration.json")
PARTS = ("endpoint-rule-set", "paginators", "service-2")

SOURCE = Path(botocore.__file__).parent / "data"


@functools.cache
def files() -> dict[str, bytes]:
    """Give the content of the folder's files, by their path in the package."""
    found = {name: _read(SOURCE / name) for name in COPIED}
    found["endpoints.json"] = _endpoints()
    for service, operations in OPERATIONS.items():
        newest = max(path for path in (SOURCE / service).iterdir() if path.is_dir())  # folders are named by their dates
        for path in newest.iterdir():
            if path.name.startswith(PARTS):
                content = _without_documentation(_read(path))
                content = _model(content, operations) if "shapes" in content else content
                found[f"{service}/{newest.name}/{path.name.removesuffix('.gz')}"] = content
    return {f"{FOLDER}/{name}": json.dumps(content, separators=(",", ":")).encode() for name, content in found.items()}


def _read(path: Path) -> Any:
    content = path.read_bytes()
    return json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)


def _endpoints() -> Any:
    """Give the regions of every partition, and there the endpoints of our services only."""
    content = _read(SOURCE / "endpoints.json")
    for partition in content["partitions"]:
        partition["services"] = {name: rule for name, rule in partition["services"].items() if name in OPERATIONS}
    return content


def _without_documentation(model: Any) -> Any:
    if isinstance(model, list):
        return [_without_documentation(part) for part in model]
    if not isinstance(model, dict):
        return model
    return {
        name: _without_documentation(part)
        for name, part in model.items()
        if not (name == "documentation" and isinstance(part, str))
    }


def _model(model: dict[str, Any], operations: tuple[str, ...]) -> dict[str, Any]:
    """Give a service's model with only these operations and the shapes that they use."""
    kept = {name: model["operations"][name] for name in operations}
    shapes: dict[str, Any] = {}
    waiting = list(_shapes(kept))
    while waiting:
        name = waiting.pop()
        if name not in shapes:
            shapes[name] = model["shapes"][name]
            waiting += _shapes(shapes[name])
    # botocore reads this one documentation: without it every call of S3 ends in a KeyError.
    context = {name: {**part, "documentation": ""} for name, part in model.get("clientContextParams", {}).items()}
    return {**model, "operations": kept, "shapes": shapes, "clientContextParams": context}


def _shapes(part: Any) -> Iterator[str]:
    """Name the shapes that a part of a model refers to."""
    if isinstance(part, dict) and isinstance(part.get("shape"), str):
        yield part["shape"]
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _shapes(inner)
