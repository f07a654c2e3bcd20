"""Reads mapping files and manifests: as people write them, or parsed, as a deployment package holds them.

ops/hub/package.py puts beside `order.in.yaml` an `order.in.json` that says the same: no function has to import YAML.
"""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from mappings.errors import MappingFileError

PARSED = ".json"


class Content(dict[str, Any]):
    """A file's top object, which remembers the lines."""

    lines: dict[tuple[str | int, ...], int]


def lines_of(content: Any) -> dict[tuple[str | int, ...], int]:
    """Give the lines of content that `read` gave; none of other content."""
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
    except OSError:  # where nothing is parsed, people's own says what is wrong
        return read_yaml(path)


def read_yaml(path: Path) -> Document:
    """Read what a person wrote.

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
    """Give a document as JSON can hold it."""
    return {"content": document.content, "lines": [[list(place), line] for place, line in document.lines.items()]}


def _unpacked(text: bytes) -> Document:
    kept = json.loads(text, parse_float=Decimal)
    return _document(kept["content"], {tuple(place): line for place, line in kept["lines"]})


def _document(content: Any, lines: dict[tuple[str | int, ...], int]) -> Document:
    if isinstance(content, dict):
        content = Content(content)
        content.lines = lines
    return Document(content, lines)
