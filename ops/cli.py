"""The command `tributary`. With --json every command prints one JSON document. Exit code 0 means that it was done."""

import signal
import sys
import threading
from pathlib import Path
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError
from urllib3.exceptions import HTTPError

from connectors.errors import ConnectorError
from connectors.translation import ContractBreachError, MappingError, PayloadError
from mappings.errors import MappingFileError
from ops.commands import connections, connectors, customers, events, orders, output, replays, stock, tenants
from ops.commands.options import AsJson
from ops.commands.output import say, step
from ops.hub import queues, target
from ops.hub.cloud import Cloud, CloudError
from ops.hub.deploy import DeployError, deploy_hub
from ops.hub.package import PackageError, build_aws, build_local
from ops.hub.target import ApiError, NoHubError

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Tributary: one customer, one stock, one order across your retail channels.",
)
app.add_typer(
    connectors.app,
    name="connectors",
    help="List, write, check and try connectors: what teaches the hub to speak with a channel.",
)
app.add_typer(
    connections.connections,
    name="connections",
    help="Add, change and remove connections: the accounts at channels that the hub serves.",
)
app.add_typer(events.events, name="events", help="See what came in and what became of it, and replay it.")
app.add_typer(events.quarantine, name="quarantine", help="See what failed and waits for a person, and try it again.")
app.add_typer(
    customers.app,
    name="customers",
    help="Find, merge, export and erase customers: one record per person over all channels.",
)
app.add_typer(stock.app, name="stock", help="See, reserve and plan stock: one stock over all channels.")
app.add_typer(orders.app, name="orders", help="Find orders of every channel.")
app.add_typer(tenants.app, name="tenants", help="Say which tenants share their customers.")
app.command("feed")(events.feed)
events.events.command("replay")(replays.replay)
events.quarantine.command("redrive")(replays.redrive)

EXPECTED = (
    ApiError,
    NoHubError,
    CloudError,
    DeployError,
    PackageError,
    ConnectorError,
    MappingError,
    MappingFileError,
    PayloadError,
    ContractBreachError,
    ClientError,
    BotoCoreError,
    HTTPError,
    OSError,
)


@app.command()
def up(
    port: Annotated[int | None, typer.Option(help="The port on 127.0.0.1. By default any free port.")] = None,
    data: Annotated[
        Path | None, typer.Option(help="Keep the state in this folder, so that a later `up` goes on from it.")
    ] = None,
    detach: Annotated[bool, typer.Option(help="Return at once and leave the hub running.")] = False,
    as_json: AsJson = False,
) -> None:
    """Start the hub on this machine, on an embedded AWS. No account is needed.

    It deploys the same templates and functions as in AWS, then prints the addresses and the token of the API. It runs
    until Ctrl-C, or with --detach until `tributary down`. Without --data nothing is kept.
    """
    if target.noted() is not None:
        raise NoHubError("a hub runs here already: `tributary status` shows it, `tributary down` ends it")
    step("starting the embedded cloud")
    cloud = Cloud.start(data, port, detach=detach)
    try:
        step("deploying infra/data.yaml and infra/hub.yaml")
        hub = deploy_hub(cloud.client, build_local(), endpoint=cloud.endpoint)
        content = target.note(cloud, hub)
    except BaseException:
        cloud.stop()
        raise
    say(as_json=as_json, content=_shown(content), people=_show_up)
    if not detach:
        _wait_for_the_end(cloud)


def _shown(content: dict[str, Any]) -> dict[str, Any]:
    return {name: content[name] for name in ("webhooks", "api", "token", "console")}


def _show_up(content: dict[str, Any]) -> None:
    output.pairs("The hub is up", content)


def _wait_for_the_end(cloud: Cloud) -> None:
    """Wait for Ctrl-C or SIGTERM, then save the state and leave no process behind."""
    sys.stdout.flush()
    ended = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: ended.set())
    step("running; Ctrl-C ends it")
    while not ended.wait(0.5) and cloud.is_running():
        pass
    cloud.stop()
    target.note_file().unlink(missing_ok=True)


@app.command()
def down(as_json: AsJson = False) -> None:
    """Stop the hub that `tributary up` started here. State kept with --data stays."""
    content = target.noted()
    if content is not None:
        target.embedded(content).stop()
    target.note_file().unlink(missing_ok=True)
    say(as_json=as_json, content={"was_running": content is not None}, people=lambda said: step(str(said)))


@app.command()
def status(as_json: AsJson = False) -> None:
    """Show the addresses of the hub and how much waits in its queues. Exit code 1 where no hub runs."""
    hub = target.current()
    content = {"webhooks": hub.webhooks_url, "api": f"{hub.api_url}/v1", "queues": queues.depths(hub)}
    say(as_json=as_json, content=content, people=_show_status)


def _show_status(content: dict[str, Any]) -> None:
    output.pairs("The hub is up", {name: content[name] for name in ("webhooks", "api")})
    rows = [(name, depth["waiting"], depth["in_flight"]) for name, depth in content["queues"].items()]
    output.table("Queues", ("queue", "waiting", "in flight"), rows)


@app.command()
def demo(as_json: AsJson = False) -> None:
    """Play a trading day through five channels, and check in the evening that the hub and every channel agree.

    It starts a hub of its own, with stand-ins for the channels, and stops both at the end. Exit code 1 where they
    disagree or an event was lost.
    """
    from ops.demo import play  # noqa: PLC0415 - it brings the stand-ins along

    result = play(people=not as_json)
    if as_json:
        say(as_json=True, content=result, people=lambda _: None)
    raise typer.Exit(0 if result["ok"] else 1)


@app.command()
def deploy(
    name: Annotated[str, typer.Option(help="The hub's name. Its stacks begin with it.")] = "tributary",
    as_json: AsJson = False,
) -> None:
    """Deploy the hub to AWS: the account and region of the current credentials.

    Use it for the first deployment and for every update. Set TRIBUTARY_HUB to the hub's name to let the other
    commands speak to it.
    """
    import boto3  # noqa: PLC0415 - slow to import

    step("building the package")
    package = build_aws()
    step(f"deploying {len(package) / 1e6:.1f} MB as {name}")
    hub = deploy_hub(boto3.session.Session().client, package, name=name)
    content = {"webhooks": hub.webhooks_url, "api": f"{hub.api_url}/v1", "token": hub.token}
    say(as_json=as_json, content=content, people=_show_up)


def main() -> None:
    """Run the command. An expected failure is one line that says what, where and what next, with exit code 1."""
    try:
        app()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        output.complain(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}")
        sys.exit(1)
    except EXPECTED as error:
        output.complain(str(error))
        sys.exit(1)
