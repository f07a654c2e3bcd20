"""What came of the day, as tables for people."""

from typing import Any

from ops.commands import output
from ops.commands.events import show_trace
from ops.commands.output import table
from ops.demo import verdict
from ops.demo.day import CAMILLE, Day
from ops.demo.shops import MARKET, STOCK, TILL, WEB, Shops


def show(shops: Shops, day: Day, result: dict[str, Any]) -> None:
    """Print the customer, stock, orders, pushes, one whole trace, the counts of events, and the verdict."""
    _customer(shops)
    _stock(shops)
    _orders(shops, day)
    rows = [(name, *counts.values()) for name, counts in result["pushes"].items()]
    table("Pushes", ("channel", "succeeded", "skipped", "failed"), rows)
    _trace(shops)
    events = result["events"]
    table("Events", tuple(events), [tuple(events.values())])
    quarantined = [each for each in verdict.events(shops) if each["outcome"] == "quarantined"]
    table("Quarantined", ("event", "reason"), [(each["event_id"], each.get("reason")) for each in quarantined])
    for wrong in result["disagreements"]:
        output.complain(wrong)
    colour = "bold green" if result["ok"] else "bold red"
    verdict_text = "ok" if result["ok"] else "not ok"
    output.out.print(f"[{colour}]{verdict_text}[/] in {result['seconds']} s, {result['lost']} lost")


def _customer(shops: Shops) -> None:
    found = shops.api.get("/v1/customers", email=CAMILLE["email"])["customers"]
    for each in found:
        rows = [
            (name, each[name]) for name in ("customer_id", "first_name", "last_name", "email", "phone") if name in each
        ]
        rows += [("loyalty", ", ".join(each.get("loyalty", {}).values())), ("known at", ", ".join(each["channels"]))]
        table("One customer", ("", ""), rows)


def _stock(shops: Shops) -> None:
    rows = []
    for sku in STOCK:
        here = shops.api.get(f"/v1/stock/{sku}")["locations"][0]
        says = [
            shops.api.get(f"/v1/stock/{sku}/availability", connection_id=name)["shows"] for name in (WEB, TILL, MARKET)
        ]
        rows.append((sku, here["on_hand"], here["reserved"], *[next(iter(each.values()), "") for each in says]))
    table("One stock", ("SKU", "on hand", "reserved", *(f"{name} shows" for name in (WEB, TILL, MARKET))), rows)


def _orders(shops: Shops, day: Day) -> None:
    rows = []
    for name in day.orders:
        connection_id, _, channel_order_id = name.partition("/")
        found = shops.api.get("/v1/orders", connection_id=connection_id, channel_order_id=channel_order_id)["orders"][0]
        total = f"{found['totals']['total'] / 100:.2f} {found['currency']}"
        how = found["statuses"]
        rows.append((name, total, found["status"], how["payment"], how["fulfillment"], how["return"], how["pickup"]))
    table("Orders", ("order", "total", "status", "payment", "fulfilment", "return", "pickup"), rows)


def _trace(shops: Shops) -> None:
    """Show the trace of the web order, from its bytes to every channel's answer."""
    placed = next(each for each in reversed(verdict.events(shops)) if each["topic"] == "orders/create")
    output.out.rule("one event from end to end")
    show_trace(shops.api.get(f"/v1/events/{placed['event_id']}"))
