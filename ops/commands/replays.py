"""`tributary events replay` and `tributary quarantine redrive`: do received events again."""

from typing import Annotated, Any, Literal

import typer

from ops.commands import output
from ops.commands.options import AsJson
from ops.commands.output import say
from ops.hub import target
from ops.hub.target import Api

Map = Annotated[
    Literal["now", "then"],
    typer.Option("--map", help="now: with today's mapping. then: with the version that mapped the event before."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Change nothing. Say what would be done and what would come of it.")
]
ConnectionId = Annotated[str | None, typer.Option("--connection", help="Only events of this connection.")]
Topic = Annotated[str | None, typer.Option(help="Only events of this topic.")]


def replay(
    event_id: Annotated[str | None, typer.Argument(help="One event. Without it, all that fit the options.")] = None,
    connection: ConnectionId = None,
    topic: Topic = None,
    outcome: Annotated[
        str | None, typer.Option(help="Only events with this outcome: received, quarantined, applied or unchanged.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Received at or after this time, e.g. 2026-01-31T09:00:00Z.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Received at or before this time.")] = None,
    map_as: Map = "now",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Replay events: map what was received again, and apply what comes of it.

    Use it after a mapping was corrected. An event that was applied with the same mapping changes nothing. Name one
    event, or say --since, or ask for --outcome quarantined.
    """
    if event_id is not None:
        made = Api(target.current()).send(f"/v1/events/{event_id}/replay", {"map": map_as, "dry_run": dry_run})
        done = {"map": map_as, "dry_run": dry_run, "sent": int(made["sent"]), "events": [made]}
    else:
        asked = {"connection_id": connection, "topic": topic, "outcome": outcome, "since": since, "until": until}
        done = _page_by_page({**asked, "map": map_as, "dry_run": dry_run})
    say(as_json=as_json, content=done, people=_show)


def redrive(
    connection: ConnectionId = None,
    topic: Topic = None,
    map_as: Map = "now",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Redrive: replay the events in quarantine.

    Use it after the mapping or the connection was mended.
    """
    asked = {"connection_id": connection, "topic": topic, "outcome": "quarantined", "map": map_as, "dry_run": dry_run}
    say(as_json=as_json, content=_page_by_page(asked), people=_show)


def _page_by_page(asked: dict[str, Any]) -> dict[str, Any]:
    """Replay page by page. An error ends it: the pages before it are done."""
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
    output.table("Replay", (*columns, "what"), rows)
    output.step(f"{content['sent']} of {len(rows)} events go to normalise again")


def _what(each: dict[str, Any]) -> str:
    facts = f"{each['facts']} facts" if "facts" in each else None
    return str(each.get("why") or each.get("reason") or facts or each.get("connector", ""))
