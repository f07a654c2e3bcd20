"""How postal addresses are read and compared: house number, street and town, whatever way round they are written."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from records.customers.matching.names import Level, folded, is_slip

_AT_START = re.compile(r"(\d+)\s*((?:bis|ter|quater|[a-d])\b)?\s*(.*)")
_AT_END = re.compile(r"(\D+?)\s+(\d+)\s*([a-d])?")
SHORT = {
    "r": "rue",
    "av": "avenue",
    "ave": "avenue",
    "bd": "boulevard",
    "bld": "boulevard",
    "blvd": "boulevard",
    "boul": "boulevard",
    "pl": "place",
    "imp": "impasse",
    "all": "allee",
    "rte": "route",
    "che": "chemin",
    "chem": "chemin",
    "sq": "square",
    "res": "residence",
    "bat": "batiment",
    "apt": "appartement",
    "st": "saint",
    "ste": "sainte",
    "rd": "road",
    "ln": "lane",
    "dr": "drive",
    "cres": "crescent",
    "ct": "court",
    "str": "strasse",
}
"""How streets are shortened. Source: La Poste, norme AFNOR XPZ 10-011, and usual English forms."""

_KINDS = """
rue avenue boulevard place impasse allee route chemin square residence batiment appartement cours quai passage villa
cite lieu dit hameau lotissement zone saint sainte street road lane drive crescent court close circuit terrace way
strasse platz weg via piazza calle plaza
"""
KINDS = frozenset(_KINDS.split())
_OTHER_LINES = ("extended_address", "address_locality", "postal_code", "address_region")

NUMBER = {Level.SAME: 5.0, Level.PART: 2.0, Level.UNKNOWN: 0.0, Level.APART: -1.5}
STREET = {Level.SAME: 8.0, Level.NEAR: 7.0, Level.PART: 5.0, Level.UNKNOWN: 0.0, Level.APART: -2.0}
EXTRA = {Level.SAME: 4.0, Level.NEAR: 4.0, Level.PART: 3.0, Level.UNKNOWN: 0.0, Level.APART: -0.5}
TOWN = {Level.SAME: 4.5, Level.NEAR: 4.0, Level.PART: 2.0, Level.UNKNOWN: 0.0, Level.APART: -1.5}
POSTAL_CODE = {Level.SAME: 5.0, Level.NEAR: 2.5, Level.UNKNOWN: 0.0, Level.APART: -1.5}
MOVED, HOME = -4.0, 17.0  # the least and the most an address says: people move, and relatives live together


class Place(NamedTuple):
    """A folded postal address."""

    number: str
    street: str
    extra: str
    town: str
    postal_code: str
    marks: tuple[str, ...]
    """The word of the street, and of what is added to it, that tells it from others."""
    written: str
    """All of it, with its blanks."""


def place(address: Mapping[str, Any]) -> Place:
    """Read an address."""
    number, street = _numbered(folded(address.get("street_address")))
    extra, town, code, region = (folded(address.get(name)) for name in _OTHER_LINES)
    street, extra = _in_full(street), _in_full(extra)
    marks = {_mark(line) for line in (street, extra)} - {""}
    written = " ".join((number, street, extra, town, code, region))
    street, extra, town, code = (line.replace(" ", "") for line in (street, extra, town, code))
    return Place(number, street, extra, town, code, tuple(sorted(marks)), written)


def _numbered(line: str) -> tuple[str, str]:
    """Part the line of a street into its house number and the street."""
    if found := _AT_START.fullmatch(line):
        return found[1] + (found[2] or ""), found[3]
    if found := _AT_END.fullmatch(line):
        return found[2] + (found[3] or ""), found[1]
    return "", line


def _in_full(line: str) -> str:
    """Write the words of a line in full; `st` is a street at the end and else a saint."""
    words = line.split()
    if words and words[-1] == "st":
        words[-1] = "street"
    return " ".join(SHORT.get(word, word) for word in words)


def _mark(line: str) -> str:
    """Give the longest word that is no kind of street."""
    words = [word for word in line.split() if word not in KINDS and not word.isdigit()]
    return max(words, key=len, default="")


class Home(NamedTuple):
    """How well two addresses agree; the larger is the better agreement."""

    bits: float = 0.0
    street: Level = Level.UNKNOWN
    extra: Level = Level.UNKNOWN
    number: Level = Level.UNKNOWN
    town: Level = Level.UNKNOWN
    postal_code: Level = Level.UNKNOWN
    is_verbatim: bool = True
    """Both are written the same, but for capital letters, accents, signs and usual short forms."""

    @property
    def is_one(self) -> bool:
        """Tell whether both name one house in one town, as far as typing errors let one see."""
        lines = (self.street, self.extra, self.number)
        agree = sum(level > Level.UNKNOWN for level in lines)
        is_in_town = max(self.town, self.postal_code) > Level.UNKNOWN
        return is_in_town and max(self.street, self.extra) > Level.UNKNOWN and agree > lines.count(Level.APART)

    @property
    def slips(self) -> int:
        """Count what was typed in two ways."""
        return sum(level not in (Level.SAME, Level.UNKNOWN) for level in self[1:6])


@lru_cache(maxsize=16384)
def same_home(one: Place, other: Place) -> Home:
    """Compare two addresses. A street and what is added to it are often in each other's place."""
    lines = _texts(one.street, other.street), _texts(one.extra, other.extra)
    crossed = _texts(one.street, other.extra), _texts(one.extra, other.street)
    street, extra = sorted(crossed, reverse=True) if sum(crossed) > sum(lines) else lines
    number, town = _numbers(one.number, other.number), _texts(one.town, other.town)
    code = _codes(one.postal_code, other.postal_code)
    bits = STREET[street] + EXTRA[extra] + NUMBER[number] + TOWN[town] + POSTAL_CODE[code]
    is_verbatim = one.written == other.written
    return Home(max(MOVED, min(bits, HOME)), street, extra, number, town, code, is_verbatim)


def _texts(one: str, other: str) -> Level:
    if not one or not other:
        return Level.UNKNOWN
    if one == other:
        return Level.SAME
    if is_slip(one, other):
        return Level.NEAR
    shorter, longer = sorted((one, other), key=len)
    return Level.PART if len(shorter) > 4 and longer.startswith(shorter) else Level.APART


def _numbers(one: str, other: str) -> Level:
    if not one or not other:
        return Level.UNKNOWN
    if one == other:
        return Level.SAME
    return Level.PART if _digits(one) == _digits(other) else Level.APART


def _digits(number: str) -> str:
    return "".join(each for each in number if each.isdigit())


def _codes(one: str, other: str) -> Level:
    if not one or not other:
        return Level.UNKNOWN
    if one == other:
        return Level.SAME
    is_transposed = len(one) == len(other) and sorted(one) == sorted(other)
    return Level.NEAR if is_transposed or is_slip(one, other) else Level.APART
