"""Customer: a golden record computed from what each source says, and the strong keys by which sources meet."""

from dataclasses import dataclass, field
from typing import Any

from records.facts import Stored, join

# Addresses that a marketplace makes up for one order or one buyer: they name nobody and never link.
# Sources: developer-docs.amazon.com (buyer e-mail), developer.ebay.com (members), Mirakl OR11 (notification e-mail).
RELAY_DOMAINS = ("marketplace.amazon.", "members.ebay.com", "notification.mirakl.net")

FIELDS = ("email", "phone", "first_name", "last_name", "company", "birth_date", "locale")


@dataclass(frozen=True)
class CustomerState:
    """What every source says of one customer, and by which rule each source was linked."""

    sources: dict[str, Stored] = field(default_factory=dict)
    links: dict[str, dict[str, str]] = field(default_factory=dict)

    def with_source(self, key: str, statement: Stored, rule: str) -> "CustomerState":
        """Join one source's statement; the same object comes back where it says nothing new."""
        known = self.sources.get(key)
        if known is not None and _content(known) == _content(statement):
            return self
        sources = join(self.sources, key, statement)
        if sources is self.sources:
            return self
        link = self.links.get(key) or {"rule": rule, "at": statement["occurred_at"]}
        return CustomerState(sources, {**self.links, key: link})

    def merged_with(self, other: "CustomerState") -> "CustomerState":
        """Take over everything another customer's sources said."""
        sources = self.sources
        for key, statement in other.sources.items():
            sources = join(sources, key, statement)
        return CustomerState(sources, {**other.links, **self.links})

    def as_json(self) -> dict[str, Any]:
        """Give the form that is kept."""
        return {"sources": self.sources, "links": self.links}


def _content(statement: Stored) -> dict[str, Any]:
    """What a statement says, without when it was said: the same said again later is nothing new."""
    envelope = ("fact_id", "event_id", "occurred_at", "source_version", "created_at")
    return {name: value for name, value in statement.items() if name not in envelope}


def source_key(statement: Stored) -> str:
    """Name the source of a statement: the channel's customer, or the buyer of its orders."""
    subject = statement.get("channel_customer_id") or f"guest {statement.get('email') or statement.get('phone')}"
    kind = "buyer" if statement["kind"] == "buyer" else "customer"
    return f"{kind} {statement['connection_id']}/{subject}"


def buyer_statement(order: Stored) -> Stored | None:
    """Read the buyer of an order as a statement about a customer, or nothing where the order names nobody."""
    buyer = order.get("buyer")
    if not buyer or not any(buyer.get(name) for name in ("channel_customer_id", "email", "phone", "loyalty_card")):
        return None
    envelope = {name: order[name] for name in ("connection_id", "event_id", "fact_id", "occurred_at", "source_version")}
    said = {name: value for name, value in buyer.items() if name != "loyalty_card"}
    if buyer.get("loyalty_card"):
        said["loyalty"] = {"card": buyer["loyalty_card"]}
    return {**envelope, **said, "kind": "buyer"}


def claims(statement: Stored) -> dict[str, str]:
    """Give the strong keys a statement holds, as {key: rule}. Shared and made-up values hold none."""
    keys = {}
    if statement.get("channel_customer_id"):
        keys[f"channel:{statement['connection_id']}/{statement['channel_customer_id']}"] = "same channel id"
    loyalty = statement.get("loyalty") or {}
    if loyalty.get("card"):
        keys[f"card:{loyalty['card']}"] = "same loyalty card"
    email = (statement.get("email") or "").strip().lower()
    if email and not any(domain in email.rpartition("@")[2] for domain in RELAY_DOMAINS):
        keys[f"email:{email}"] = "same e-mail"
    if statement.get("phone"):
        keys[f"phone:{statement['phone']}"] = "same phone"
    return keys


def may_link(by: set[str], golden: dict[str, Any], statement: Stored) -> bool:
    """Tell whether strong keys link a statement to a customer. A phone alone does not outweigh another e-mail or name.

    Spouses and shops share a number; whoever shares only that stays apart until something else speaks for it.
    """
    if any(not key.startswith("phone:") for key in by):
        return True
    return not any(
        golden.get(name) and statement.get(name) and _folded(golden[name]) != _folded(statement[name])
        for name in ("email", "first_name", "last_name")
    )


def _folded(text: str) -> str:
    return text.strip().casefold()


def golden(state: CustomerState) -> dict[str, Any]:
    """Compute the golden record: for each field the newest statement of a customer record, else of a buyer.

    Every source stays in `sources`, so that a person sees where a value came from.
    """
    ranked = sorted(
        state.sources.items(),
        key=lambda item: (item[1]["kind"] == "customer", item[1]["source_version"], item[1]["fact_id"]),
        reverse=True,
    )
    record: dict[str, Any] = {}
    for _, statement in ranked:
        for name in FIELDS:
            if statement.get(name) and name not in record:
                record[name] = statement[name]
        if statement.get("addresses") and "addresses" not in record:
            record["addresses"] = statement["addresses"]
        for name, value in (statement.get("loyalty") or {}).items():
            record.setdefault("loyalty", {}).setdefault(name, value)
    record["channels"] = sorted({f"{s['connection_id']}/{s['channel_customer_id']}" for s in _identified(state)})
    return record


def _identified(state: CustomerState) -> list[Stored]:
    return [statement for statement in state.sources.values() if statement.get("channel_customer_id")]


def channel_ids(state: CustomerState, connection_id: str) -> list[str]:
    """Give the ids this customer has at a connection."""
    return sorted({s["channel_customer_id"] for s in _identified(state) if s["connection_id"] == connection_id})
