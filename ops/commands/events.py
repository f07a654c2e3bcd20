"""`tributary connections …`, `events …`, `quarantine …`, `feed`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from connectors.connection import Connection
from ops.commands import feeding, printing, trying
from ops.commands.options import AsJson, Cursor
from ops.commands.printing import say, step
from ops.hub import connections as connecting
from ops.hub import target
from ops.hub.deploy import Hub
from ops.hub.target import Api

connections = typer.Typer(no_args_is_help=True)
events = typer.Typer(no_args_is_help=True)
quarantine = typer.Typer(no_args_is_help=True)

PUBLIC = {"secret_arn"}


@connections.command("add")
def add(
    connector: str,
    id_: Annotated[str, typer.Option("--id", help="Your name for the account, e.g. shop-fr.")],
    base_url: Annotated[str, typer.Option(help="Where the channel's API answers.")],
    set_: Annotated[list[str] | None, typer.Option("--set", help="A setting, e.g. timezone=Europe/Paris.")] = None,
    secret: Annotated[
        list[str] | None, typer.Option("--secret", help="NAME=VALUE, for each the connector names.")
    ] = None,
    event_bus: Annotated[
        str, typer.Option(help="The partner event bus that brings the channel's events (Salesforce).")
    ] = "",
    tenant: str = target.TENANT,
    as_json: AsJson = False,
) -> None:
    """Register an account at a channel."""
    fields = {"connection_id": id_, "connector": connector, "tenant": tenant, "base_url": base_url.rstrip("/")}
    secrets = dict(pair.partition("=")[::2] for pair in secret or [])
    step(f"deploying infra/connection.yaml for {id_}")
    hub = target.current()
    made = connecting.add(hub, {**fields, **trying.settings(set_ or [])}, secrets, event_bus)
    say(as_json=as_json, content=_shown(hub, made), people=lambda said: printing.pairs(id_, said))


def _shown(hub: Hub, connection: Connection) -> dict[str, Any]:
    return {**connection.model_dump(exclude=PUBLIC), **connecting.inbound_queue(hub, connection.connection_id)}


@connections.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the connections."""
    found = [each.model_dump(exclude=PUBLIC) for each in connecting.listed(target.current())]
    say(as_json=as_json, content=found, people=_show_connections)


def _show_connections(content: list[dict[str, Any]]) -> None:
    columns = ("connection_id", "connector", "tenant", "status", "base_url", "webhook_url")
    printing.table("Connections", columns, [[each[name] for name in columns] for each in content])


@connections.command()
def show(connection_id: str, as_json: AsJson = False) -> None:
    """Show a connection."""
    hub = target.current()
    content = _shown(hub, connecting.load(hub, connection_id))
    say(as_json=as_json, content=content, people=lambda said: printing.pairs(connection_id, said))


@connections.command()
def pause(connection_id: str, as_json: AsJson = False) -> None:
    """Stop pushing to a channel and polling it; what it sends is still taken."""
    made = connecting.pause(target.current(), connection_id)
    say(
        as_json=as_json,
        content={"status": made.status},
        people=lambda said: step(f"{connection_id} is {said['status']}"),
    )


@connections.command()
def resume(connection_id: str, as_json: AsJson = False) -> None:
    """Go on with a paused channel."""
    made = connecting.resume(target.current(), connection_id)
    say(
        as_json=as_json,
        content={"status": made.status},
        people=lambda said: step(f"{connection_id} is {said['status']}"),
    )


@connections.command()
def rotate(
    connection_id: str,
    secret: Annotated[str, typer.Option("--secret", help="NAME=VALUE, the new one.")],
    as_json: AsJson = False,
) -> None:
    """Change a secret; the old one verifies what was signed with it for another day."""
    name, _, value = secret.partition("=")
    connecting.rotate(target.current(), connection_id, name, value)
    say(as_json=as_json, content={"rotated": name}, people=lambda said: step(f"{said['rotated']} is changed"))


@connections.command()
def remove(connection_id: str, as_json: AsJson = False) -> None:
    """Forget a connection and its secret. Records stay."""
    connecting.remove(target.current(), connection_id)
    say(as_json=as_json, content={"removed": connection_id}, people=lambda said: step(f"{said['removed']} is removed"))


@events.command("list")
def list_events(
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50, cursor: Cursor = None, as_json: AsJson = False
) -> None:
    """List what came in, newest first."""
    found = Api(target.current()).get("/v1/events", limit=str(limit), cursor=cursor)
    say(as_json=as_json, content=found, people=_show_events)


def _show_events(content: dict[str, Any]) -> None:
    columns = ("received_at", "event_id", "connection_id", "topic", "outcome", "reason")
    printing.table("Events", columns, [[each.get(name) for name in columns] for each in content["events"]])
    printing.more(content)


@events.command("show")
def show_event(event_id: str, as_json: AsJson = False) -> None:
    """Show the whole trace of an event, from the bytes to every channel's answer."""
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
    printing.pairs(content["event_id"], {name: content.get(name) for name in about})
    records = [(each["record"], each["id"]) for each in content.get("records", [])]
    printing.table("Records it changed", ("record", "id"), records)
    rows = [
        (each["push"], each["outcome"], each["value"], each.get("why"), each["attempts"]) for each in content["pushes"]
    ]
    printing.table("What each channel was told", ("push", "outcome", "value", "why", "attempts"), rows)
    for caused in content["caused"]:
        printing.out.rule(f"caused by {content['event_id']}")
        show_trace(caused)


@quarantine.command("list")
def list_quarantine(cursor: Cursor = None, as_json: AsJson = False) -> None:
    """List events that could not be translated, and pushes that a channel refused, with the reason."""
    found = Api(target.current()).get("/v1/quarantine", cursor=cursor)
    say(as_json=as_json, content=found, people=_show_quarantine)


def _show_quarantine(content: dict[str, Any]) -> None:
    columns = ("at", "cause", "connection_id", "code", "reason")
    printing.table("Quarantined events", columns, [[each[name] for name in columns] for each in content["events"]])
    columns = ("at", "cause", "id", "code", "why")
    printing.table("Failed pushes", columns, [[each[name] for name in columns] for each in content["pushes"]])
    printing.more(content)


def feed(
    connection_id: str,
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)],
    topic: Annotated[str | None, typer.Option(help="What the files are, where the body does not say.")] = None,
    as_json: AsJson = False,
) -> None:
    """Send files through the front door, signed as the channel would."""
    hub = target.current()
    sent = [feeding.feed(hub, connection_id, file, topic) for file in files]
    say(as_json=as_json, content=sent, people=_show_fed)
    raise typer.Exit(0 if all(each["status"] in (200, 202) for each in sent) else 1)


def _show_fed(content: list[dict[str, Any]]) -> None:
    rows = [(each["file"], each["status"], each.get("event_id") or each.get("detail")) for each in content]
    printing.table("Sent", ("file", "status", "answer"), rows)


def queues(hub: Hub) -> dict[str, dict[str, int]]:
    """Say how much waits in each of the hub's queues, and how much is being worked on."""
    sqs = hub.clients("sqs")
    depths = {}
    for url in sqs.list_queues(QueueNamePrefix=hub.name, MaxResults=1000).get("QueueUrls", []):
        names = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ]
        said = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        waiting = int(said[names[0]]) + int(said.get(names[2], 0))
        depths[url.rpartition("/")[2]] = {"waiting": waiting, "in_flight": int(said[names[1]])}
    return depths
