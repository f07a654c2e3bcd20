"""Runs a GraphQL document against plain dictionaries. There is no schema: it gives the fields that are asked for."""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    value_from_ast_untyped,
)

Arguments = dict[str, Any]
Root = Callable[[Arguments, dict[str, Arguments]], Any]
"""A top-level field: a function from its arguments, and the arguments of its directives by name, to a value.

Inside a value, a callable is a field that takes arguments.
"""


def execute(document: str, variables: Mapping[str, Any], roots: Mapping[str, Root]) -> dict[str, Any]:
    """Run the one operation of a document.

    Raises:
        GraphQLError: it does not parse, or asks for a field that does not exist.
    """
    operation = next(node for node in parse(document).definitions if isinstance(node, OperationDefinitionNode))
    answer: dict[str, Any] = {}
    for node in _fields(operation.selection_set):
        if node.name.value not in roots:
            raise GraphQLError(f"Field '{node.name.value}' doesn't exist")
        directives = {directive.name.value: _arguments(directive, variables) for directive in node.directives}
        value = roots[node.name.value](_arguments(node, variables), directives)
        answer[_name(node)] = _select(value, node.selection_set, variables)
    return answer


def _fields(selection: SelectionSetNode) -> list[FieldNode]:
    found: list[FieldNode] = []
    for node in selection.selections:
        if isinstance(node, FieldNode):
            found.append(node)
        elif isinstance(node, InlineFragmentNode):
            found.extend(_fields(node.selection_set))
    return found


def _arguments(node: Any, variables: Mapping[str, Any]) -> Arguments:
    known = dict(variables)
    return {argument.name.value: value_from_ast_untyped(argument.value, known) for argument in node.arguments}


def _name(node: FieldNode) -> str:
    return node.alias.value if node.alias else node.name.value


def _select(value: Any, selection: SelectionSetNode | None, variables: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_select(item, selection, variables) for item in value]
    if selection is None or value is None:
        return value
    chosen = {}
    for node in _fields(selection):
        if node.name.value not in value:
            raise GraphQLError(f"Field '{node.name.value}' doesn't exist")
        inner = value[node.name.value]
        inner = inner(_arguments(node, variables)) if callable(inner) else inner
        chosen[_name(node)] = _select(inner, node.selection_set, variables)
    return chosen
