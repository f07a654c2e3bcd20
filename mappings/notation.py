"""The notation of mapping files and manifests: YAML with the scalars of YAML 1.2. Keys are always text.

Only what reads YAML imports this: Lambda functions find JSON beside the deployed files (mappings/files.py).
"""

from decimal import Decimal
from typing import Any

import yaml

from mappings.errors import MappingFileError

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is 8 times faster, and not in every build
_INTEGER, _FLOAT = "tag:yaml.org,2002:int", "tag:yaml.org,2002:float"
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


def parsed(text: str, file: str) -> tuple[Any, dict[tuple[str | int, ...], int]]:
    """Give the content of YAML, and the line of each of its nodes by path.

    Raises:
        MappingFileError: it is not YAML, or has a key twice.
    """
    try:
        node = yaml.compose(text, Loader=Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        raise MappingFileError(f"not YAML: {getattr(error, 'problem', error)}", file=file, line=line) from error
    lines: dict[tuple[str | int, ...], int] = {}
    return _content(node, (), lines, file), lines


def _content(node: Any, place: tuple[str | int, ...], lines: dict[tuple[str | int, ...], int], file: str) -> Any:
    if node is None:
        return None
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_content(item, (*place, index), lines, file) for index, item in enumerate(node.value)]
    mapping: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or key.value in mapping:
            reason = f"{key.value} stands here twice" if isinstance(key, yaml.ScalarNode) else "a key is not text"
            raise MappingFileError(reason, file=file, line=line)
        lines[(*place, key.value)] = line
        mapping[key.value] = _content(value, (*place, key.value), lines, file)
    return mapping


def _scalar(node: yaml.ScalarNode) -> Any:
    """Read a scalar as YAML 1.2 does: `yes`, `on` and dates are text, fractions are Decimals."""
    text = str(node.value)
    if node.style not in (None, ""):  # quoted or a block; the C reader gives "" for a plain one
        return text
    if text.lower() in _WORDS and text in (text.lower(), text.title(), text.upper()):
        return _WORDS[text.lower()]
    if node.tag in (_INTEGER, _FLOAT):
        try:
            return int(text) if node.tag == _INTEGER else Decimal(text)
        except (ValueError, ArithmeticError):
            return text
    return text
