"""The ledger of a stock record: every piece explained, by whom and since when. Its sums are the position. No I/O."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from records.stock import position as stock
from records.stock.position import ZERO, Claim, Entries


@dataclass(frozen=True)
class Row:
    """One line of the ledger: some pieces, and why.

    `of` is the sum they are part of: `on_hand`, `reserved`, `incoming`, `safety` or `tier <name>`. It is empty where
    the count that followed contains them, or where their time is over.
    """

    at: str
    what: str
    by: str
    pieces: Decimal
    of: str = ""


def rows(entries: Entries, now: str = "") -> list[Row]:
    """Explain a stock record as of a time, oldest first."""
    found = [*_policy(entries), *_arriving(entries), *_held(entries, now)]
    found += _counted(entries, now) if "count" in entries else _moves(stock.claims(entries, now), entries, {})
    return sorted(found, key=lambda row: (row.at, row.by, row.what, row.of))


def _policy(entries: Entries) -> Iterator[Row]:
    policy = entries.get("policy", {})
    if "safety" in policy:
        yield Row(policy["at"], "safety stock", "policy", Decimal(policy["safety"]), "safety")
    for tier, pieces in policy.get("tiers", {}).items():
        yield Row(policy["at"], f"kept for {tier}", "policy", Decimal(pieces), f"tier {tier}")


def _arriving(entries: Entries) -> Iterator[Row]:
    for reference, pieces in stock.arriving(entries).items():
        expected = entries[f"i#{reference}"]["at"]
        yield Row(expected, f"expected (of {entries[f'i#{reference}']['q']})", reference, pieces, "incoming")


def _held(entries: Entries, now: str) -> Iterator[Row]:
    for claim in stock.claims(entries):
        if claim.held:
            entry = entries[claim.entry]
            what = f"reserved until {entry['u']}" if "u" in entry else "held"
            what += f" for {entry['t']}" if entry.get("t") else ""
            over = stock.is_over(entry, now)
            yield Row(
                claim.placed_at, f"{what}, over" if over else what, _by(claim), claim.held, "" if over else "reserved"
            )


def _by(claim: Claim) -> str:
    return claim.source.removeprefix("r#").removeprefix("m#").removeprefix("k#")


def _counted(entries: Entries, now: str) -> list[Row]:
    """Explain what lies there: the owner's count, what others moved that is not in it, and what moved since."""
    count, made = entries["count"], stock.claims(entries, now)
    found = [Row(count["at"], f"count ({count['m']})", count["c"], Decimal(count["q"]), "on_hand")]
    own = {claim.entry for claim in made if claim.connection_id == count["c"]}
    others = str(entries.get("told_since", count["at"]))
    found += _moves(made, entries, {each.entry: count["at"] if each.entry in own else others for each in made})
    if "told_since" in entries:
        told = stock.told_at(entries, count["at"]).items()
        found += [
            Row(count["at"], "told before the count", source.removeprefix("r#"), Decimal(pieces), "on_hand")
            for source, pieces in told
        ]
    if count["m"] == "available":
        for claim in (claim for claim in made if claim.entry in own and claim.placed_at <= count["at"]):
            left = sum((delta for delta, at in claim.moves if at > count["at"] and delta < 0), ZERO)
            if claim.held - left:
                found.append(Row(count["at"], "held before the count", _by(claim), claim.held - left, "on_hand"))
    return found


def _moves(made: list[Claim], entries: Entries, since: Mapping[str, str]) -> list[Row]:
    """Give every movement. Those after `since`, `{claim: time}`, are not in the count and so part of `on_hand`."""
    found = []
    for claim in made:
        entry: Mapping[str, Any] = entries[claim.entry]
        whats = [what for what, _, _ in entry["m"]] if "m" in entry else [_reason(entry)]
        for what, (delta, at) in zip(whats, claim.moves, strict=False):
            counts = claim.entry in since and at > since[claim.entry]
            found.append(Row(at, what, _by(claim), delta, "on_hand" if counts else ""))
    return found


def _reason(entry: Mapping[str, Any]) -> str:
    return f"{entry['r']} of {entry['ref']}" if "ref" in entry else str(entry.get("r", ""))
