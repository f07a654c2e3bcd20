"""Options that every command shares."""

from typing import Annotated

import typer

Cursor = Annotated[str | None, typer.Option(help="Go on behind the page that gave it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
