"""Customer: a golden record computed, by rules of survivorship, from what each account of a person says."""

from collections.abc import Iterable, Set
from dataclasses import dataclass, field, replace
from typing import Any

from records.customers.claims import account_of, claims, is_lasting, is_made_up
from records.facts import Stored, is_newer

FIELDS = ("email", "phone", "first_name", "last_name", "company", "birth_date", "locale")
WEIGHT = {"customer": 2, "buyer": 1, "subject": 0}
"""Survivorship: first a channel's customer record is believed, then what a buyer typed, then whom a consent names."""

Decision = dict[str, str]
"""What a person said of a pair of accounts: {decision: joined|apart, at, by, why}."""


@dataclass(frozen=True)
class CustomerState:
    """What every account of one customer says.

    All of it belongs to an account or to a pair of them, so that customers can be joined and parted again. Accounts go
    by name in `sources`, `links`, `consents` and `merges`, and by id in `decided`.
    """

    sources: dict[str, Stored] = field(default_factory=dict)
    links: dict[str, Stored] = field(default_factory=dict)
    consents: dict[str, dict[str, Stored]] = field(default_factory=dict)
    merges: dict[str, Stored] = field(default_factory=dict)
    decided: dict[str, Decision] = field(default_factory=dict)

    def with_source(self, key: str, statement: Stored) -> "CustomerState":
        """Join one source's statement; the same object comes back where it says nothing new."""
        known = self.sources.get(key)
        newest = _joined(known, statement)
        return self if newest == known else replace(self, sources={**self.sources, key: newest})

    def with_earlier(self, key: str, statement: Stored) -> "CustomerState":
        """Note since when a source is known and what it claimed, from a statement that a newer one has replaced."""
        known = self.sources[key]
        newest = _noted(known, [known, statement])
        return self if newest == known else replace(self, sources={**self.sources, key: newest})

    def with_consent(self, account: str, consent: Stored) -> "CustomerState":
        """Join a consent: for each purpose and medium the newest one of an account holds."""
        said, key = self.consents.get(account, {}), f"{consent['purpose']} {consent['medium']}"
        known = said.get(key)
        if known is not None and _weight_of_consent(known) >= _weight_of_consent(consent):
            return self
        return replace(self, consents={**self.consents, account: {**said, key: consent}})

    def with_merge(self, merged: str, into: str, fact: Stored) -> "CustomerState":
        """Note that a channel merged one of its customers into another; the first fact to say so is kept."""
        key, said = f"{merged} {into}", {name: fact[name] for name in ("occurred_at", "fact_id")}
        known = self.merges.get(key)
        if known is not None and tuple(known[name] for name in said) <= tuple(said.values()):
            return self
        return replace(self, merges={**self.merges, key: {"from": merged, "into": into, **said}})

    def with_decision(self, pair: str, decision: Decision) -> "CustomerState":
        """Note what a person decided about two accounts; the later decision holds."""
        known = self.decided.get(pair)
        if known is not None and _weight_of_decision(known) >= _weight_of_decision(decision):
            return self
        return replace(self, decided={**self.decided, pair: decision})

    @property
    def accounts(self) -> set[str]:
        """Name every account that is spoken of; one end of a merge may belong to another customer."""
        ends = {end for merge in self.merges.values() for end in (merge["from"], merge["into"])}
        return {*map(account_of, self.sources), *self.consents, *ends}

    @property
    def retired(self) -> set[str]:
        """Name the accounts that their channel merged away: what they said stays, but nobody calls them any more."""
        return {merge["from"] for merge in self.merges.values()}

    def part(self, names: Set[str], ids: Set[str]) -> "CustomerState":
        """Give what some accounts say, and what was said of a pair with one of them."""
        return CustomerState(
            sources={key: said for key, said in self.sources.items() if account_of(key) in names},
            links={name: link for name, link in self.links.items() if name in names},
            consents={name: said for name, said in self.consents.items() if name in names},
            merges={key: each for key, each in self.merges.items() if each["from"] in names or each["into"] in names},
            decided={pair: each for pair, each in self.decided.items() if not ids.isdisjoint(pair.split())},
        )

    def without(self, names: Set[str], ids: Set[str]) -> "CustomerState":
        """Give what everybody but some accounts says, and nothing of a pair with one of them."""
        return CustomerState(
            sources={key: said for key, said in self.sources.items() if account_of(key) not in names},
            links={name: link for name, link in self.links.items() if name not in names},
            consents={name: said for name, said in self.consents.items() if name not in names},
            merges={key: each for key, each in self.merges.items() if names.isdisjoint((each["from"], each["into"]))},
            decided={pair: each for pair, each in self.decided.items() if ids.isdisjoint(pair.split())},
        )

    def with_all(self, other: "CustomerState") -> "CustomerState":
        """Join what other accounts say; what both know of a pair is one thing."""
        joined = replace(
            self,
            sources={**self.sources, **other.sources},
            links={**self.links, **other.links},
            consents={**self.consents, **other.consents},
            merges={**other.merges, **self.merges},
        )
        for pair, decision in other.decided.items():
            joined = joined.with_decision(pair, decision)
        return joined

    def as_json(self) -> dict[str, Any]:
        """Give the form that is kept."""
        return {name: kept for name, kept in self.__dict__.items() if kept}


def _joined(known: Stored | None, statement: Stored) -> Stored:
    """Give the newer statement, with what its source said before it."""
    both = [statement] if known is None else [known, statement]
    return _noted(statement if known is None or is_newer(statement, known) else known, both)


def _noted(newest: Stored, said: Iterable[Stored]) -> Stored:
    """Give a statement with the first version of its source, and the lasting keys that it claims no more."""
    plain = {name: value for name, value in newest.items() if name not in ("first", "earlier")}
    first = min(str(each.get("first", each["source_version"])) for each in said)
    earlier = {key for each in said for key in (*claims(each), *each.get("earlier", [])) if is_lasting(key)}
    earlier.difference_update(claims(plain))
    return {**plain, "first": first, **({"earlier": sorted(earlier)} if earlier else {})}


def _weight_of_consent(consent: Stored) -> tuple[str, bool, str]:
    """Order consents by when they were said; of two said at once a refusal holds."""
    return (consent["at"], not consent["granted"], consent["fact_id"])


def _weight_of_decision(decision: Decision) -> tuple[str, bool, str, str]:
    """Order decisions by when they were made; of two made at once the one that parts holds."""
    return (decision["at"], decision["decision"] == "apart", decision["by"], decision["why"])


def golden(state: CustomerState) -> dict[str, Any]:
    """Compute the golden record. Each field comes from the newest statement of a customer record, else of a buyer.

    Every source stays in `sources`, so that a person sees where a value came from.
    """
    record: dict[str, Any] = {}
    retired = state.retired
    ordered = sorted(state.sources.items(), key=lambda each: _weight(retired, *each), reverse=True)
    statements = [statement for _, statement in ordered]
    for statement in statements:
        for name in FIELDS:
            if statement.get(name) and name not in record and not (name == "email" and is_made_up(statement[name])):
                record[name] = statement[name]
        if statement.get("addresses") and "addresses" not in record:
            record["addresses"] = statement["addresses"]
    if programmes := _loyalties(statement["loyalty"] for statement in statements if "loyalty" in statement):
        record |= {"loyalty": programmes[0], "loyalties": programmes}
    record["channels"] = sorted({_name(statement) for statement in _identified(state)})
    if state.consents:
        kept = ("purpose", "medium", "granted", "at", "connection_id", "proof")
        said = (consent for _, consent in sorted(_consents(state).items()))
        record["consents"] = [{name: each[name] for name in kept if name in each} for each in said]
    return record


def _loyalties(said: Iterable[Stored]) -> list[Stored]:
    """Give each programme's cards with the newest tier and points; statements come in the order of their weight."""
    entries: list[Stored] = []
    for loyalty in said:
        entry = next((each for each in entries if _is_same_membership(each, loyalty)), None)
        if entry is None:
            entries.append(entry := {})
        for name, value in loyalty.items():
            entry.setdefault(name, value)
    return entries


def _is_same_membership(one: Stored, other: Stored) -> bool:
    if "card" in one and "card" in other:
        return bool(one["card"] == other["card"])
    return bool(one.get("programme") == other.get("programme"))


def _consents(state: CustomerState) -> dict[str, Stored]:
    """Give for each purpose and medium the newest consent, whichever account heard it."""
    newest: dict[str, Stored] = {}
    for said in state.consents.values():
        for key, consent in said.items():
            if key not in newest or _weight_of_consent(consent) > _weight_of_consent(newest[key]):
                newest[key] = consent
    return newest


def _weight(retired: Set[str], key: str, statement: Stored) -> tuple[int, int, str, str]:
    """Order sources by whom to believe: by kind, then those not merged away, then the newest.

    Of a buyer the first version counts: what a returning buyer says again is not folded into the record.
    """
    by = "source_version" if statement["kind"] == "customer" else "first"
    return (WEIGHT[statement["kind"]], int(_name(statement) not in retired), statement[by], key)


def _name(statement: Stored) -> str:
    return f"{statement['connection_id']}/{statement.get('channel_customer_id')}"


def _identified(state: CustomerState) -> list[Stored]:
    known = [statement for statement in state.sources.values() if statement.get("channel_customer_id")]
    retired = state.retired
    return [statement for statement in known if _name(statement) not in retired]


def channel_ids(state: CustomerState, connection_id: str) -> list[str]:
    """Give the ids this customer has at a connection."""
    return sorted({s["channel_customer_id"] for s in _identified(state) if s["connection_id"] == connection_id})
