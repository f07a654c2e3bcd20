"""What people decide of customers: these two are one, these two are not. It outlasts new facts, and beats every rule.

A decision is a statement about a pair of accounts, kept with both; of two about one pair the later holds.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise, product

from records.cause import Cause
from records.customers import links as linking
from records.customers import reviews
from records.customers.cluster import Circle
from records.customers.resolution import Pair, pair_of
from records.errors import RecordError
from records.store.unit import LIMIT, Unit


class DecisionError(RecordError):
    """What a person decided cannot be done; the message says why."""

    code = "decision_refused"
    cause = "data"


def merge(unit: Unit, cause: Cause, one: str, other: str, by: str, why: str) -> None:
    """Make one customer of two, whatever keeps them apart.

    Raises:
        DecisionError: one of them is not known, or they are one already.
    """
    circle = Circle(unit, cause)
    mine, theirs = _known(circle, one), _known(circle, other)
    if mine == theirs:
        raise DecisionError(f"{one} and {other} are one customer already")
    pairs = {pair_of(*pair): "released" for pair in product(mine, theirs) if circle.are_apart(*pair)}
    heads = linking.heads_of(unit, cause.tenant, [one, other])
    pairs[pair_of(heads[one], heads[other])] = "joined"
    _decide(unit, circle, pairs, cause, by, why)
    _close(unit, cause, product(mine, theirs), "accepted", by)


def unmerge(unit: Unit, cause: Cause, accounts: Iterable[str], by: str, why: str) -> None:
    """Part some accounts of a customer from the others, and keep them apart.

    Raises:
        DecisionError: they are not known, of several customers, or the whole of one.
    """
    parted, circle = set(accounts), Circle(unit, cause)
    everybody = set().union(*(_known(circle, account) for account in sorted(parted)))
    if not parted or circle.customer(min(parted)) != everybody:
        raise DecisionError("the accounts to part are not of one customer")
    if not everybody - parted:
        raise DecisionError("these are all accounts of the customer: nothing would stay")
    pairs = {pair_of(*pair): "apart" for pair in product(sorted(parted), sorted(everybody - parted))}
    # Whom people joined by way of a parted account stays with the others: only that account goes.
    joined = sorted({name for pair in pairs if circle.are_joined(*pair) for name in pair if name not in parted})
    pairs |= {pair_of(*pair): "joined" for pair in pairwise(joined)}
    _decide(unit, circle, pairs, cause, by, why)


def reject(unit: Unit, cause: Cause, one: str, other: str, by: str, why: str) -> None:
    """Say that two customers are two, and ask no more.

    Raises:
        DecisionError: one of them is not known, or they are one.
    """
    circle = Circle(unit, cause)
    mine, theirs = _known(circle, one), _known(circle, other)
    if mine == theirs:
        raise DecisionError(f"{one} and {other} are one customer: part them")
    _decide(unit, circle, {pair_of(*pair): "apart" for pair in product(mine, theirs)}, cause, by, why)
    _close(unit, cause, product(mine, theirs), "rejected", by)


def accounts_of(unit: Unit, cause: Cause, account_id: str) -> set[str]:
    """Name all accounts of the customer that one of them belongs to.

    Raises:
        DecisionError: it is not known.
    """
    return _known(Circle(unit, cause), account_id)


def branch(unit: Unit, cause: Cause, account_id: str) -> set[str]:
    """Name the accounts that came to a customer by way of one of them, that one included.

    Raises:
        DecisionError: it is not known, or it is the one the customer goes by.
    """
    circle = Circle(unit, cause)
    everybody = _known(circle, account_id)
    if linking.heads_of(unit, cause.tenant, [account_id])[account_id] == account_id:
        raise DecisionError(f"{account_id} is what the customer goes by: name one of its other accounts")
    links, names = circle.state(account_id).links, {circle.accounts[name].name: name for name in everybody}
    found = {circle.accounts[account_id].name}
    while more := {name for name, link in links.items() if link.get("to") in found} - found:
        found |= more
    return {names[name] for name in found}


def set_shared(unit: Unit, cause: Cause, key: str, *, is_shared: bool, by: str) -> None:
    """Say that a value is nobody's own, such as a shop's e-mail or a switchboard's number, or take that back."""
    at = linking.claim_key(cause.tenant, key)
    item = unit.item(at) or {"holders": []}
    circle = Circle(unit, cause)
    circle.gather(item["holders"])
    listed = {"denied": True, "value": key, "status_key": shared_values(cause.tenant), "by": by, "at": cause.at}
    kept = {name: value for name, value in item.items() if name not in listed}
    unit.save(at, {**kept, **(listed if is_shared else {})})
    circle.settle()
    _check_size(unit)


def shared_values(tenant: str) -> str:
    """Name the list of values, in the index, that a person said are nobody's own."""
    return f"{tenant}#shared"


def _known(circle: Circle, account_id: str) -> set[str]:
    found = circle.customer(account_id)
    if not found:
        raise DecisionError(f"{account_id} is not known")
    return found


def _decide(unit: Unit, circle: Circle, pairs: Mapping[Pair, str], cause: Cause, by: str, why: str) -> None:
    for pair, decision in sorted(pairs.items()):
        if circle.decided(pair).get("at", "") >= cause.at:
            raise DecisionError("a later decision about the same two holds already: look at them again")
        circle.decide(pair, {"decision": decision, "at": cause.at, "by": by, "why": why})
    circle.settle()
    _check_size(unit)


def _check_size(unit: Unit) -> None:
    if unit.size > LIMIT:
        raise DecisionError(
            f"this would write {unit.size} records at once, and {LIMIT} can be: decide in smaller steps"
        )


def _close(unit: Unit, cause: Cause, pairs: Iterable[Pair], status: str, by: str) -> None:
    """Take what was asked of these accounts off the list."""
    concerned = [pair_of(*pair) for pair in pairs]
    unit.load([reviews.key_of(cause.tenant, pair) for pair in concerned])
    for pair in concerned:
        reviews.close(unit, cause, pair, status, {"by": by})
