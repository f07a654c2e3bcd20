"""The API's contract: every route is declared, and what the API answers is what the document says."""

import inspect
import json
from typing import Any

import pytest
from openapi_spec_validator import validate

from functions import api
from functions.contract.connectors import Bundle
from functions.contract.document import DECLARED, MODULES, document
from functions.routes.app import PARTS
from tests.hub import Hub

ROUTES = [module.__name__.rpartition(".")[2] for module in MODULES]


def routes() -> set[tuple[str, str]]:
    return {(method, path) for path, methods in api.app.routes.items() for method in methods}


def test_every_route_is_declared_and_everything_declared_is_a_route() -> None:
    assert routes() ^ set(DECLARED) == set(), "declare it in functions/contract/"


def test_the_document_is_openapi_3_1() -> None:
    validate(document(api.app, "/live"))


def test_every_operation_says_what_it_is_and_is_named_once() -> None:
    paths = document(api.app, "/live")["paths"]
    operations = [each for methods in paths.values() for each in methods.values()]
    assert all(each["summary"] for each in operations)
    assert len({each["operationId"] for each in operations}) == len(operations)


def test_the_document_is_served_without_a_token_and_names_its_server(local_hub: Hub) -> None:
    answer = local_hub.http("api", "GET", "/v1/openapi.json")
    assert answer.status == 200
    assert answer.json()["openapi"] == "3.1.0"
    assert set(answer.json()["paths"]) == {path for _, path in routes()}


def test_every_schema_but_a_problem_is_closed() -> None:
    """What an answer gains must be declared: an open schema would agree with anything."""
    schemas: dict[str, Any] = document(api.app, "/live")["components"]["schemas"]
    open_ones = {name for name, each in schemas.items() if each.get("additionalProperties", True) is True}
    assert open_ones == {"Problem", "OperatorProblem", "RefusedBundle", "Document"}


def test_only_who_asks_for_the_document_pays_for_its_models() -> None:
    import subprocess
    import sys

    code = "import sys; from functions import api; sys.exit('functions.contract' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_who_checks_a_request_pays_for_no_answer() -> None:
    import subprocess
    import sys

    routes = ", ".join(f"functions.contract.{name}" for name in (*ROUTES, "check"))
    code = f"import sys, {routes}; sys.exit('functions.contract.answers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(("method", "path"), sorted(DECLARED))
def test_what_is_declared_of_a_request_is_what_the_view_gets(method: str, path: str) -> None:
    view = inspect.unwrap(api.app.routes[path][method].view_function)
    declared = {part: getattr(DECLARED[method, path], part) for part in PARTS}
    checked = {part: model.__name__ for part, model in declared.items() if model not in (None, Bundle)}
    assert {part: name for part, name in view.__annotations__.items() if part in PARTS} == checked


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("GET", "/v1/nothing", 404, "route_unknown"), ("DELETE", "/v1/orders", 405, "method_not_allowed")],
)
def test_what_no_route_takes_is_a_problem(local_hub: Hub, method: str, path: str, status: int, code: str) -> None:
    answer = local_hub.http("api", method, path)
    assert (answer.status, answer.problem()) == (status, code)


@pytest.mark.parametrize("body", [b"{", b"[1]", b"\xff", b'{"map": 1e999999999999}', b'{"map": "\\ud800"}', b"nul"])
def test_a_body_that_is_no_json_object_is_a_problem(local_hub: Hub, body: bytes) -> None:
    known = {"Authorization": "Bearer token-of-acme"}
    answer = local_hub.http("api", "POST", "/v1/events/{event_id}/replay", body, known, event_id="evt_1")
    assert answer.status == 400
    answer.problem()


@pytest.mark.parametrize("name", ["%00", "%ff", "%F0%9F%A6%8A", "a%2Fb", "%E2%80%AE", "%2e%2e", "%25", "%20", "%23"])
def test_odd_names_in_a_path_are_names_of_nothing(local_hub: Hub, name: str) -> None:
    for path in ("/v1/orders/{order_id}", "/v1/stock/{sku}", "/v1/customers/{customer_id}"):
        answer = local_hub.http(
            "api", "GET", path, b"", {"Authorization": "Bearer token-of-acme"}, **{path[path.index("{") + 1 : -1]: name}
        )
        assert (answer.status, answer.problem()) == (404, "not_found")


def test_a_part_of_a_path_is_decoded_once(local_hub: Hub) -> None:
    body = json.dumps({"components": {"MUG": 1}}).encode()
    known = {"Authorization": "Bearer token-of-acme"}
    made = local_hub.http("api", "PUT", "/v1/products/{sku}/kit", body, known, sku="50%25%2520off%2F%C3%A9")
    assert made.json()["sku"] == "50%%20off/é"


def test_what_is_longer_than_any_name_is_refused(local_hub: Hub) -> None:
    assert local_hub.ask("/v1/customers/" + "x" * 1025).problem() == "not_found"
    assert local_hub.ask("/v1/orders", customer="é" * 513).problem() == "query_invalid"
    said = local_hub.tell("/v1/replays", {"since": "2020-01-01T00:00:00Z", "connection": "x" * 1025})
    assert said.problem() == "body_invalid"


ASKED = [(path, said.query) for (method, path), said in sorted(DECLARED.items()) if method == "GET" and said.query]


@pytest.mark.parametrize(("path", "model"), ASKED)
def test_a_misspelt_question_is_refused_and_told_what_is_known(local_hub: Hub, path: str, model: Any) -> None:
    known = [name for name, field in model.model_fields.items() if not field.deprecated]
    answer = local_hub.ask(path.replace("{sku}", "MUG"), emial="a@example.com")
    assert (answer.status, answer.problem()) == (400, "query_invalid")
    assert answer.json()["detail"] == f"Unknown: emial. Known: {', '.join(known)}."


def test_every_parameter_of_a_query_is_of_one_form_that_is_never_null() -> None:
    paths = document(api.app, "/live")["paths"]
    schemas = [each["schema"] for methods in paths.values() for said in methods.values() for each in parameters(said)]
    assert len(schemas) > 30
    assert [each for each in schemas if each["type"] not in ("string", "integer")] == []


def parameters(said: dict[str, Any]) -> list[dict[str, Any]]:
    return list(said.get("parameters", []))


@pytest.mark.parametrize("path", ["/v1/orders", "/v1/stock/{sku}/availability"])
def test_the_old_name_of_connection_id_is_declared_as_deprecated(path: str) -> None:
    said = document(api.app, "/live")["paths"][path]["get"]
    old = {each["name"]: each.get("deprecated", False) for each in parameters(said) if each["in"] == "query"}
    assert (old["connection_id"], old["connection"]) == (False, True)
    asked = document(api.app, "/live")["components"]["schemas"]["ReplaysWish"]["properties"]
    assert (asked["connection"]["deprecated"], "deprecated" in asked["connection_id"]) == (True, False)
