"""Customer: a golden record computed from what each source says, and the strong keys by which sources meet."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from records.facts import Stored, is_newer

# Addresses that a marketplace makes up for one order or one buyer: they name nobody and never link.
# Sources: developer-docs.amazon.com (buyer e-mail), developer.ebay.com (members), Mirakl OR11 (notification e-mail).
RELAY_DOMAINS = ("marketplace.amazon.", "members.ebay.com", "notification.mirakl.net")
# What tills and forms hold where nobody gave an address.
PLACEHOLDERS = ("noreply", "no-reply", "donotreply", "none", "unknown", "anonymous", "guest")

FIELDS = ("email", "phone", "first_name", "last_name", "company", "birth_date", "locale")
WEIGHT = {"customer": 2, "buyer": 1, "subject": 0}
"""Whom to believe first: a channel's customer record, then what a buyer typed, then whom a consent names."""

Profile = dict[str, set[str]]


@dataclass(frozen=True)
class CustomerState:
    """What every source says of one customer, and by which rule each source was linked. `retired` are channel ids that
    the channel merged away: what they said stays, but nobody calls them any more.
    """

    sources: dict[str, Stored] = field(default_factory=dict)
    links: dict[str, dict[str, str]] = field(default_factory=dict)
    consents: dict[str, Stored] = field(default_factory=dict)
    retired: list[str] = field(default_factory=list)

    def with_source(self, key: str, statement: Stored, rule: str) -> "CustomerState":
        """Join one source's statement; the same object comes back where it says nothing new."""
        known = self.sources.get(key)
        newest = _with_first(known, statement)
        if newest == known:
            return self
        link = self.links.get(key) or {"rule": rule, "at": statement["occurred_at"]}
        return self._with(sources={**self.sources, key: newest}, links={**self.links, key: link})

    def with_earlier(self, key: str, statement: Stored) -> "CustomerState":
        """Note since when a source is known, from a statement that a newer one has replaced already."""
        known = self.sources[key]
        first = min(known["first"], statement["source_version"])
        return self if first == known["first"] else self._with(sources={**self.sources, key: {**known, "first": first}})

    def with_consent(self, consent: Stored) -> "CustomerState":
        """Join a consent: for each purpose and medium the newest one holds, whoever heard it."""
        key = f"{consent['purpose']} {consent['medium']}"
        known = self.consents.get(key)
        if known is not None and _weight_of_consent(known) >= _weight_of_consent(consent):
            return self
        return self._with(consents={**self.consents, key: consent})

    def with_retired(self, names: Iterable[str]) -> "CustomerState":
        """Note channel ids that were merged away."""
        retired = sorted({*self.retired, *names})
        return self if retired == self.retired else self._with(retired=retired)

    def merged_with(self, other: "CustomerState") -> "CustomerState":
        """Take over everything another customer's sources said."""
        sources = dict(self.sources)
        for key, statement in other.sources.items():
            sources[key] = _with_first(sources.get(key), statement)
        merged = self._with(sources=sources, links={**other.links, **self.links})
        for consent in other.consents.values():
            merged = merged.with_consent(consent)
        return merged.with_retired(other.retired)

    def _with(self, **changes: Any) -> "CustomerState":
        return CustomerState(**{**self.__dict__, **changes})

    def as_json(self) -> dict[str, Any]:
        """Give the form that is kept."""
        return {name: kept for name, kept in self.__dict__.items() if kept}


def _with_first(known: Stored | None, statement: Stored) -> Stored:
    """Give the newer statement, with the version of the first one of its source."""
    newest = statement if is_newer(statement, known) else known or statement
    first = min(str(each.get("first", each["source_version"])) for each in (known or statement, statement))
    return {**newest, "first": first}


def _weight_of_consent(consent: Stored) -> tuple[str, bool, str]:
    """Order consents by when they were said; of two said at once a refusal holds."""
    return (consent["at"], not consent["granted"], consent["fact_id"])


def source_key(statement: Stored) -> str:
    """Name the source of a statement: the channel's customer or, where it names none, whoever holds the first key."""
    subject = statement.get("channel_customer_id") or f"guest {next(iter(claims(statement)), '')}"
    return f"{statement['kind']} {statement['connection_id']}/{subject}"


def buyer_statement(order: Stored) -> Stored | None:
    """Read the buyer of an order as a statement about a customer, or nothing where the order names nobody."""
    buyer = order.get("buyer")
    if not buyer or not any(buyer.get(name) for name in ("channel_customer_id", "email", "phone", "loyalty_card")):
        return None
    said = {name: value for name, value in buyer.items() if name != "loyalty_card"}
    if buyer.get("loyalty_card"):
        said["loyalty"] = {"card": buyer["loyalty_card"]}
    return {**_envelope(order), **said, "kind": "buyer"}


def subject_statement(consent: Stored) -> Stored:
    """Read whom a consent is about as a statement about a customer."""
    return {**_envelope(consent), **consent["subject"], "kind": "subject"}


def _envelope(fact: Stored) -> Stored:
    return {name: fact[name] for name in ("connection_id", "fact_id", "occurred_at", "source_version")}


def claims(statement: Stored) -> dict[str, str]:
    """Give the strong keys a statement holds, as {key: rule}, the strongest first. Shared and made-up values hold none.

    A phone with the whole name of who answers it is a key; a phone alone is not, see `are_compatible`.
    """
    keys = {}
    if statement.get("channel_customer_id"):
        keys[f"channel:{statement['connection_id']}/{statement['channel_customer_id']}"] = "same channel id"
    loyalty = statement.get("loyalty") or {}
    if loyalty.get("card"):
        keys[f"card:{loyalty['card']}"] = "same loyalty card"
    email = _folded(statement.get("email"))
    if email and not is_made_up(email):
        keys[f"email:{email}"] = "same e-mail"
    phone, first, last = (_folded(statement.get(name)) for name in ("phone", "first_name", "last_name"))
    if phone and first and last:
        keys[f"person:{phone}/{first}/{last}"] = "same phone and name"
    if phone and not keys:
        keys[f"guest:{statement['connection_id']}/{phone}/{first}/{last}"] = "same guest"  # of this channel, no more
    if phone:
        keys[f"phone:{phone}"] = "same phone"
    return keys


def is_made_up(email: str) -> bool:
    """Tell whether an address names nobody: a marketplace's relay, or what stands where nobody gave one."""
    local, _, domain = email.strip().lower().rpartition("@")
    return local in PLACEHOLDERS or any(relay in domain for relay in RELAY_DOMAINS)


def profile(statements: Iterable[Stored]) -> Profile:
    """Collect the values by which people who share a phone are told apart."""
    found: Profile = {"email": set(), "first_name": set(), "last_name": set()}
    for statement in statements:
        for name, values in found.items():
            value = _folded(statement.get(name))
            if value and not (name == "email" and is_made_up(value)):
                values.add(value)
    return found


def are_compatible(one: Profile, other: Profile) -> bool:
    """Tell whether two who share a phone may be one: nothing that both have differs.

    Spouses and shops share a number; whoever shares only that stays apart until something else speaks for it.
    """
    return all(not one[name] or not other[name] or one[name] & other[name] for name in one)


def _folded(text: str | None) -> str:
    return " ".join((text or "").split()).casefold()


def golden(state: CustomerState) -> dict[str, Any]:
    """Compute the golden record: for each field the newest statement of a customer record, else of a buyer.

    Every source stays in `sources`, so that a person sees where a value came from.
    """
    record: dict[str, Any] = {}
    for statement in sorted(state.sources.values(), key=lambda each: _weight(state, each), reverse=True):
        for name in FIELDS:
            if statement.get(name) and name not in record and not (name == "email" and is_made_up(statement[name])):
                record[name] = statement[name]
        if statement.get("addresses") and "addresses" not in record:
            record["addresses"] = statement["addresses"]
        for name, value in (statement.get("loyalty") or {}).items():
            record.setdefault("loyalty", {}).setdefault(name, value)
    record["channels"] = sorted({_name(statement) for statement in _identified(state)})
    if state.consents:
        kept = ("purpose", "medium", "granted", "at", "connection_id", "proof")
        said = (consent for _, consent in sorted(state.consents.items()))
        record["consents"] = [{name: each[name] for name in kept if name in each} for each in said]
    return record


def _weight(state: CustomerState, statement: Stored) -> tuple[int, int, str, str]:
    """Order sources. Of buyers it counts since when they are known: what a returning buyer says again is not read."""
    by = "source_version" if statement["kind"] == "customer" else "first"
    is_live = _name(statement) not in state.retired
    return (WEIGHT[statement["kind"]], int(is_live), statement[by], source_key(statement))


def _name(statement: Stored) -> str:
    return f"{statement['connection_id']}/{statement.get('channel_customer_id')}"


def _identified(state: CustomerState) -> list[Stored]:
    known = [statement for statement in state.sources.values() if statement.get("channel_customer_id")]
    return [statement for statement in known if _name(statement) not in state.retired]


def channel_ids(state: CustomerState, connection_id: str) -> list[str]:
    """Give the ids this customer has at a connection."""
    return sorted({s["channel_customer_id"] for s in _identified(state) if s["connection_id"] == connection_id})
