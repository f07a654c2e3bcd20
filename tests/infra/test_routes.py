"""The routes of the Chalice apps and those of the template are the same list."""

import pytest

from functions import api, receive
from ops.hub import templates

APPS = {"api": api.app, "receive": receive.app}


def in_code(name: str) -> set[tuple[str, str]]:
    return {(method, path) for path, methods in APPS[name].routes.items() for method in methods}


def in_template(name: str) -> set[tuple[str, str]]:
    function = templates.load("hub")["Resources"][f"{name.title()}Function"]
    events = [event["Properties"] for event in function["Properties"]["Events"].values() if event["Type"] == "Api"]
    return {(event["Method"].upper(), event["Path"]) for event in events}


@pytest.mark.parametrize("name", sorted(APPS))
def test_every_route_of_the_code_is_in_the_template_and_the_other_way_round(name: str) -> None:
    assert in_code(name) == in_template(name)
    assert in_code(name)


def test_no_other_function_has_a_public_address() -> None:
    found = templates.load("hub")["Resources"]
    public = {
        name
        for name, item in found.items()
        for event in item.get("Properties", {}).get("Events", {}).values()
        if event["Type"] == "Api"
    }
    assert public == {f"{name.title()}Function" for name in APPS}


@pytest.mark.parametrize("name", sorted(APPS))
def test_a_route_has_the_name_of_its_view_in_the_template(name: str) -> None:
    function = templates.load("hub")["Resources"][f"{name.title()}Function"]
    events = {key: event["Properties"] for key, event in function["Properties"]["Events"].items()}
    views = {key: APPS[name].routes[said["Path"]][said["Method"].upper()].view_name for key, said in events.items()}
    assert [key for key, view in views.items() if key.lower() != view.replace("_", "")] == []
