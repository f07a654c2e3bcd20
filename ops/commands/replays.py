"""`tributary events replay`, `quarantine redrive`: doing again what was received."""

from typing import Annotated, Any, Literal

import typer

from ops.commands import printing
from ops.commands.options import AsJson
from ops.commands.printing import say
from ops.hub import target
from ops.hub.target import Api

Map = Annotated[
    Literal["now", "then"], typer.Option("--map", help="With today's mapping, or the version that mapped it then.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done, and what it would give.")]
ConnectionId = Annotated[str | None, typer.Option("--connection", help="Only what this connection sent.")]
Topic = Annotated[str | None, typer.Option(help="Only this topic.")]


def replay(
    event_id: Annotated[str | None, typer.Argument(help="One event; without it, all that fit.")] = None,
    connection: ConnectionId = None,
    topic: Topic = None,
    outcome: Annotated[
        str | None, typer.Option(help="Only what is received, quarantined, applied or unchanged.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="Received from then on, e.g. 2026-01-31T09:00:00Z.")] = None,
    until: Annotated[str | None, typer.Option(help="Received until then.")] = None,
    map_as: Map = "now",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Do events again. One whose mapping is still the same changes nothing."""
    if event_id is not None:
        made = Api(target.current()).send(f"/v1/events/{event_id}/replay", {"map": map_as, "dry_run": dry_run})
        done = {"map": map_as, "dry_run": dry_run, "sent": int(made["sent"]), "events": [made]}
    else:
        asked = {"connection": connection, "topic": topic, "outcome": outcome, "since": since, "until": until}
        done = _page_by_page({**asked, "map": map_as, "dry_run": dry_run})
    say(as_json=as_json, content=done, people=_show)


def redrive(
    connection: ConnectionId = None,
    topic: Topic = None,
    map_as: Map = "now",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Do again what was quarantined, after the mapping or the connection was mended."""
    asked = {"connection": connection, "topic": topic, "outcome": "quarantined", "map": map_as, "dry_run": dry_run}
    say(as_json=as_json, content=_page_by_page(asked), people=_show)


def _page_by_page(asked: dict[str, Any]) -> dict[str, Any]:
    """Ask for one page after the other; whatever a page says before an error is done."""
    api = Api(target.current())
    said = {name: value for name, value in asked.items() if value is not None}
    done: dict[str, Any] = {"map": asked["map"], "dry_run": asked["dry_run"], "sent": 0, "events": []}
    while True:
        page = api.send("/v1/replays", said)
        done["sent"] += page["sent"]
        done["events"] += page["events"]
        if page["cursor"] is None:
            return done
        said["cursor"] = page["cursor"]


def _show(content: dict[str, Any]) -> None:
    columns = ("event_id", "connection_id", "topic", "outcome", "will")
    rows = [[*(each[name] for name in columns), _what(each)] for each in content["events"]]
    printing.table("Replay", (*columns, "what"), rows)
    printing.step(f"{content['sent']} of {len(rows)} events go to normalise again")


def _what(each: dict[str, Any]) -> str:
    facts = f"{each['facts']} facts" if "facts" in each else None
    return str(each.get("why") or each.get("reason") or facts or each.get("connector", ""))
