"""`tributary customers …`: one customer over all channels."""

from typing import Annotated, Any

import typer

from ops.commands import output
from ops.commands.options import AsJson, Cursor
from ops.commands.output import say
from ops.hub import target
from ops.hub.target import Api

app = typer.Typer(no_args_is_help=True)


@app.command("find")
def find_customers(
    email: str | None = None,
    phone: str | None = None,
    loyalty: str | None = None,
    q: Annotated[str | None, typer.Option("--q", help="A name, with a birth date, a town or a house number.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find customers by e-mail, phone (E.164), loyalty card, or name with something else that is known of them."""
    asked = {"email": email, "phone": phone, "loyalty": loyalty, "q": q}
    found = Api(target.current()).get("/v1/customers", **asked)
    say(as_json=as_json, content=found, people=_show_customers)


def _show_customers(content: dict[str, Any]) -> None:
    for each in content["customers"]:
        _show_customer(each)


@app.command("show")
def show_customer(customer_id: str, as_json: AsJson = False) -> None:
    """Show a customer's golden record, and by which rule each account of a channel was linked to it."""
    say(as_json=as_json, content=Api(target.current()).get(f"/v1/customers/{customer_id}"), people=_show_customer)


def _show_customer(content: dict[str, Any]) -> None:
    output.pairs(content["customer_id"], {name: value for name, value in content.items() if name != "links"})
    rows = [
        (account, link["rule"], link.get("score", ""), link.get("to", ""), link["at"])
        for account, link in content["links"].items()
    ]
    output.table("Linked by", ("account", "rule", "score", "to", "at"), rows)


@app.command("timeline")
def show_timeline(customer_id: str, limit: int = 100, cursor: Cursor = None, as_json: AsJson = False) -> None:
    """List what happened with a customer over all channels, newest first."""
    path = f"/v1/customers/{customer_id}/timeline"
    content = Api(target.current()).get(path, limit=str(limit), cursor=cursor)
    say(as_json=as_json, content=content, people=_show_timeline)


def _show_timeline(content: dict[str, Any]) -> None:
    rows = [(each["at"], each["what"], each["connection_id"], each.get("label")) for each in content["timeline"]]
    output.table("Timeline", ("at", "what", "channel", "order"), rows)
    output.more(content)


By = Annotated[str, typer.Option(help="Who decides. It is kept with the decision.")]
Why = Annotated[str, typer.Option(help="The reason. It is kept with the decision.")]


@app.command("merge")
def merge_customers(
    customer_id: str, other_id: str, by: By = "command line", why: Why = "", as_json: AsJson = False
) -> None:
    """Merge two customers into one, even where the rules or an earlier decision keep them apart.

    `customers unmerge` undoes it.
    """
    said = {"customer_id": other_id, "by": by, "why": why}
    made = Api(target.current()).send(f"/v1/customers/{customer_id}/merge", said)
    say(as_json=as_json, content=made, people=_show_customer)


@app.command("unmerge")
def unmerge_customer(
    customer_id: str,
    account: Annotated[
        list[str] | None, typer.Option(help="An account to split off, such as till/17. Repeatable.")
    ] = None,
    merged: Annotated[
        str | None, typer.Option(help="Split off all accounts that came with this merged customer.")
    ] = None,
    by: By = "command line",
    why: Why = "",
    as_json: AsJson = False,
) -> None:
    """Split accounts off a customer, and keep them apart from then on.

    Use it where two people became one customer. Say --account or --merged.
    """
    said: dict[str, Any] = {"by": by, "why": why}
    said |= ({"accounts": account} if account else {}) | ({"customer_id": merged} if merged else {})
    made = Api(target.current()).send(f"/v1/customers/{customer_id}/unmerge", said)
    say(as_json=as_json, content=made, people=_show_customers)


@app.command("review")
def review_customers(
    review_id: Annotated[str | None, typer.Argument(help="The review to answer. Without it, list all.")] = None,
    accept: Annotated[bool, typer.Option("--accept", help="They are one customer.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="They are two customers.")] = False,
    batch: Annotated[bool, typer.Option("--batch", help="List the pairs that a first load found.")] = False,
    cursor: Cursor = None,
    by: By = "command line",
    why: Why = "",
    as_json: AsJson = False,
) -> None:
    """List the pairs of customers that may be one person, or decide about one of them.

    The hub asks where the evidence is neither enough to merge two customers nor to keep them apart.
    """
    if review_id is None:
        found = Api(target.current()).get("/v1/reviews", batch="1" if batch else None, cursor=cursor)
        say(as_json=as_json, content=found, people=_show_reviews)
        return
    if accept == reject:
        raise typer.BadParameter("say --accept or --reject")
    said = {"decision": "accept" if accept else "reject", "by": by, "why": why}
    made = Api(target.current()).send(f"/v1/reviews/{review_id}", said)
    say(as_json=as_json, content=made, people=_show_customers)


def _show_reviews(content: dict[str, Any]) -> None:
    rows = [
        (
            each["review_id"],
            each["score"],
            *(one["customer_id"] for one in each["customers"]),
            ", ".join(each["evidence"]),
        )
        for each in content["reviews"]
    ]
    output.table("Reviews", ("review", "score", "one", "other", "evidence"), rows)
    output.more(content)


@app.command("shared")
def shared_values(
    email: str | None = None,
    phone: str | None = None,
    loyalty: str | None = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take it back: the value is somebody's own.")] = False,
    by: By = "command line",
    cursor: Cursor = None,
    as_json: AsJson = False,
) -> None:
    """List the shared values, or say that a value is one: an e-mail, phone or card that is nobody's own.

    A shared value, such as a shop's own e-mail, links no customers.
    """
    api, named = Api(target.current()), {"email": email, "phone": phone, "loyalty": loyalty}
    said = {name: value for name, value in named.items() if value}
    if said:
        made = api.send("/v1/shared-values", {**said, "shared": not undo, "by": by})
        say(as_json=as_json, content=made, people=lambda content: output.pairs(content["value"], content))
        return
    say(as_json=as_json, content=api.get("/v1/shared-values", cursor=cursor), people=_show_shared)


def _show_shared(content: dict[str, Any]) -> None:
    rows = [(each["value"], each["by"], each["at"]) for each in content["shared_values"]]
    output.table("Shared values", ("value", "by", "at"), rows)
    output.more(content)


@app.command("export")
def export_customer(customer_id: str, as_json: AsJson = False) -> None:
    """Export all that is kept of a customer, payloads too: what the customer has a right to see.

    Use --json to get the content. Without it only the numbers are shown.
    """
    api, path = Api(target.current()), f"/v1/customers/{customer_id}/export"
    content = api.get(path)
    while content["cursor"]:
        output.step(f"searching payloads: {len(content['payloads'])} found")
        more = api.get(path, cursor=content["cursor"])
        content |= {"payloads": content["payloads"] + more["payloads"], "cursor": more["cursor"]}
    say(as_json=as_json, content=content, people=_show_export)


def _show_export(content: dict[str, Any]) -> None:
    rows = [(name, len(value)) for name, value in content.items() if isinstance(value, list)]
    output.table(f"Kept of {content['customer_id']}", ("what", "how many"), rows)


@app.command("erase")
def erase_customer(
    customer_id: str,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask for confirmation. What is erased cannot come back.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Begin to erase a customer everywhere, channels included. It cannot be undone.

    `customers receipt` shows how far the erasure is.
    """
    if not yes:
        typer.confirm(f"Erase {customer_id} everywhere? It cannot be undone.", abort=True, err=True)
    say(
        as_json=as_json,
        content=Api(target.current()).send(f"/v1/customers/{customer_id}/erase", {}),
        people=_show_receipt,
    )


@app.command("receipt")
def show_receipt(erasure_id: str, as_json: AsJson = False) -> None:
    """Show how far an erasure is, and what each channel answered. It names nobody."""
    say(as_json=as_json, content=Api(target.current()).get(f"/v1/erasures/{erasure_id}"), people=_show_receipt)


def _show_receipt(content: dict[str, Any]) -> None:
    output.pairs(content["erasure_id"], {name: value for name, value in content.items() if name != "channels"})
    told = [(name, said["outcome"], said.get("at")) for name, said in content["channels"].items()]
    output.table("Channels", ("channel", "outcome", "at"), told)


@app.command("privacy")
def list_privacy(status: str = "open", cursor: Cursor = None, as_json: AsJson = False) -> None:
    """List the privacy requests, newest first: to see what is kept, or to be erased."""
    found = Api(target.current()).get("/v1/privacy", status=status, cursor=cursor)
    say(as_json=as_json, content=found, people=_show_privacy)


def _show_privacy(content: dict[str, Any]) -> None:
    rows = [(each["erasure_id"], each["type"], each["stage"], each["due_at"]) for each in content["requests"]]
    output.table("Requests", ("request", "type", "stage", "due"), rows)
    output.more(content)
