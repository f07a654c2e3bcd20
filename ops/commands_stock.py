"""`tributary stock …`: one stock over all channels."""

from typing import Annotated, Any

import typer

from ops import printing, running
from ops.options import AsJson
from ops.printing import say
from ops.running import Api

app = typer.Typer(no_args_is_help=True)


@app.command("show")
def show_stock(sku: str, as_json: AsJson = False) -> None:
    """Show a SKU at every place."""
    say(as_json=as_json, content=Api(running.current()).get(f"/v1/stock/{sku}"), people=_show_stock)


def _show_stock(content: dict[str, Any]) -> None:
    columns = ("location_id", "on_hand", "reserved", "safety", "available", "shortage", "owner", "counted_at")
    printing.table(content["sku"], columns, [[each[name] for name in columns] for each in content["locations"]])


@app.command("availability")
def show_availability(
    sku: str, connection: Annotated[str, typer.Option(help="The channel that asks.")], as_json: AsJson = False
) -> None:
    """Show what a channel may promise of a SKU."""
    found = Api(running.current()).get(f"/v1/stock/{sku}/availability", connection=connection)
    say(as_json=as_json, content=found, people=lambda said: printing.pairs(sku, said))


@app.command("ledger")
def show_ledger(sku: str, as_json: AsJson = False) -> None:
    """Explain every piece of a SKU."""
    say(as_json=as_json, content=Api(running.current()).get(f"/v1/stock/{sku}/ledger"), people=_show_ledger)


def _show_ledger(content: dict[str, Any]) -> None:
    for place, rows in content["locations"].items():
        columns = ("at", "pieces", "what", "by")
        printing.table(f"{content['sku']} at {place}", columns, [[row[name] for name in columns] for row in rows])
