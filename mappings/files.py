"""Reads mapping files and manifests: the YAML that people write, or the JSON that a deployment package holds.

ops/hub/package.py puts `order.in.json` beside `order.in.yaml`. It says the same, so no function has to import YAML.
"""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from mappings.errors import MappingFileError

PARSED = ".json"


class Content(dict[str, Any]):
    """A file's top object. `lines` has the line of each of its nodes by path."""

    lines: dict[tuple[str | int, ...], int]


def lines_of(content: Any) -> dict[tuple[str | int, ...], int]:
    """Give the lines of content that `read` gave; other content has none."""
    return content.lines if isinstance(content, Content) else {}


@dataclass(frozen=True)
class Document:
    """A file's content, and the line (from 1) of each of its nodes by path."""

    content: Any
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)


def read(path: Path) -> Document:
    """Read one mapping file or manifest.

    Raises:
        MappingFileError: it is missing, is not YAML, or has a key twice.
    """
    try:
        return _unpacked(path.with_suffix(PARSED).read_bytes())
    except OSError:  # there is no JSON, as outside a package
        return read_yaml(path)


def read_yaml(path: Path) -> Document:
    """Read the YAML that a person wrote.

    Raises:
        MappingFileError: it is missing, is not YAML, or has a key twice.
    """
    from mappings import notation  # noqa: PLC0415 - slow to import, and no function needs it

    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise MappingFileError(f"cannot be read: {error.strerror}", file=str(path)) from error
    except UnicodeDecodeError as error:
        raise MappingFileError(f"not YAML: {error}", file=str(path)) from error
    return _document(*notation.parsed(text, str(path)))


def packed(document: Document) -> dict[str, Any]:
    """Give a document in the shape that the JSON beside a YAML file has."""
    return {"content": document.content, "lines": [[list(place), line] for place, line in document.lines.items()]}


def _unpacked(text: bytes) -> Document:
    kept = json.loads(text, parse_float=Decimal)
    return _document(kept["content"], {tuple(place): line for place, line in kept["lines"]})


def _document(content: Any, lines: dict[tuple[str | int, ...], int]) -> Document:
    if isinstance(content, dict):
        content = Content(content)
        content.lines = lines
    return Document(content, lines)
