"""How two people agree, value by value, and how much each agreement weighs.

Weights are bits: log2 of how much more often two records of one person agree so than two records of two people (Fellegi
and Sunter, A Theory for Record Linkage, 1969). They are those that `python -m ops.bench.weights` estimates on febrl1
and febrl2, rounded, with less on what customers change or share (addresses, contacts). What these data lack, parts of
compound names, phones and companies, is set beside them by hand.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from records.customers.matching.names import Level, distance, first_names, is_slip, last_names
from records.customers.matching.person import Name, Person
from records.customers.matching.places import Home, Place, same_home
from records.customers.matching.words import FREQUENT

SAME, NEAR, PART, UNKNOWN, APART = Level.SAME, Level.NEAR, Level.PART, Level.UNKNOWN, Level.APART

FIRST = {SAME: 7.0, NEAR: 5.5, PART: 3.0, UNKNOWN: 0.0, APART: -3.5}
LAST = {SAME: 8.0, NEAR: 6.5, PART: 4.5, UNKNOWN: 0.0, APART: -4.0}
BIRTH = {SAME: 13.0, NEAR: 6.0, UNKNOWN: 0.0, APART: -4.5}
EMAIL = {SAME: 18.0, NEAR: 8.0, PART: 4.0, UNKNOWN: 0.0, APART: -1.0}
PHONE = {SAME: 9.0, NEAR: 5.0, UNKNOWN: 0.0, APART: -0.5}
COMPANY = {SAME: 9.0, NEAR: 6.0, PART: 3.0, UNKNOWN: 0.0, APART: -0.5}
SWAPPED = -1.5  # first and last name in each other's place
FREQUENT_NAME = -1.5
PRIOR = -16.0  # log2 of the odds, before any evidence, that two whom a clue brings together are one


_SIGNS = re.compile(r"[^a-z]+")


class Names(NamedTuple):
    """How two names agree; the larger is the better agreement."""

    bits: float
    last: Level
    first: Level
    is_straight: bool = True
    """First and last name are where they belong."""
    is_one_generation: bool = True


@dataclass(frozen=True, slots=True)
class Agreement:
    """How everything known of two people agrees."""

    names: Names
    birth: Level
    years_apart: int
    home: Home
    email: Level
    phone: Level
    company: Level
    is_by_post: bool
    """Neither has an e-mail address or a phone: a household that shares one, or has several, cannot be seen."""

    @property
    def bits(self) -> float:
        """Add up the evidence."""
        contact = EMAIL[self.email] + PHONE[self.phone] + COMPANY[self.company]
        return PRIOR + self.names.bits + BIRTH[self.birth] + self.home.bits + contact

    @property
    def slips(self) -> int:
        """Count what was typed in two ways, if both records are one person's."""
        typed = (self.names.last, self.birth)
        return sum(level in (NEAR, PART) for level in typed) + int(not self.names.is_straight) + self.home.slips


def agreement(one: Person, other: Person) -> Agreement:
    """Compare two people; of several values the two that agree best count."""
    births = list(product(one.births, other.births))
    names = [_names(*pair) for pair in product(_called(one), _called(other))]
    # That some source leaves out the first name does not outweigh that two others say different ones.
    found = max(names, key=lambda each: (each.first is not UNKNOWN, each), default=Names(0.0, UNKNOWN, UNKNOWN))
    return Agreement(
        names=found,
        birth=max((_births(*pair) for pair in births), default=UNKNOWN),
        years_apart=min((abs(int(mine[:4]) - int(theirs[:4])) for mine, theirs in births), default=0),
        home=_home(one.places, other.places),
        email=_email(one, other, found.first),
        phone=max((_phones(*pair) for pair in product(one.phones, other.phones)), default=UNKNOWN),
        company=max((last_names(*pair) for pair in product(one.companies, other.companies)), default=UNKNOWN),
        is_by_post=not (one.emails or other.emails or one.phones or other.phones),
    )


def _home(one: Sequence[Place], other: Sequence[Place]) -> Home:
    """Compare addresses: the two that agree best count. They are verbatim only where every two are."""
    found = [same_home(*pair) for pair in product(one, other)]
    best = max(found, default=Home())
    return best._replace(is_verbatim=all(each.is_verbatim for each in found))


def _called(person: Person) -> tuple[Name, ...]:
    """Give the names of a person, or of a company that names nobody."""
    return person.names or tuple(("", company, "") for company in person.companies)


def _names(one: Name, other: Name) -> Names:
    """Compare two names: each with each, as one text, and with first and last name in each other's place."""
    is_one_generation = not (one[2] and other[2] and one[2] != other[2])
    straight = first_names(one[0], other[0]), last_names(one[1], other[1])
    found = Names(_bits(*straight, one, other), straight[1], straight[0], True, is_one_generation)
    if straight == (SAME, SAME):
        return found
    if sorted(_words(one)) == sorted(_words(other)):
        crossed = (SAME, SAME)
    else:
        first, last = sorted((last_names(one[0], other[1]), last_names(one[1], other[0])))
        crossed = (first, last)
    bits = _bits(*crossed, one, other) + SWAPPED
    return max(found, Names(bits, crossed[1], crossed[0], False, is_one_generation))


def _words(name: Name) -> list[str]:
    return f"{name[0]} {name[1]}".split()


def _bits(first: Level, last: Level, one: Name, other: Name) -> float:
    usual = sum(mine in FREQUENT and mine == theirs for mine, theirs in zip(one[:2], other[:2], strict=True))
    return FIRST[first] + LAST[last] + usual * FREQUENT_NAME


def _births(one: str, other: str) -> Level:
    """Compare two dates of birth.

    They are near where one digit is wrong, two digits or day and month are exchanged, or only the day or only the month
    differs. A date that cannot be (a 13th month) says nothing.
    """
    if one == other:
        return SAME
    if _one_digit(one, other) or one == other[:4] + other[6:] + other[4:6]:
        return NEAR
    if one[:4] == other[:4] and (one[4:6] == other[4:6] or one[6:] == other[6:]):
        return NEAR
    return APART if _is_day(one) and _is_day(other) else UNKNOWN


def _is_day(birth: str) -> bool:
    return "01" <= birth[4:6] <= "12" and "01" <= birth[6:] <= "31"


def _one_digit(one: str, other: str) -> bool:
    if len(one) != len(other):
        return False
    wrong = [at for at, (mine, theirs) in enumerate(zip(one, other, strict=True)) if mine != theirs]
    if len(wrong) < 2:
        return True
    first, last = wrong[0], wrong[-1]
    return len(wrong) == 2 and last == first + 1 and one[first] == other[last] and one[last] == other[first]


def _email(one: Person, other: Person, first: Level) -> Level:
    """Compare e-mail addresses.

    Where first names differ, two addresses that say a first name and look alike show no typing error, but two people.
    """
    found = max((_emails(*pair) for pair in product(one.emails, other.emails)), default=UNKNOWN)
    is_own = found in (NEAR, PART) and first is APART and (_is_named(one) or _is_named(other))
    return APART if is_own else found


def _is_named(person: Person) -> bool:
    """Tell whether somebody's e-mail address says their first name, or its first letter."""
    words = {word for email in person.emails for word in _SIGNS.split(email.rpartition("@")[0])}
    firsts = {word for first, _, _ in person.names for word in first.split()}
    return any(word.startswith(first[:3]) or word == first[0] or first in word for word in words for first in firsts)


def _emails(one: str, other: str) -> Level:
    if one == other:
        return SAME
    (mine, _, host), (theirs, _, other_host) = one.rpartition("@"), other.rpartition("@")
    if (host == other_host and len(mine) > 4 and distance(mine, theirs) == 1) or (
        mine == theirs and is_slip(host, other_host)
    ):
        return NEAR
    return PART if mine == theirs and len(mine) > 5 else APART


def _phones(one: str, other: str) -> Level:
    if one == other:
        return SAME
    return NEAR if len(one) > 7 and _one_digit(one, other) else APART
