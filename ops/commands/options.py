"""Options that every command shares."""

from typing import Annotated

import typer

Cursor = Annotated[str | None, typer.Option(help="Give the next page: the cursor that the page before ended with.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
