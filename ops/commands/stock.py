"""`tributary stock …`: one stock over all channels."""

import uuid
from typing import Annotated, Any

import typer

from ops.commands import output
from ops.commands.options import AsJson, Cursor
from ops.commands.output import say
from ops.hub import target
from ops.hub.target import Api

app = typer.Typer(no_args_is_help=True)
At = Annotated[str, typer.Option(help="The location.")]


@app.command("show")
def show_stock(sku: str, as_json: AsJson = False) -> None:
    """Show the stock of a SKU at every location."""
    say(as_json=as_json, content=Api(target.current()).get(f"/v1/stock/{sku}"), people=_show_stock)


def _show_stock(content: dict[str, Any]) -> None:
    names = ("location_id", "on_hand", "reserved", "safety", "tiers", "available", "incoming", "shortage", "owner")
    shown = (
        "place",
        "on hand",
        "held",
        "safety",
        "kept",
        "free",
        "coming",
        "short",
        "owner",
    )  # longer names do not fit into 80 columns
    rows = [
        [_tiers(each[name]) if name == "tiers" else each[name] or "" for name in names] for each in content["locations"]
    ]
    output.table(content["sku"], shown, rows)


def _tiers(kept: dict[str, str]) -> str:
    return ", ".join(f"{pieces} {tier}" for tier, pieces in sorted(kept.items()))


@app.command("availability")
def show_availability(
    sku: str,
    connection: Annotated[str, typer.Option(help="The channel that asks.")],
    tier: Annotated[
        str | None, typer.Option(help="The customer tier it asks for. Some pieces may be kept for one.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show how much of a SKU a channel may promise: available to promise, and what the channel should show."""
    asked = {"connection_id": connection, **({"tier": tier} if tier else {})}
    found = Api(target.current()).get(f"/v1/stock/{sku}/availability", **asked)
    say(as_json=as_json, content=found, people=lambda said: output.pairs(sku, said))


@app.command("ledger")
def show_ledger(sku: str, as_json: AsJson = False) -> None:
    """List the ledger of a SKU: which counts, sales and holds its numbers come from."""
    say(as_json=as_json, content=Api(target.current()).get(f"/v1/stock/{sku}/ledger"), people=_show_ledger)


def _show_ledger(content: dict[str, Any]) -> None:
    for place, rows in content["locations"].items():
        columns = ("at", "pieces", "what", "by", "of")
        output.table(f"{content['sku']} at {place}", columns, [[row[name] for name in columns] for row in rows])


@app.command("reserve")
def reserve(
    lines: Annotated[list[str], typer.Argument(help="SKU=PIECES. Repeatable.")],
    connection: Annotated[str, typer.Option(help="The connection of the channel that promises the pieces.")],
    at: Annotated[str | None, typer.Option(help="The location. By default the hub chooses.")] = None,
    tier: Annotated[str | None, typer.Option(help="The customer's tier.")] = None,
    minutes: Annotated[int, typer.Option(help="How long the pieces are held.")] = 15,
    key: Annotated[
        str | None, typer.Option(help="The idempotency key: the same key again gives the same reservation.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Reserve pieces for a while: all of them or none.

    An order takes them over with `stock confirm`. Otherwise they are free again when the time is over.
    """
    wanted = [{"sku": sku, "quantity": pieces} for sku, pieces in _pairs(lines)]
    asked = {"connection_id": connection, "lines": wanted, "location_id": at, "tier": tier, "expires_in": minutes * 60}
    content = {name: value for name, value in asked.items() if value is not None}
    headers = {"Idempotency-Key": key or str(uuid.uuid4())}
    say(
        as_json=as_json,
        content=Api(target.current()).send("/v1/reservations", content, headers=headers),
        people=_show_reservation,
    )


def _pairs(texts: list[str]) -> list[tuple[str, str]]:
    found = []
    for text in texts:
        sku, sign, pieces = text.rpartition("=")
        if not sign:
            raise typer.BadParameter(f"{text} is not SKU=PIECES")
        found.append((sku, pieces))
    return found


def _show_reservation(content: dict[str, Any]) -> None:
    about = ("status", "connection_id", "tier", "until", "order", "order_id")
    output.pairs(content["reservation_id"], {name: content[name] for name in about if content[name]})
    columns = ("sku", "location_id", "quantity")
    output.table("Takes", columns, [[each[name] for name in columns] for each in content["takes"]])


@app.command("reservation")
def show_reservation(reservation_id: str, as_json: AsJson = False) -> None:
    """Show a reservation: its status, until when it holds, and what it takes from where."""
    found = Api(target.current()).get(f"/v1/reservations/{reservation_id}")
    say(as_json=as_json, content=found, people=_show_reservation)


@app.command("confirm")
def confirm(
    reservation_id: str,
    order: Annotated[str, typer.Option(help="The order's connection and the channel's own id, e.g. shop/1001.")],
    as_json: AsJson = False,
) -> None:
    """Let an order take over the pieces of a reservation. The order itself may arrive later."""
    made = Api(target.current()).send(f"/v1/reservations/{reservation_id}/confirm", {"order": order})
    say(as_json=as_json, content=made, people=_show_reservation)


@app.command("release")
def release(reservation_id: str, as_json: AsJson = False) -> None:
    """Release a reservation: its pieces are free at once."""
    made = Api(target.current()).send(f"/v1/reservations/{reservation_id}/release", {})
    say(as_json=as_json, content=made, people=_show_reservation)


@app.command("policy")
def set_policy(
    sku: str,
    at: At,
    safety: Annotated[str, typer.Option(help="Pieces kept back from every channel.")] = "0",
    tier: Annotated[
        list[str] | None,
        typer.Option(help="NAME=PIECES: the last pieces are kept for customers of this tier. Repeatable."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Set what is kept back at a location. It replaces what was set before."""
    content = {"location_id": at, "safety": safety, "tiers": dict(_pairs(tier or []))}
    made = Api(target.current()).send(f"/v1/stock/{sku}/policy", content, "PUT")
    say(as_json=as_json, content=made, people=_show_stock)


@app.command("incoming")
def set_incoming(
    sku: str,
    pieces: str,
    at: At,
    reference: Annotated[str, typer.Option(help="The purchase order, as the receipt of the goods will name it.")],
    expected: Annotated[str, typer.Option(help="When they should arrive, e.g. 2026-12-01T08:00:00Z.")],
    as_json: AsJson = False,
) -> None:
    """Say what is on its way to a location. 0 pieces take it back."""
    content = {"location_id": at, "reference": reference, "quantity": pieces, "expected_at": expected}
    made = Api(target.current()).send(f"/v1/stock/{sku}/incoming", content, "PUT")
    say(as_json=as_json, content=made, people=_show_stock)


@app.command("kit")
def set_kit(
    sku: str,
    components: Annotated[
        list[str] | None, typer.Argument(help="SKU=PIECES of one kit. Without any, the SKU is no kit any more.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what a kit is made of. It is then sold from the stock of its components."""
    made = Api(target.current()).send(f"/v1/products/{sku}/kit", {"components": dict(_pairs(components or []))}, "PUT")
    say(as_json=as_json, content=made, people=lambda said: output.pairs(sku, said["components"]))


@app.command("shortages")
def show_shortages(cursor: Cursor = None, as_json: AsJson = False) -> None:
    """List the shortages: where channels sold more than there is, and the orders concerned."""
    found = Api(target.current()).get("/v1/tasks", type="shortage", cursor=cursor)
    say(as_json=as_json, content=found, people=_show_shortages)


def _show_shortages(content: dict[str, Any]) -> None:
    columns = ("sku", "location_id", "quantity", "orders")
    output.table("Shortages", columns, [[each[name] for name in columns] for each in content["tasks"]])
    output.more(content)
