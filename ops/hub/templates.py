"""The templates of infra/: as text, loaded, after SAM's transform, and the tables that they define."""

import json
import logging
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import yaml

INFRA = Path(__file__).parents[2] / "infra"

Template = dict[str, Any]


class _Loader(yaml.SafeLoader):
    """Reads YAML with CloudFormation's short forms: `!Ref X` becomes {"Ref": "X"}, `!Sub X` {"Fn::Sub": "X"}."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    if isinstance(node, yaml.MappingNode):
        return {name: loader.construct_mapping(node, deep=True)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    if not isinstance(node, yaml.ScalarNode):
        raise TypeError(f"!{suffix} stands before neither text nor a list nor a map")
    value = loader.construct_scalar(node)
    return {name: str(value).split(".", 1) if suffix == "GetAtt" else value}


_Loader.add_multi_constructor("!", _short_form)


def text(name: str) -> str:
    """Give the text of a template, e.g. `text("hub")`."""
    return (INFRA / f"{name}.yaml").read_text()


def load(name: str) -> Template:
    """Read a template. Short forms become long ones."""
    template: Template = yaml.load(text(name), _Loader)  # noqa: S506 -- a SafeLoader
    return template


@cache
def transformed(name: str) -> Template:
    """Read a template after its transforms, as CloudFormation runs it. It is cached: copy it before you change it."""
    template = load(name)
    if template.get("Transform") == "AWS::Serverless-2016-10-31":
        return _without_sam(template)
    return template | {"Resources": dict(_repeated(template["Resources"]))}


def _without_sam(template: Template) -> Template:
    from samtranslator.parser.parser import Parser  # noqa: PLC0415 -- slow to import, and only tests need it
    from samtranslator.translator.translator import Translator  # noqa: PLC0415

    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    session = boto3.session.Session(region_name="us-east-1")  # the translator asks it only for the partition
    plain: Template = Translator({}, Parser(), boto_session=session).translate(template, parameter_values={})
    return plain


def _repeated(resources: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Replace each Fn::ForEach over a literal list by the resources that it makes."""
    for name, item in resources.items():
        if not name.startswith("Fn::ForEach::"):
            yield name, item
            continue
        variable, values, fragment = item
        for value in values:
            yield from json.loads(json.dumps(fragment).replace(f"${{{variable}}}", value)).items()


def parameters(name: str) -> set[str]:
    """Name the parameters of a template."""
    return set(load(name).get("Parameters", {}))


def resources(template: Template, kind: str) -> dict[str, dict[str, Any]]:
    """Give the properties of all resources of one type, by logical id."""
    found = template["Resources"].items()
    return {name: item.get("Properties", {}) for name, item in found if item.get("Type") == kind}


def table_definitions() -> dict[str, dict[str, Any]]:
    """Give the arguments of `create_table` for each table of data.yaml, by logical id. TableName is yours to add.

    Time to live and point-in-time recovery are left out: in DynamoDB they are calls of their own. The stream is left
    out too: moto copies all of it with every transaction, and nothing under moto reads it.
    """
    kept = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
    tables = resources(load("data"), "AWS::DynamoDB::Table")
    return {name: {key: table[key] for key in kept if key in table} for name, table in tables.items()}
