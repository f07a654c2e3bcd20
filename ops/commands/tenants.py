"""`tributary tenants …`: which tenants share their customers."""

from typing import Any

import typer

from ops.commands import output
from ops.commands.options import AsJson
from ops.commands.output import say, step
from ops.hub import target, tenants

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_tenants(as_json: AsJson = False) -> None:
    """List the tenants, the group that each shares its customers with, and whether that is settled."""
    say(as_json=as_json, content=tenants.policies(target.current()), people=_show_policies)


def _show_policies(content: list[dict[str, Any]]) -> None:
    columns = ("tenant", "group", "settled")
    output.table("Tenants", columns, [[each[name] for name in columns] for each in content])


@app.command()
def share(tenant: str, group: str, as_json: AsJson = False) -> None:
    """Let a tenant share its customers with the other tenants of a group.

    Its stock and orders stay its own. It must be said before the tenant's first connection is added.
    """
    say(as_json=as_json, content=tenants.share(target.current(), tenant, group), people=_show_policy)


@app.command()
def keep(tenant: str, as_json: AsJson = False) -> None:
    """Let a tenant keep its customers to itself. That is the rule where nothing is said.

    Use it to take `tenants share` back. It must be said before the tenant's first connection is added.
    """
    say(as_json=as_json, content=tenants.keep(target.current(), tenant), people=_show_policy)


def _show_policy(content: dict[str, Any]) -> None:
    whose = f"shares its customers with {content['group']}" if content["group"] else "keeps its customers to itself"
    step(f"{content['tenant']} {whose}")
