"""Check a request against the models of its route; what does not fit is refused in plain words."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from functions.problems import RefusedError
from mappings.pointers import escaped

PLACES = {"query": "parameter", "headers": "header"}
CODES = {"query": "query_invalid", "headers": "header_invalid", "body": "body_invalid"}
MOST_FAULTS = 10  # that are told of one request
WORDS = {
    "missing": "is missing",
    "string_type": "must be a text",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "too_short": "must hold {min_length} or more",
    "too_long": "must hold {max_length} or fewer",
}
Model = TypeVar("Model", bound=BaseModel)
At = tuple[int | str, ...]
"""Where in a part of a request a fault is: names and indexes from the outside in."""


def checked(model: type[Model], content: Any, part: str) -> Model:
    """Give the query, the headers or the body of a request as its model.

    Raises:
        RefusedError: it does not fit.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)[:MOST_FAULTS]
    raise refusal(part, *((_at(each["loc"]), _words(each)) for each in faults), code=_code(faults[0]))


def refusal(part: str, *faults: tuple[At, str], code: str | None = None) -> RefusedError:
    """Make the refusal of a part of a request: each fault with its place and what it must be."""
    told = [{**_place(part, at), "detail": _sentence(part, at, words)} for at, words in faults]
    return RefusedError(400, code or CODES[part], told[0]["detail"], errors=told)


def _at(loc: At) -> At:
    return tuple(each[:80] if isinstance(each, str) else each for each in loc if each != "[key]")


def _place(part: str, at: At) -> dict[str, str]:
    """Name the place of a fault: a pointer into the body, or the name of a parameter or header, if it is one's."""
    if part == "body":
        return {"pointer": "".join(f"/{escaped(str(each))}" for each in at)}
    return {PLACES[part]: str(at[0])} if at else {}


def _sentence(part: str, at: At, words: str) -> str:
    where = "/".join(map(str, at))
    if words[0].isupper():
        return f"{where}: {words}" if where else words
    return f"{where or f'The {part}'} {words}."


def _words(fault: Mapping[str, Any]) -> str:
    context = fault.get("ctx", {})
    if "detail" in context:
        return str(context["detail"])
    if fault["type"] == "literal_error":
        return "must be one of: " + ", ".join(re.findall("'(.*?)'", context["expected"]))
    return WORDS.get(fault["type"], "does not fit").format(**context)


def _code(fault: Mapping[str, Any]) -> str | None:
    return fault.get("ctx", {}).get("code") or None
