"""Whether two customers are linked, shown to somebody, or left apart, and what says so."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from records.customers.matching.evidence import APART, NEAR, PART, SAME, UNKNOWN, Agreement, agreement
from records.customers.matching.names import Level
from records.customers.matching.person import Person

LINK, REVIEW = 0.98, 0.30
GENERATION = 15  # years; who is named alike and born less far apart is no father and son

Decision = Literal["link", "review", "apart"]
MOST: dict[Decision, float] = {"link": 1.0, "review": 0.95, "apart": 0.2}
"""The highest score of each decision that the rules of a household allow."""
IN_SPITE = 0.985  # the highest score of a link in spite of another name or birth date: better ones are made first


@dataclass(frozen=True, slots=True)
class Match:
    """How likely two customers are one (0 to 1), what follows, and what says so, without any of their values."""

    score: float
    decision: Decision
    evidence: tuple[str, ...] = ()


def compare(one: Person, other: Person) -> Match:
    """Compare two customers; it does not matter which comes first."""
    return compared(one, other) if one <= other else compared(other, one)


@lru_cache(maxsize=4096)
def compared(one: Person, other: Person) -> Match:
    """Compare two customers in their order; a warm process compares the same two once."""
    found = agreement(one, other)
    allowed, because = _allowed(found)
    is_plain = APART not in (found.names.first, found.names.last, found.birth)
    score = min(1 / (1 + 2.0**-found.bits), MOST[allowed], 1.0 if is_plain else IN_SPITE)
    decision: Decision = "link" if score >= LINK else "review" if score >= REVIEW else "apart"
    return Match(round(score, 4), decision, tuple(_evidence(found)) + (because if decision != "link" else ()))


def _allowed(found: Agreement) -> tuple[Decision, tuple[str, ...]]:
    """Say how far the rules go, whatever the evidence weighs, and why no further."""
    if not found.names.is_one_generation:
        return "apart", ("a father and a son",)
    if found.names.first is APART:
        return _other_first_name(found), ("another first name",)
    if found.birth is APART and not _is_wrong_birth(found):
        return "review", ("another birth date",)
    if found.names.last is APART and not _is_renamed(found):
        return ("review" if found.birth >= NEAR else "apart"), ("another last name",)
    if not _is_enough(found):
        return "review", ("too little is known",)
    return "link", ()


def _other_first_name(found: Agreement) -> Decision:
    """Judge two of different first names: spouses, parents and children, brothers and sisters, twins.

    Twins agree in all but the first name. They share a phone, or each has an address and a phone of their own; of two
    records that share an e-mail address and a birth date, one has the wrong first name.
    """
    if found.birth < NEAR:
        return "apart"
    if found.phone is SAME or found.phone is APART:
        return "review"
    if found.email is SAME:
        return "link"
    if found.names.last < PART or not found.home.is_one:
        return "apart" if found.names.last < PART else "review"
    return "link" if found.email is NEAR or _is_typed_badly(found) else "review"


def _is_typed_badly(found: Agreement) -> bool:
    """Tell whether two records without any e-mail address or phone were typed with errors.

    They were where the rest differs too, in a letter or in a part of the address. Then the name or the birth date may
    be wrong as well, and need not be a relative's. Twins whose address is typed in two ways look the same. Without this
    rule a sixth of the pairs of febrl3 would only be asked about.
    """
    return found.is_by_post and (found.slips > 0 or not found.home.is_verbatim)


def _is_wrong_birth(found: Agreement) -> bool:
    """Tell whether one birth date may simply be wrong. A father and a son of one name are a generation apart."""
    if found.phone is SAME:
        return False
    if found.email is SAME:
        return True
    is_one = found.names.first > UNKNOWN and found.names.last > UNKNOWN and found.home.is_one
    return is_one and found.email is not APART and (found.years_apart < GENERATION or _is_typed_badly(found))


def _is_renamed(found: Agreement) -> bool:
    """Tell whether somebody may have married: all but the last name agrees."""
    if found.email is SAME:
        return found.birth >= NEAR or found.names.first > UNKNOWN
    if found.names.first is UNKNOWN:
        return found.birth is SAME and found.home.is_one
    return found.birth >= NEAR and (found.home.is_one or found.phone is SAME)


def _is_enough(found: Agreement) -> bool:
    """Tell whether enough agrees that is not one fact told twice."""
    if found.email is SAME or (found.birth is SAME and found.home.is_one):
        return True
    if found.names.first is UNKNOWN and found.birth < NEAR and found.company < NEAR:
        return False  # any of a household
    names = int(found.names.first > UNKNOWN) + int(found.names.last > UNKNOWN)
    others = (found.birth >= NEAR, found.home.is_one, found.phone >= NEAR, found.email >= PART, found.company >= NEAR)
    return names + 2 * sum(others) >= 4 and names > 0


_NAMED: dict[Level, str] = {SAME: "same", NEAR: "nearly the same", PART: "partly the same", APART: "another"}


def _evidence(found: Agreement) -> Iterator[str]:
    levels = {
        "e-mail": found.email,
        "phone": found.phone,
        "first name": found.names.first,
        "last name": found.names.last,
    }
    levels |= {"birth date": found.birth, "street": found.home.street, "house number": found.home.number}
    levels |= {"town": found.home.town, "postal code": found.home.postal_code, "company": found.company}
    yield from (f"{_NAMED[level]} {name}" for name, level in levels.items() if level is not UNKNOWN)
    if not found.names.is_straight:
        yield "first and last name exchanged"
