"""Account: how one channel knows a person, as far as it decides who they are."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from unicodedata import combining, normalize

from records import ids
from records.customers import matching
from records.customers.claims import Profile, account_of, claims, folded, is_lasting, is_made_up, profile
from records.customers.customer import CustomerState
from records.customers.matching import Match, Person
from records.facts import Stored
from records.store.packing import unpack

LIKE = 0.75  # of two first names: Marie and Maria, not Ada and Bob
GENERATION = 12  # years between two birthdays that no typing error explains


@dataclass(frozen=True)
class Account:
    """What decides who an account's person is.

    `clues` are there only where weaker evidence counts: a guest and a marketplace's alias have none.
    """

    name: str
    keys: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    profile: Profile = field(default_factory=dict)
    birth_dates: frozenset[str] = frozenset()
    person: Person | None = None
    clues: frozenset[str] = frozenset()


@functools.lru_cache(maxsize=1024)
def opened(packed: bytes, tenant: str) -> tuple[CustomerState, dict[str, Account]]:
    """Read a stored customer: its state, and the accounts it speaks of, by id. A warm process reads each form once."""
    state = CustomerState(**unpack(packed))
    return state, {ids.customer_id(tenant, name): account(state, name) for name in sorted(state.accounts)}


def account(state: CustomerState, name: str) -> Account:
    """Read an account out of a customer."""
    statements = [said for key, said in state.sources.items() if account_of(key) == name]
    known: set[str] = set()
    phones: set[str] = set()
    for said in statements:
        now = claims(said)
        known |= {key for key in (*now, *said.get("earlier", [])) if is_lasting(key)}
        phones |= {key for key in now if key.startswith("phone:")}
    people = [_person(_Said(said["kind"], said["fact_id"], said)) for said in statements]
    return Account(
        name=name,
        keys=frozenset(known),
        phones=frozenset(phones),
        profile=profile(statements),
        birth_dates=frozenset(said["birth_date"] for said in statements if said.get("birth_date")),
        person=matching.together(people) if len(people) > 1 else next(iter(people), None),
        clues=frozenset(clue for said in statements for clue in clues(said)),
    )


def clues(statement: Stored) -> frozenset[str]:
    """Give the clues of a channel's own customer record.

    A guest, a loyalty desk, and an alias that a marketplace made up give none: weaker evidence alone never links them.
    """
    if statement["kind"] != "customer" or is_made_up(statement.get("email") or ""):
        return frozenset()
    return _clues(_Said(statement["kind"], statement["fact_id"], statement))


@dataclass(frozen=True)
class _Said:
    """A statement as a key of a cache: its fact's id is a digest of its content. One event asks for the same again."""

    kind: str
    fact_id: str
    statement: Stored = field(compare=False)


@functools.lru_cache(maxsize=1024)
def _person(said: _Said) -> Person:
    return matching.person([said.statement])


@functools.lru_cache(maxsize=1024)
def _clues(said: _Said) -> frozenset[str]:
    return frozenset(f"clue:{clue}" for clue in matching.clues(_person(said)))


def weighed(one: Account, other: Account) -> Match | None:
    """Compare two accounts by weaker evidence; None where they share no clue."""
    if one.person is None or other.person is None or one.clues.isdisjoint(other.clues):
        return None
    return matching.compare(one.person, other.person)


def contradict(one: Account, other: Account) -> bool:
    """Tell whether two accounts are surely two people, although they share a key.

    Spouses have one e-mail, a father and a son one name and phone: their first names or birth dates differ. Where all
    evidence together says one person all the same, that outweighs it.
    """
    if not (_have_other_names(one, other) or _differ(one.birth_dates, other.birth_dates, _is_like_day)):
        return False
    if one.person is None or other.person is None:
        return True
    return matching.compare(one.person, other.person).decision != "link"


def says_all(known: Account) -> bool:
    """Tell whether an account says what tells people who share a home apart: a first name and a birth date."""
    return bool(known.profile["first_name"] and known.birth_dates)


def _have_other_names(one: Account, other: Account) -> bool:
    names = (one.profile["first_name"], other.profile["first_name"])
    return _differ(*names, _is_like_name) and not _are_swapped(one, other)


def _differ(one: Iterable[str], other: Iterable[str], is_like: "functools._lru_cache_wrapper[bool]") -> bool:
    pairs = [(first, second) for first in one for second in other]
    return bool(pairs) and not any(is_like(*pair) for pair in pairs)


def _are_swapped(one: Account, other: Account) -> bool:
    """Tell whether first and last name stand in each other's place."""
    return bool(
        one.profile["first_name"] & other.profile["last_name"]
        and one.profile["last_name"] & other.profile["first_name"]
    )


@functools.lru_cache(maxsize=4096)
def _is_like_name(one: str, other: str) -> bool:
    first, second = _words(one), _words(other)
    if any(a == b or (min(len(a), len(b)) == 1 and a[0] == b[0]) for a in first for b in second):
        return True
    a, b = " ".join(first), " ".join(second)
    return a.startswith(b) or b.startswith(a) or SequenceMatcher(None, a, b).ratio() >= LIKE


def _words(name: str) -> list[str]:
    plain = "".join(letter if letter.isalnum() else " " for letter in normalize("NFKD", name) if not combining(letter))
    return folded(plain).split()


@functools.lru_cache(maxsize=4096)
def _is_like_day(one: str, other: str) -> bool:
    first, second = one.split("-"), other.split("-")
    if abs(int(first[0]) - int(second[0])) > GENERATION:
        return False
    wrong = sum(a != b for a, b in zip(first, second, strict=True))
    return wrong <= 1 or (first[0], first[1], first[2]) == (second[0], second[2], second[1])
