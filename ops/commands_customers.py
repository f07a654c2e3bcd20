"""`tributary customers …`: one customer over all channels."""

from typing import Any

import typer

from ops import printing, running
from ops.options import AsJson
from ops.printing import say
from ops.running import Api

app = typer.Typer(no_args_is_help=True)


@app.command("find")
def find_customers(
    email: str | None = None, phone: str | None = None, loyalty: str | None = None, as_json: AsJson = False
) -> None:
    """Find customers by e-mail, phone (E.164) or loyalty card."""
    asked = {"email": email, "phone": phone, "loyalty": loyalty}
    found = Api(running.current()).get("/v1/customers", **{name: value for name, value in asked.items() if value})
    say(as_json=as_json, content=found, people=_show_customers)


def _show_customers(content: dict[str, Any]) -> None:
    for each in content["customers"]:
        _show_customer(each)


@app.command("show")
def show_customer(customer_id: str, as_json: AsJson = False) -> None:
    """Show a golden record, and by which rule each source was linked."""
    say(as_json=as_json, content=Api(running.current()).get(f"/v1/customers/{customer_id}"), people=_show_customer)


def _show_customer(content: dict[str, Any]) -> None:
    printing.pairs(content["customer_id"], {name: value for name, value in content.items() if name != "links"})
    rows = [(source, link["rule"], link["at"]) for source, link in content["links"].items()]
    printing.table("Linked by", ("source", "rule", "at"), rows)


@app.command("timeline")
def show_timeline(customer_id: str, as_json: AsJson = False) -> None:
    """Show what happened with a customer over all channels, newest first."""
    say(
        as_json=as_json,
        content=Api(running.current()).get(f"/v1/customers/{customer_id}/timeline"),
        people=_show_timeline,
    )


def _show_timeline(content: dict[str, Any]) -> None:
    rows = [(each["at"], each["what"], each["connection_id"], each.get("label")) for each in content["timeline"]]
    printing.table("Timeline", ("at", "what", "channel", "order"), rows)
