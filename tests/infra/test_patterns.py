"""Every rule on the hub's bus asks for what the bus carries: names, fields and values are those of the contract."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from events.details import EVENTS
from ops.hub import templates
from tests.published import schema_of

NAMES = ("data", "hub", "connection", "watch", "archive")
OURS = ({"Ref": "Bus"}, {"Ref": "BusName"})
PARTNERS = {"Ref": "EventBus"}
BESIDE = {"source", "detail-type", "detail", "replay-name"}
"""What a pattern may look at: what else EventBridge knows of an event says nothing of ours."""

UNKNOWN = object()
"""A value that is only known where the template is deployed."""

Template = dict[str, Any]


def rules(template: Template) -> dict[str, dict[str, Any]]:
    found = templates.resources(template, "AWS::Events::Rule")
    return {name: rule for name, rule in found.items() if "EventPattern" in rule}


def faults(pattern: dict[str, Any], template: Template) -> Iterator[str]:
    """Say what of a pattern can never match."""
    yield from (f"no event has {key}" for key in sorted(set(pattern) - BESIDE))
    if pattern.get("source", ["tributary"]) != ["tributary"]:
        yield f"no event is of {pattern['source']}"
    names = list(values(pattern.get("detail-type", list(EVENTS)), template))
    for name in names:
        if name not in EVENTS:
            yield f"nobody emits {name}"
            continue
        schema = schema_of(name)
        for field, wanted in pattern.get("detail", {}).items():
            if field not in schema["properties"]:
                yield f"{name} has no {field}"
                continue
            inner = schema["properties"][field]
            is_sure = field in schema["required"]
            for value in values(wanted, template):
                if not is_possible(value, inner.get("items", inner), is_sure=is_sure):
                    yield f"{field} of {name} is never {value}"


def values(node: Any, template: Template) -> Iterator[Any]:
    """Give each value that a pattern lists, with parameters and conditions spelled out."""
    if isinstance(node, list):
        for each in node:
            yield from values(each, template)
    elif isinstance(node, dict) and "Fn::If" in node:
        yield from values(node["Fn::If"][1:], template)
    elif isinstance(node, dict) and "Ref" in node:
        parameter = template["Parameters"][node["Ref"]]
        if parameter["Type"] == "CommaDelimitedList":
            yield from (name.strip() for name in parameter["Default"].split(","))
        else:
            yield from parameter.get("AllowedValues", [UNKNOWN])
    elif isinstance(node, dict) and "anything-but" in node:  # what nothing is need not be excluded
        yield from values(node["anything-but"], template)
    else:
        yield node


def is_possible(value: Any, schema: dict[str, Any], *, is_sure: bool) -> bool:
    """Tell whether a field of an event can match a value of a pattern."""
    words = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if value is UNKNOWN:
        return words is None
    if not isinstance(value, dict):
        return Draft202012Validator(schema).is_valid(value)
    match value:
        case {"exists": expected}:
            return bool(expected) or not is_sure
        case {"prefix": str(text)}:
            return words is None or any(word.startswith(text) for word in words)
        case {"suffix": str(text)}:
            return words is None or any(word.endswith(text) for word in words)
        case _:
            raise TypeError(f"{value}: say here when an event can match it")


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_asks_for_nothing_that_the_bus_does_not_carry(name: str) -> None:
    template = templates.transformed(name)
    found = {rule: list(faults(content["EventPattern"], template)) for rule, content in ours(template).items()}
    assert {rule: wrong for rule, wrong in found.items() if wrong} == {}


def ours(template: Template) -> dict[str, dict[str, Any]]:
    return {name: rule for name, rule in rules(template).items() if rule["EventBusName"] in OURS}


def test_every_rule_is_on_the_hubs_bus_or_a_partners() -> None:
    found = [rule for name in NAMES for rule in rules(templates.transformed(name)).values()]
    assert [rule for rule in found if rule["EventBusName"] not in (*OURS, PARTNERS)] == []
    assert sum(rule["EventBusName"] in OURS for rule in found) >= 3


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ({"detail-type": ["OrderCreated", "PriceModified"]}, "nobody emits PriceModified"),
        ({"detail-type": {"Ref": "Wanted"}}, "nobody emits PriceModified"),
        ({"detail-type": ["OrderCreated"], "detail": {"connection": ["web"]}}, "OrderCreated has no connection"),
        ({"detail-type": ["StockModified"], "detail": {"connection_id": ["a"]}}, "StockModified has no connection_id"),
        ({"detail-type": ["OrderCreated"], "detail": {"record": ["stock"]}}, "record of OrderCreated is never stock"),
        (
            {"detail-type": ["StockModified"], "detail": {"changed": ["price"]}},
            "changed of StockModified is never price",
        ),
        ({"detail-type": ["OrderCreated"], "detail": {"hop": ["0"]}}, "hop of OrderCreated is never 0"),
        ({"detail-type": ["OrderCreated"], "detail": {"record": {"Ref": "Shop"}}}, "record of OrderCreated is never"),
        (
            {"detail-type": ["OrderCreated"], "detail": {"tenant": [{"exists": False}]}},
            "tenant of OrderCreated is never",
        ),
        (
            {"detail-type": ["OrderCreated"], "detail": {"record": [{"prefix": "st"}]}},
            "record of OrderCreated is never",
        ),
        ({"detail": {"changed": [{"anything-but": ["price"]}]}}, "changed of OrderCreated is never price"),
        ({"detail": {"tenant": {"Fn::If": ["c", ["acme"], ["A B"]]}}}, "tenant of OrderCreated is never A B"),
        ({"source": ["tributary.orders"]}, "no event is of ['tributary.orders']"),
        ({"detail-type": ["OrderCreated"], "resources": ["x"]}, "no event has resources"),
    ],
)
def test_what_can_never_match_is_found(pattern: dict[str, Any], fault: str) -> None:
    parameters = {
        "Wanted": {"Type": "CommaDelimitedList", "Default": "OrderCreated, PriceModified"},
        "Shop": {"Type": "String"},
    }
    assert any(each.startswith(fault) for each in faults(pattern, {"Parameters": parameters}))


def test_who_reads_an_event_is_updated_before_who_writes_it() -> None:
    resources = templates.transformed("hub")["Resources"]
    mappings = templates.resources(templates.transformed("hub"), "AWS::Lambda::EventSourceMapping").values()
    queues = {rule["Targets"][0]["Arn"]["Fn::GetAtt"][0] for rule in ours(templates.transformed("hub")).values()}
    readers = {
        each["FunctionName"]["Ref"] for each in mappings if each["EventSourceArn"].get("Fn::GetAtt", [""])[0] in queues
    }
    assert readers == {"NormaliseFunction"}
    assert set(resources["SweepFunction"]["DependsOn"]) >= readers
    # Connections have templates of their own, whose queues all lead to the one that pushes.
    assert set(resources["AnnounceFunction"]["DependsOn"]) >= {*readers, "PushFunction"}
