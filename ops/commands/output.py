"""How commands speak: one JSON document for programs, tables with colours for people, errors on stderr."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

out = Console()
err = Console(stderr=True)

COLOURS = {
    "applied": "green",
    "succeeded": "green",
    "ok": "green",
    "active": "green",
    "completed": "green",
    "delivered": "green",
    "unchanged": "dim",
    "skipped": "dim",
    "received": "yellow",
    "waiting": "yellow",
    "paused": "yellow",
    "open": "yellow",
    "quarantined": "red",
    "failed": "red",
    "cancelled": "red",
}


def say(*, as_json: bool, content: Any, people: Callable[[Any], None]) -> None:
    """Print one answer: as JSON, or for people with the function `people`."""
    if as_json:
        sys.stdout.write(json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n")
    else:
        people(content)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table. A cell that is a known status gets its colour."""
    made = Table(title=title, title_justify="left", header_style="bold", title_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*[_cell(value) for value in row])
    out.print(made)


def _cell(value: Any) -> Text:
    plain = "" if value is None else str(value)
    return Text(plain, style=COLOURS.get(plain, ""))


def pairs(title: str, content: dict[str, Any]) -> None:
    """Print a record as a table of two columns. Empty values are left out, nested ones are JSON."""
    table(
        title, ("", ""), [(name, _short(value)) for name, value in content.items() if value not in (None, [], {}, ())]
    )


def _short(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)


def step(text: str) -> None:
    """Say what is being done, on stderr: stdout stays one JSON document."""
    err.print(Text("· ", style="cyan") + Text(text))


def more(content: Mapping[str, Any]) -> None:
    """Say how to see the next page, if there is one."""
    if content["cursor"]:
        step(f"go on with --cursor {content['cursor']!r}")


def complain(text: str) -> None:
    """Say what went wrong and what to do."""
    err.print(Text("error: ", style="bold red") + Text(text))
