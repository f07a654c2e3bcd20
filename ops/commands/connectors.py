"""`tributary connectors …`: list, write, check, try and register connectors."""

import json
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from connectors import bundle, catalogue
from connectors.errors import ManifestError
from connectors.workshop import conformance, lint, scaffold
from functions.queries import connectors
from ops.commands import output, trial
from ops.commands.options import AsJson
from ops.commands.output import say
from ops.hub import target
from ops.hub.target import Api, ApiError, NoHubError

app = typer.Typer(no_args_is_help=True)

NameOrFolder = Annotated[str, typer.Argument(metavar="NAME|DIR", help="A connector's name, or its folder.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the connectors of this repository: kind, grade, and what each can receive, poll and push."""
    found = [connectors.capabilities(catalogue.connector(name)) for name in catalogue.names()]
    say(as_json=as_json, content=found, people=_show)


def _show(content: list[dict[str, Any]]) -> None:
    columns = ("channel", "kind", "grade", "receives", "polls", "pushes")
    rows = [[_joined(each[name]) for name in columns] for each in content]
    output.table("Connectors", columns, rows)


def _joined(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


@app.command()
def show(name: NameOrFolder, as_json: AsJson = False) -> None:
    """Show what a connector can do, which secrets it needs, its limits and its oddities."""
    say(as_json=as_json, content=_described(name), people=_show_one)


def _described(name: str) -> dict[str, Any]:
    """Describe a connector: of this repository, of a folder, or registered with the running hub."""
    try:
        return connectors.details(catalogue.find(name))
    except ManifestError:
        try:
            hub = target.current()
        except NoHubError:
            hub = None
        if hub is None:
            raise
        described: dict[str, Any] = Api(hub).get(f"/v1/connectors/{quote(name, safe='')}")
        return described


def _show_one(content: dict[str, Any]) -> None:
    about = ("channel", "kind", "grade", "api_version", "version", "versions", "secrets", "limits", "docs")
    output.pairs(str(content["name"]), {name: content.get(name) for name in about})
    columns = ("does", "what", "how")
    output.table("Capabilities", columns, [[each[name] for name in columns] for each in content["does"]])
    output.table("Oddities", ("",), [[each] for each in content["oddities"]])


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="The channel's name: small letters, digits, - and _.")],
    kind: Annotated[str, typer.Option(help="pos, ecommerce, marketplace, carrier or crm.")],
    dir_: Annotated[
        Path | None, typer.Option("--dir", help="Write below this folder instead of into this repository.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the files of a new connector for you to fill in. They pass lint as they are.

    It also lists what is left to do for the next grade, silver.
    """
    files = scaffold.write(name, kind, dir_ or catalogue.FOLDER.parent)
    # Checked as the next grade: its faults are what is left to do.
    to_do = lint.lint([files[0].parent], grade="silver")
    content = {"connector": name, "files": [str(file) for file in files], "to_do": [vars(each) for each in to_do]}
    say(as_json=as_json, content=content, people=_show_new)


def _show_new(content: dict[str, Any]) -> None:
    output.out.print(*content["files"], sep="\n")
    rows = [[each["file"], each["check"], each["message"]] for each in content["to_do"]]
    output.table("Bronze; to do for silver", ("file", "check", "what"), rows)


@app.command("lint")
def lint_(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME|DIR", help="Connectors or their folders. Without any, all of this repository."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check the manifests, mappings and samples of connectors. Exit code 1 where there is a fault."""
    faults = lint.lint([catalogue.folder_of(name) for name in names] if names else None)
    content = {"connectors": names or catalogue.names(), "faults": [vars(fault) for fault in faults]}
    say(as_json=as_json, content=content, people=_show_faults)
    raise typer.Exit(1 if faults else 0)


def _show_faults(content: dict[str, Any]) -> None:
    if content["faults"]:
        rows = [[fault["file"], fault["check"], fault["message"]] for fault in content["faults"]]
        output.table("Faults", ("file", "check", "what"), rows)
    else:
        output.step(f"{len(content['connectors'])} connectors without a fault")


@app.command("test")
def try_out(name: NameOrFolder, as_json: AsJson = False) -> None:
    """Test a connector with the conformance kit. It needs no account at the channel: its samples are enough.

    Exit code 1 where there is a fault.
    """
    kind = catalogue.find(name)
    faults = conformance.conform(kind)
    failed = {fault.check for fault in faults}
    states = dict.fromkeys(conformance.untried(kind), "nothing to try") | dict.fromkeys(failed, "fails")
    checks = [
        {"check": check, "result": states.get(check, "passes"), "proves": row.proves}
        for check, row in conformance.CHECKS.items()
    ]
    content = {"connector": kind.folder.name, "checks": checks, "faults": [vars(fault) for fault in faults]}
    say(as_json=as_json, content=content, people=_show_trial)
    raise typer.Exit(1 if faults else 0)


def _show_trial(content: dict[str, Any]) -> None:
    columns: tuple[str, ...] = ("result", "check", "proves")
    output.table(content["connector"], columns, [[each[name] for name in columns] for each in content["checks"]])
    if content["faults"]:
        columns = ("check", "subject", "message")
        output.table("Faults", columns, [[fault[name] for name in columns] for fault in content["faults"]])


@app.command()
def register(name: Annotated[str, typer.Argument(metavar="DIR")], as_json: AsJson = False) -> None:
    """Register a declarative connector (without code of its own) with the running hub. No deployment is needed.

    The hub lints and tests it first. Its connections use the new version at once. Exit code 1 where there is a fault.
    """
    parts = bundle.parts_of(catalogue.find(name))
    try:
        _, content = Api(target.current()).post("/v1/connectors", json.dumps(parts).encode())
    except ApiError as error:
        if "faults" not in error.problem:
            raise
        say(as_json=as_json, content={"connector": None, "faults": error.problem["faults"]}, people=_show_faults)
        raise typer.Exit(1) from error
    say(as_json=as_json, content={**content, "faults": []}, people=_show_registered)


def _show_registered(content: dict[str, Any]) -> None:
    output.step(f"{content['connector']} is registered as version {content['version']}")


@app.command("try")
def try_(
    name: NameOrFolder,
    topic: str,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    headers: Annotated[
        Path | None, typer.Option(help="A file of `Name: value` lines. Only Content-Type is used.")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="A setting as NAME=VALUE, e.g. timezone=Europe/Paris. Repeatable.")
    ] = None,
    unmapped: Annotated[
        bool, typer.Option(help="Instead, list the payload's paths that the mapping does not read.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Map one payload file and print its facts. It writes nothing and needs no hub.

    Use it while you write a mapping.
    """
    kind = catalogue.find(name)
    if unmapped:
        say(
            as_json=as_json,
            content=trial.unmapped(kind, topic, file),
            people=lambda said: output.out.print(*said, sep="\n"),
        )
        return
    facts = trial.facts(kind, topic, file, set_ or [], _content_type(headers))
    say(
        as_json=as_json,
        content=[trial.plain(each) for each in facts],
        people=lambda said: output.out.print_json(data=said),
    )


def _content_type(headers: Path | None) -> str | None:
    if headers is None:
        return None
    lines = (line.partition(":") for line in headers.read_text().splitlines())
    return next((value.strip() for name, _, value in lines if name.strip().lower() == "content-type"), None)
