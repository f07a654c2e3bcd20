"""`tributary events …`, `tributary quarantine …` and `tributary feed`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ops.commands import feed as feeding
from ops.commands import output
from ops.commands.options import AsJson, Cursor
from ops.commands.output import say
from ops.hub import target
from ops.hub.target import Api

events = typer.Typer(no_args_is_help=True)
quarantine = typer.Typer(no_args_is_help=True)


@events.command("list")
def list_events(
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50, cursor: Cursor = None, as_json: AsJson = False
) -> None:
    """List the events that came in from channels, newest first, with their outcomes."""
    found = Api(target.current()).get("/v1/events", limit=str(limit), cursor=cursor)
    say(as_json=as_json, content=found, people=_show_events)


def _show_events(content: dict[str, Any]) -> None:
    columns = ("received_at", "event_id", "connection_id", "topic", "outcome", "reason")
    output.table("Events", columns, [[each.get(name) for name in columns] for each in content["events"]])
    output.more(content)


@events.command("show")
def show_event(event_id: str, as_json: AsJson = False) -> None:
    """Show the whole trace of an event: what came in, which records it changed, and what each channel was told."""
    say(as_json=as_json, content=Api(target.current()).get(f"/v1/events/{event_id}"), people=show_trace)


def show_trace(content: dict[str, Any]) -> None:
    """Print a trace for people."""
    about = (
        "connection_id",
        "topic",
        "received_at",
        "size",
        "digest",
        "outcome",
        "mapping",
        "connector",
        "code",
        "reason",
        "pointer",
    )
    output.pairs(content["event_id"], {name: content.get(name) for name in about})
    records = [(each["record"], each["id"]) for each in content.get("records", [])]
    output.table("Records it changed", ("record", "id"), records)
    rows = [
        (each["push"], each["outcome"], each["value"], each.get("why"), each["attempts"]) for each in content["pushes"]
    ]
    output.table("What each channel was told", ("push", "outcome", "value", "why", "attempts"), rows)
    for caused in content["caused"]:
        output.out.rule(f"caused by {content['event_id']}")
        show_trace(caused)


@quarantine.command("list")
def list_quarantine(cursor: Cursor = None, as_json: AsJson = False) -> None:
    """List the events that could not be mapped and the pushes that failed, with the reasons.

    Mend the cause, then run `tributary quarantine redrive`.
    """
    found = Api(target.current()).get("/v1/quarantine", cursor=cursor)
    say(as_json=as_json, content=found, people=_show_quarantine)


def _show_quarantine(content: dict[str, Any]) -> None:
    columns = ("at", "cause", "connection_id", "code", "reason")
    output.table("Quarantined events", columns, [[each[name] for name in columns] for each in content["events"]])
    columns = ("at", "cause", "id", "code", "why")
    output.table("Failed pushes", columns, [[each[name] for name in columns] for each in content["pushes"]])
    output.more(content)


def feed(
    connection_id: str,
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)],
    topic: Annotated[
        str | None, typer.Option(help="The topic of the files, where their content does not name it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Send payload files to the hub, signed as the channel signs its webhooks.

    Use it to try a connection, or to bring in payloads that you have as files. Exit code 1 where the hub refused one.
    """
    hub = target.current()
    sent = [feeding.feed(hub, connection_id, file, topic) for file in files]
    say(as_json=as_json, content=sent, people=_show_fed)
    raise typer.Exit(0 if all(each["status"] in (200, 202) for each in sent) else 1)


def _show_fed(content: list[dict[str, Any]]) -> None:
    rows = [(each["file"], each["status"], each.get("event_id") or each.get("detail")) for each in content]
    output.table("Sent", ("file", "status", "answer"), rows)
