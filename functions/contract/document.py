"""The OpenAPI document: the routes as the app has them, with what is declared of each. A route that is not declared, or
a declaration without a route, makes no document.
"""

import functools
import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any

from chalice.app import Chalice
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from functions.contract import (
    api,
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
from functions.contract.operation import Operation, Operations
from functions.contract.values import MOST_BYTES
from functions.problems import TITLES

MODULES = (
    api,
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
DECLARED: Operations = {route: said for module in MODULES for route, said in module.OPERATIONS.items()}
OPEN = ("/v1/health", "/v1/openapi.json")
ALWAYS = (401, 405, 429, 500, 503)
"""What any route may answer: no valid token, API Gateway's limits, a failure of ours or of AWS."""

Content = dict[str, Any]


class _WithoutNull(GenerateJsonSchema):
    """A field that may be left out has no `default: null`."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default") is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


@functools.cache
def document(app: Chalice, server: str) -> Content:
    """Make the document.

    Raises:
        KeyError: a route is not declared.
    """
    routes = [(method, path) for path, methods in sorted(app.routes.items()) for method in sorted(methods)]
    wanted = [(model, "validation") for model in dict.fromkeys(_models(DECLARED))]
    named, shared = models_json_schema(
        wanted,  # type: ignore[arg-type] # it wants the mode as a literal
        ref_template="#/components/schemas/{model}",
        schema_generator=_WithoutNull,
    )
    refs = {model: schema for (model, _), schema in named.items()}
    paths: Content = {}
    for method, path in routes:
        view = app.routes[path][method].view_function
        paths.setdefault(path, {})[method.lower()] = _operation(path, DECLARED[method, path], view, refs)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tributary", "version": "1", "description": "One customer, one stock, one order."},
        "servers": [{"url": server}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": shared.get("$defs", {}),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _models(declared: Operations) -> Iterator[type[BaseModel]]:
    for operation in declared.values():
        yield operation.problem
        yield from map(operation.answer, operation.answers)
        if operation.body is not None:
            yield operation.body


def _operation(path: str, said: Operation, view: Any, refs: Mapping[Any, Content]) -> Content:
    made: Content = {"operationId": view.__name__, "summary": inspect.getdoc(view), "tags": [path.split("/")[2]]}
    parameters = [_parameter(name, "path", _path_schema(name), required=True) for name in re.findall(r"{(\w+)}", path)]
    parameters += [*_parameters(said.query, "query"), *_parameters(said.headers, "header")]
    if parameters:
        made["parameters"] = parameters
    if said.body is not None:
        made["requestBody"] = {"content": {"application/json": {"schema": refs[said.body]}}, "required": True}
    elif said.media:
        made["requestBody"] = {"content": {kind: {} for kind in said.media}, "required": True}
    made["responses"] = _responses(path, said, refs)
    return made if path not in OPEN else {**made, "security": []}


def _path_schema(name: str) -> Content:
    kind = name.removesuffix("_id").replace("_", " ")
    return {"description": f"which {kind}", "type": "string", "minLength": 1, "maxLength": MOST_BYTES}


def _parameters(model: type[BaseModel] | None, place: str) -> Iterator[Content]:
    """Give the fields of a model as parameters. One that may be null may be left out: a URL knows no null."""
    said = model.model_json_schema(schema_generator=_WithoutNull) if model else {}
    for name, schema in said.get("properties", {}).items():
        form, *_ = schema.pop("anyOf", [{}])
        yield _parameter(name, place, {**form, **schema}, required=name in said.get("required", ()))


def _parameter(name: str, place: str, schema: Content, *, required: bool) -> Content:
    about: Content = {"name": name, "in": place, "required": required}
    about |= {each: schema.pop(each) for each in ("description", "deprecated") if each in schema}
    return {**about, "schema": schema}


def _responses(path: str, said: Operation, refs: Mapping[Any, Content]) -> Content:
    problem = {"application/problem+json": {"schema": refs[said.problem]}}
    refused = {*said.refuses, *(status for status in ALWAYS if status != 401 or path not in OPEN)}
    answers = {
        str(status): {
            "description": inspect.getdoc(said.answer(status)) or "",
            "content": {"application/json": {"schema": refs[said.answer(status)]}},
        }
        for status in said.answers
    }
    problems = {str(status): {"description": TITLES[status], "content": problem} for status in sorted(refused)}
    return {**answers, **problems}
