"""`tributary orders …`: find orders of every channel."""

from typing import Annotated, Any

import typer

from ops.commands import output
from ops.commands.options import AsJson, Cursor
from ops.commands.output import say
from ops.hub import target
from ops.hub.target import Api

app = typer.Typer(no_args_is_help=True)


@app.command("show")
def show_order(order_id: str, as_json: AsJson = False) -> None:
    """Show an order: its statuses, lines, money, and what is left to do for a person."""
    say(as_json=as_json, content=Api(target.current()).get(f"/v1/orders/{order_id}"), people=_show_order)


def _show_order(content: dict[str, Any]) -> None:
    about = (
        "order_id",
        "connection_id",
        "channel_order_id",
        "label",
        "placed_at",
        "status",
        "statuses",
        "customer_id",
        "money",
        "links",
    )
    output.pairs(content["order_id"], {name: content.get(name) for name in about})
    rows = [
        (line["line_id"], line.get("sku"), line.get("title"), *line["quantity"].values())
        for line in content.get("line_items", [])
    ]
    if content.get("tasks"):
        columns = ("type", "line_id", "quantity", "amount", "currency")
        output.table("To do", columns, [[task.get(name) for name in columns] for task in content["tasks"]])
    output.table("Lines", ("line", "sku", "title", "ordered", "cancelled", "fulfilled", "returned"), rows)


@app.command("list")
def list_orders(
    customer: str | None = None,
    connection: str | None = None,
    channel_order_id: str | None = None,
    cursor: Cursor = None,
    as_json: AsJson = False,
) -> None:
    """List a customer's orders, or find an order by its connection and the channel's own id."""
    asked = {"customer": customer, "connection_id": connection, "channel_order_id": channel_order_id, "cursor": cursor}
    found = Api(target.current()).get("/v1/orders", **asked)
    say(as_json=as_json, content=found, people=_show_orders)


def _show_orders(content: dict[str, Any]) -> None:
    columns = ("order_id", "connection_id", "label", "placed_at", "status")
    output.table("Orders", columns, [[each.get(name) for name in columns] for each in content["orders"]])
    output.more(content)


@app.command("link")
def link_orders(
    order_id: str,
    other_id: str,
    kind: Annotated[str, typer.Option("--type", help="exchange, extra_purchase, replacement or split.")],
    as_json: AsJson = False,
) -> None:
    """Link two orders that belong to one purchase, e.g. an order and its exchange."""
    made = Api(target.current()).send(f"/v1/orders/{order_id}/links", {"order_id": other_id, "type": kind})
    say(as_json=as_json, content=made, people=_show_order)
