"""`tributary connections …`: the accounts at channels that the hub serves."""

from typing import Annotated, Any

import typer

from connectors.connection import Connection
from ops.commands import output, trial
from ops.commands.options import AsJson
from ops.commands.output import say, step
from ops.hub import connections as connecting
from ops.hub import target
from ops.hub.deploy import Hub

connections = typer.Typer(no_args_is_help=True)
PUBLIC = {"secret_arn"}


@connections.command("add")
def add(
    connector: str,
    id_: Annotated[str, typer.Option("--id", help="Your name for this connection, e.g. shop-fr.")],
    base_url: Annotated[str, typer.Option(help="Where the channel's API answers.")],
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="A setting as NAME=VALUE, e.g. timezone=Europe/Paris. Repeatable.")
    ] = None,
    secret: Annotated[
        list[str] | None,
        typer.Option("--secret", help="A secret as NAME=VALUE: all that the connector names. Repeatable."),
    ] = None,
    event_bus: Annotated[
        str, typer.Option(help="The partner event bus that brings the channel's events, e.g. of Salesforce.")
    ] = "",
    tenant: str = target.TENANT,
    as_json: AsJson = False,
) -> None:
    """Add a connection: one account at a channel.

    It deploys the connection's stack, stores its secrets, and prints the address to enter as webhook at the channel.
    `tributary connectors show NAME` says which secrets a connector needs.
    """
    fields = {"connection_id": id_, "connector": connector, "tenant": tenant, "base_url": base_url.rstrip("/")}
    secrets = dict(pair.partition("=")[::2] for pair in secret or [])
    step(f"deploying infra/connection.yaml for {id_}")
    hub = target.current()
    made = connecting.add(hub, {**fields, **trial.settings(set_ or [])}, secrets, event_bus)
    say(as_json=as_json, content=_shown(hub, made), people=lambda said: output.pairs(id_, said))


def _shown(hub: Hub, connection: Connection) -> dict[str, Any]:
    return {**connection.model_dump(exclude=PUBLIC), **connecting.inbound_queue(hub, connection.connection_id)}


@connections.command("list")
def list_(as_json: AsJson = False) -> None:
    """List all connections, with their status and the addresses of their webhooks."""
    found = [each.model_dump(exclude=PUBLIC) for each in connecting.listed(target.current())]
    say(as_json=as_json, content=found, people=_show_connections)


def _show_connections(content: list[dict[str, Any]]) -> None:
    columns = ("connection_id", "connector", "tenant", "status", "base_url", "webhook_url")
    output.table("Connections", columns, [[each[name] for name in columns] for each in content])


@connections.command()
def show(connection_id: str, as_json: AsJson = False) -> None:
    """Show one connection with its settings, but without its secrets."""
    hub = target.current()
    content = _shown(hub, connecting.load(hub, connection_id))
    say(as_json=as_json, content=content, people=lambda said: output.pairs(connection_id, said))


@connections.command()
def pause(connection_id: str, as_json: AsJson = False) -> None:
    """Stop pushing to a channel and polling it. What it sends is still taken.

    Use it while a channel is being repaired. Pushes wait up to 14 days for `resume`.
    """
    made = connecting.pause(target.current(), connection_id)
    say(
        as_json=as_json,
        content={"status": made.status},
        people=lambda said: step(f"{connection_id} is {said['status']}"),
    )


@connections.command()
def resume(connection_id: str, as_json: AsJson = False) -> None:
    """Push to a paused channel and poll it again. The pushes that waited are worked on."""
    made = connecting.resume(target.current(), connection_id)
    say(
        as_json=as_json,
        content={"status": made.status},
        people=lambda said: step(f"{connection_id} is {said['status']}"),
    )


@connections.command()
def rotate(
    connection_id: str,
    secret: Annotated[str, typer.Option("--secret", help="The secret and its new value as NAME=VALUE.")],
    as_json: AsJson = False,
) -> None:
    """Change a secret of a connection.

    For a day, webhooks that were signed with the old value are still accepted.
    """
    name, _, value = secret.partition("=")
    connecting.rotate(target.current(), connection_id, name, value)
    say(as_json=as_json, content={"rotated": name}, people=lambda said: step(f"{said['rotated']} is changed"))


@connections.command()
def remove(connection_id: str, as_json: AsJson = False) -> None:
    """Remove a connection: its stack, its queues and its secret.

    What is in the queues is lost. Records that came from the channel stay.
    """
    connecting.remove(target.current(), connection_id)
    say(as_json=as_json, content={"removed": connection_id}, people=lambda said: step(f"{said['removed']} is removed"))
