"""A function may do what its code does, and nothing else: each handler's calls against its role in hub.yaml."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from functions import api
from functions.cache import cache
from functions.registry import connectors
from functions.routes import app
from ops.hub import templates
from tests.hub import Hub
from tests.infra.granted import BY_LAMBDA, Right, granted, used
from tests.infra.life import live
from tests.memory_hub import memory_world
from tests.process import forget

FUNCTIONS = ("receive", "collect", "announce", "normalise", "push", "poll", "sweep", "erase", "api")
Seen = dict[str, set[Right]]
ASKED: set[tuple[str, str]] = set()
"""The routes of the API that were asked."""

__all__ = ["memory_world"]


@pytest.fixture(scope="module")
def seen(memory_world: Hub) -> Iterator[Seen]:
    """What each function does while a small shop lives through everything the hub knows.

    A call is noted by its name and its parameters before anything answers it, so the AWS in memory shows the same calls
    as any other.
    """
    noted: Seen = {name: set() for name in FUNCTIONS}
    current = [""]

    def note(service: str, params: dict[str, Any], model: Any, **_: Any) -> None:
        noted[current[0]] |= set(used(service, model.name, params))

    session = memory_world.session()
    create, run = session.create_client, memory_world.run

    def listened_to(service: str, config: Any = None) -> Any:
        made = create(service, config)
        made.meta.events.register("provide-client-params", partial(note, service))
        return made

    def watched(name: str, event: Any) -> Any:
        if name != current[0]:  # a process of its own
            cache.clear()
            connectors._registered.cache_clear()
            app.tenants.cache_clear()
        current[0] = name
        if name == "api":
            ASKED.add((event["httpMethod"], event["resource"]))
        return run(name, event)

    forget()
    session.create_client = listened_to
    memory_world.run = watched  # type: ignore[method-assign]
    live(memory_world)
    yield noted
    forget()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_may_do_all_that_its_code_does(seen: Seen, name: str) -> None:
    lacking = seen[name] - granted(name)
    assert "\n".join(f"{action} on {thing}" for action, thing in sorted(lacking)) == ""


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_may_do_nothing_that_its_code_does_not_do(seen: Seen, name: str) -> None:
    surplus = granted(name) - seen[name]
    assert "\n".join(f"{action} on {thing}" for action, thing in sorted(surplus)) == ""


def test_every_function_of_the_template_is_compared() -> None:
    made = templates.resources(templates.transformed("hub"), "AWS::Lambda::Function")
    assert {name.removesuffix("Function").lower() for name in made} == set(FUNCTIONS)


def test_what_lambda_does_itself_has_a_reason() -> None:
    assert all(BY_LAMBDA.values())


def test_every_route_is_asked(seen: Seen) -> None:
    routes = {(method, path) for path, methods in api.app.routes.items() for method in methods}
    assert routes - ASKED == set(), "ask the new route in look_around, so that its calls are compared"
