"""Find who may be the same person by weaker evidence: the few who share a clue are read and compared."""

from collections.abc import Iterable

from records.cause import Cause
from records.customers import links, reviews
from records.customers.accounts import Account, opened
from records.customers.cluster import Circle
from records.customers.matching import Match, compare
from records.customers.resolution import pair_of
from records.store.unit import Unit

MOST_ASKED = 20  # about one account: nobody answers more, and all of it is written at once


def weigh(
    unit: Unit, cause: Cause, circle: Circle, account_id: str, before: Account | None, said: Iterable[str]
) -> None:
    """Take into the circle whoever is alike enough to be joined with a changed account; ask about those who may be.

    `said` are the clues of a statement, also of one that is not the newest: what leads to an account must not depend on
    the order in which its statements arrived.
    """
    after = circle.accounts[account_id]
    clues = {*after.clues, *said, *(before.clues if before else ())}
    places = {clue: links.clue_key(cause.tenant, clue) for clue in sorted(clues)}
    unit.load(list(places.values()))
    live = frozenset(clue for clue, at in places.items() if not links.is_void(unit, at))
    names = {name for clue in live for name in links.holders(unit, places[clue])} - {account_id}
    others = _accounts(unit, cause.tenant, names)
    found = {name: _match(after, other, live) for name, other in others.items()}
    circle.gather(name for name, match in found.items() if match and match.decision == "link")
    _ask(unit, cause, account_id, found, {name: _match(before, other, live) for name, other in others.items()})
    if before is not None and before.person != after.person:
        links.touch(unit, places.values())
    given = [places[clue] for clue in sorted({*after.clues, *said})]
    circle.gather(links.fill(unit, given, account_id))  # what a clue of too many alone joined falls apart
    links.hold(unit, given, account_id)


def _accounts(unit: Unit, tenant: str, account_ids: Iterable[str]) -> dict[str, Account]:
    """Read accounts without taking their customers into any circle."""
    found = {}
    for name, head in links.heads_of(unit, tenant, sorted(account_ids)).items():
        item = links.customer(unit, tenant, head)
        known = opened(item["state"], tenant)[1] if item else {}
        if name in known:
            found[name] = known[name]
    return found


def _match(one: Account | None, other: Account, live: frozenset[str]) -> Match | None:
    if one is None or one.person is None or other.person is None or live.isdisjoint(one.clues & other.clues):
        return None
    return compare(one.person, other.person)


def _ask(
    unit: Unit, cause: Cause, account_id: str, now: dict[str, Match | None], before: dict[str, Match | None]
) -> None:
    alike = [(-match.score, name, match) for name, match in now.items() if match and match.decision == "review"]
    open_now = {name: match for _, name, match in sorted(alike, key=lambda each: each[:2])[:MOST_ASKED]}
    gone = [name for name, match in before.items() if match and match.decision == "review" and name not in open_now]
    unit.load([reviews.key_of(cause.tenant, pair_of(account_id, name)) for name in [*open_now, *gone]])
    for name, match in open_now.items():
        reviews.ask(unit, cause, pair_of(account_id, name), match)
    for name in gone:
        reviews.close(unit, cause, pair_of(account_id, name), "gone")
