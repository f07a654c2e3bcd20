"""`tributary customers …`, `stock …`, `orders …`: what the API knows of the records."""

from typing import Annotated, Any

import typer

from ops import printing, running
from ops.options import AsJson
from ops.printing import say
from ops.running import Api

customers = typer.Typer(no_args_is_help=True)
stock = typer.Typer(no_args_is_help=True)
orders = typer.Typer(no_args_is_help=True)


def _api() -> Api:
    return Api(running.current())


@customers.command("find")
def find_customers(
    email: str | None = None, phone: str | None = None, loyalty: str | None = None, as_json: AsJson = False
) -> None:
    """Find customers by e-mail, phone (E.164) or loyalty card."""
    asked = {"email": email, "phone": phone, "loyalty": loyalty}
    found = _api().get("/v1/customers", **{name: value for name, value in asked.items() if value})
    say(as_json=as_json, content=found, people=_show_customers)


def _show_customers(content: dict[str, Any]) -> None:
    for each in content["customers"]:
        _show_customer(each)


@customers.command("show")
def show_customer(customer_id: str, as_json: AsJson = False) -> None:
    """Show a golden record, and by which rule each source was linked."""
    say(as_json=as_json, content=_api().get(f"/v1/customers/{customer_id}"), people=_show_customer)


def _show_customer(content: dict[str, Any]) -> None:
    printing.pairs(content["customer_id"], {name: value for name, value in content.items() if name != "links"})
    rows = [(source, link["rule"], link["at"]) for source, link in content["links"].items()]
    printing.table("Linked by", ("source", "rule", "at"), rows)


@customers.command("timeline")
def show_timeline(customer_id: str, as_json: AsJson = False) -> None:
    """Show what happened with a customer over all channels, newest first."""
    say(as_json=as_json, content=_api().get(f"/v1/customers/{customer_id}/timeline"), people=_show_timeline)


def _show_timeline(content: dict[str, Any]) -> None:
    rows = [(each["at"], each["what"], each["connection_id"], each.get("label")) for each in content["timeline"]]
    printing.table("Timeline", ("at", "what", "channel", "order"), rows)


@stock.command("show")
def show_stock(sku: str, as_json: AsJson = False) -> None:
    """Show a SKU at every place."""
    say(as_json=as_json, content=_api().get(f"/v1/stock/{sku}"), people=_show_stock)


def _show_stock(content: dict[str, Any]) -> None:
    columns = ("location_id", "on_hand", "reserved", "safety", "available", "shortage", "owner", "counted_at")
    printing.table(content["sku"], columns, [[each[name] for name in columns] for each in content["locations"]])


@stock.command("availability")
def show_availability(
    sku: str, connection: Annotated[str, typer.Option(help="The channel that asks.")], as_json: AsJson = False
) -> None:
    """Show what a channel may promise of a SKU."""
    found = _api().get(f"/v1/stock/{sku}/availability", connection=connection)
    say(as_json=as_json, content=found, people=lambda said: printing.pairs(sku, said))


@stock.command("ledger")
def show_ledger(sku: str, as_json: AsJson = False) -> None:
    """Explain every piece of a SKU."""
    say(as_json=as_json, content=_api().get(f"/v1/stock/{sku}/ledger"), people=_show_ledger)


def _show_ledger(content: dict[str, Any]) -> None:
    for place, rows in content["locations"].items():
        columns = ("at", "pieces", "what", "by")
        printing.table(f"{content['sku']} at {place}", columns, [[row[name] for name in columns] for row in rows])


@orders.command("show")
def show_order(order_id: str, as_json: AsJson = False) -> None:
    """Show an order with its derived statuses."""
    say(as_json=as_json, content=_api().get(f"/v1/orders/{order_id}"), people=_show_order)


def _show_order(content: dict[str, Any]) -> None:
    about = ("order_id", "connection_id", "channel_order_id", "label", "placed_at", "status", "statuses", "customer_id")
    printing.pairs(content["order_id"], {name: content.get(name) for name in about})
    rows = [
        (line["line_id"], line.get("sku"), line.get("title"), *line["quantity"].values())
        for line in content.get("line_items", [])
    ]
    printing.table("Lines", ("line", "sku", "title", "ordered", "cancelled", "fulfilled", "returned"), rows)


@orders.command("list")
def list_orders(
    customer: str | None = None,
    connection: str | None = None,
    channel_order_id: str | None = None,
    as_json: AsJson = False,
) -> None:
    """List a customer's orders, or find one by its channel's own id."""
    asked = {"customer": customer, "connection": connection, "channel_order_id": channel_order_id}
    found = _api().get("/v1/orders", **{name: value for name, value in asked.items() if value})
    say(as_json=as_json, content=found, people=_show_orders)


def _show_orders(content: dict[str, Any]) -> None:
    columns = ("order_id", "connection_id", "label", "placed_at", "status")
    printing.table("Orders", columns, [[each.get(name) for name in columns] for each in content["orders"]])
