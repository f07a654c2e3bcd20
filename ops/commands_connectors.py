"""`tributary connectors …`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from connectors import catalogue, lint
from functions import views
from ops import printing, trying
from ops.options import AsJson
from ops.printing import say

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the channels the hub speaks, with kind, grade and what they can do."""
    say(as_json=as_json, content=views.connectors(), people=_show)


def _show(content: list[dict[str, Any]]) -> None:
    columns = ("channel", "kind", "grade", "receives", "polls", "pushes")
    printing.table(
        "Connectors",
        columns,
        [
            [", ".join(each[name]) if isinstance(each[name], list) else each[name] for name in columns]
            for each in content
        ],
    )


@app.command()
def show(name: str, as_json: AsJson = False) -> None:
    """Show what one connector can do, its limits and its oddities."""
    manifest = catalogue.connector(name).manifest
    content = {**views.capabilities(name), "oddities": list(manifest.oddities), "sources": list(manifest.sources)}
    content["limits"] = manifest.limits.model_dump() if manifest.limits else None
    say(as_json=as_json, content=content, people=lambda said: printing.pairs(str(said["name"]), said))


@app.command("lint")
def lint_(
    names: Annotated[list[str] | None, typer.Argument(help="Connectors; all without one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check manifests, mappings and samples. Exit code 1 where there is a fault."""
    faults = lint.lint(names or None)
    content = {"connectors": names or catalogue.names(), "faults": [vars(fault) for fault in faults]}
    say(as_json=as_json, content=content, people=_show_faults)
    raise typer.Exit(1 if faults else 0)


def _show_faults(content: dict[str, Any]) -> None:
    if content["faults"]:
        rows = [[fault["file"], fault["check"], fault["message"]] for fault in content["faults"]]
        printing.table("Faults", ("file", "check", "what"), rows)
    else:
        printing.step(f"{len(content['connectors'])} connectors without a fault")


@app.command("try")
def try_(
    name: str,
    topic: str,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    headers: Annotated[
        Path | None, typer.Option(help="A file of `Name: value` lines; its content type counts.")
    ] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="A setting, e.g. timezone=Europe/Paris.")] = None,
    unmapped: Annotated[bool, typer.Option(help="List the payload's paths that the mapping does not read.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read one payload file and print the facts it states. Writes nothing."""
    kind = catalogue.connector(name)
    if unmapped:
        say(
            as_json=as_json,
            content=trying.unmapped(kind, topic, file),
            people=lambda said: printing.out.print(*said, sep="\n"),
        )
        return
    facts = trying.facts(kind, topic, file, set_ or [], _content_type(headers))
    say(
        as_json=as_json,
        content=[trying.plain(each) for each in facts],
        people=lambda said: printing.out.print_json(data=said),
    )


def _content_type(headers: Path | None) -> str | None:
    if headers is None:
        return None
    lines = (line.partition(":") for line in headers.read_text().splitlines())
    return next((value.strip() for name, _, value in lines if name.strip().lower() == "content-type"), None)
